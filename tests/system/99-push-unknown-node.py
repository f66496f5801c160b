# A push to a node that merlin.conf does not name is refused, suggests the nearest name, and changes nothing.
from cluster import check, main
from peers import change, digests, peers


def test():
    with peers() as c:
        change(c, "an unknown node")
        before = digests(c)
        c.mon_refuses("peer01", "oconf", "push", "peer2", says="did you mean peer02?", status=2)
        check(digests(c) == before, "a push to an unknown node changed something")


main(test)

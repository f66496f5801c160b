# A push that cannot log in, because the password is wrong or there is no key, reports that in one line and changes nothing.
from cluster import check, main
from peers import change, digests, peers

KEYS = "/root/.ssh/authorized_keys"


def test():
    with peers() as c:
        change(c, "a refused login")
        before = digests(c)
        c.put_password("peer01", "not it", "/root/wrong")
        keys = c.read("peer02", KEYS)
        c.write("peer02", KEYS, "")
        c.mon_refuses("peer01", "oconf", "push", "peer02", "--password-file", "/root/wrong", says="the password is wrong for root@peer02")
        c.mon_refuses("peer01", "oconf", "push", "peer02", says="mon sshkey push peer02")
        c.write("peer02", KEYS, keys)
        check(digests(c) == before, "a push that could not log in changed something")


main(test)

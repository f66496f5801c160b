# Ctrl-C during a push finishes the current step and reverts all of them: exit status 130, and no node is changed.
from cluster import check, main
from peers import change, digests, peers, push_under_way, unchanged


def test():
    with peers() as c:
        change(c, "interrupted")
        before = digests(c)
        with push_under_way(c, "sh", "-c", "echo $$ >/run/push.pid; exec mon oconf push") as push:
            c.run("peer01", "kill", "-INT", c.read("peer01", "/run/push.pid").strip())
            _, errors = push.communicate(timeout=120)
        check(push.returncode == 130, f"an interrupted push ends with {push.returncode}: {errors!r}")
        check(unchanged(c, before), f"after Ctrl-C: {errors!r}")
        c.wait_settled(timeout_s=60)


main(test)

# A push to a node whose disk is full names that node, and changes no node.
from cluster import check, main
from peers import change, digests, peers, unchanged

STAGE = "/etc/nagios4/.merlin"


def test():
    with peers() as c:
        change(c, "a full disk")
        before = digests(c)
        c.run("peer02", "mkdir", "-p", STAGE)
        c.run("peer02", "mount", "-t", "tmpfs", "-o", "size=16k", "none", STAGE)
        c.run("peer02", "dd", "if=/dev/zero", f"of={STAGE}/filler", "bs=1k", "count=15", check_status=False)
        _, errors = c.mon("peer01", "oconf", "push", status=1)
        check("No space left on device" in errors and "peer02" in errors, f"a full disk is reported as {errors!r}")
        c.run("peer02", "umount", STAGE)
        check(unchanged(c, before), "one was changed all the same")


main(test)

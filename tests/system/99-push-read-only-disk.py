# A push to a node whose disk is read-only names that node, and changes no node.
from cluster import check, main
from peers import change, digests, peers, unchanged

STAGE = "/etc/nagios4/.merlin"


def test():
    with peers() as c:
        change(c, "a read-only disk")
        before = digests(c)
        c.run("peer02", "mkdir", "-p", STAGE)
        c.run("peer02", "mount", "-t", "tmpfs", "-o", "ro", "none", STAGE)
        _, errors = c.mon("peer01", "oconf", "push", status=1)
        check("Read-only file system" in errors and "peer02" in errors, f"a read-only disk is reported as {errors!r}")
        c.run("peer02", "umount", STAGE)
        check(unchanged(c, before), "one was changed all the same")


main(test)

# A configuration that the local core rejects is not pushed: mon shows the core's first error, and nothing changes.
import os

from cluster import check, main
from peers import FOLDER, digests, peers


def test():
    with peers() as c:
        c.write("peer01", FOLDER + "bad.cfg", "define host {\n host_name x\n use no_such_template\n}\n")
        before = digests(c)
        c.mon_refuses("peer01", "oconf", "push", says="the core rejects the configuration: ")
        check(digests(c) == before, "a rejected configuration changed something")
        os.unlink(c.path("peer01", FOLDER + "bad.cfg"))


main(test)

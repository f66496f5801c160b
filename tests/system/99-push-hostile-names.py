# Files with hostile names arrive unchanged; a name that is not valid UTF-8 is refused.
import os

from cluster import check, main
from peers import FOLDER, digests, peers

NAMES = ("; rm -rf x.cfg", "$(reboot).cfg", "-rf.cfg", "a\nb.cfg", "'\".cfg")


def test():
    with peers() as c:
        for name in NAMES:
            c.write("peer01", FOLDER + name, "# odd\n")
        c.mon("peer01", "oconf", "push", "--no-restart")
        check(len(set(digests(c).values())) == 1, "files with odd names did not arrive")
        with open(c.path("peer01", FOLDER).encode() + b"\xff.cfg", "wb"):
            pass
        c.mon_refuses("peer01", "oconf", "push", says="its name is not UTF-8")
        os.unlink(c.path("peer01", FOLDER).encode() + b"\xff.cfg")
        for name in NAMES:
            os.unlink(c.path("peer01", FOLDER + name))
        c.mon("peer01", "oconf", "push", "--no-restart")


main(test)

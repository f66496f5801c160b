# `mon oconf hash, files, changed and diff` report over ssh how the object configurations of two nodes differ, even with hostile file names, and change nothing.
from bare import LOGIN, bare_nodes
from cluster import check, main

FOLDER = "/etc/nagios4/conf.d/"
ODD = "; rm -rf x\n$(id) -'\".cfg"


def digest(c, node):
    return c.run(node, "mon", "oconf", "hash").strip()


def test():
    with bare_nodes(count=2) as c:
        c.run("peer01", "mon", "node", "add", "peer02", "type=peer")
        c.mon("peer01", "sshkey", "push", "peer02", *LOGIN, "--accept-new")
        check(digest(c, "peer01") == digest(c, "peer02"), "the same configuration has two digests")
        out, _ = c.mon("peer01", "oconf", "diff", "peer02")
        check(out == "", f"the same configurations differ: {out}")

        c.write("peer01", FOLDER + ODD, "# ours\n")
        c.write("peer02", FOLDER + "theirs.cfg", "# theirs\n")
        c.write("peer01", FOLDER + "both.cfg", "# one\n")
        c.write("peer02", FOLDER + "both.cfg", "# two\n")
        check(digest(c, "peer01") != digest(c, "peer02"), "two configurations have one digest")
        before = digest(c, "peer02")
        out, _ = c.mon("peer01", "oconf", "diff", "peer02", status=1)
        expected = [f"differs     {FOLDER}both.cfg", f"only here   {FOLDER}{ODD}".replace("\n", " "), f"only there  {FOLDER}theirs.cfg"]
        check(sorted(out.splitlines()) == sorted(expected), f"the difference is shown as {out!r}")
        check(digest(c, "peer02") == before, "showing a difference changed it")

        c.run("peer02", "rm", "-r", FOLDER)
        c.mon_refuses("peer01", "oconf", "diff", "peer02", says="/etc/nagios4/conf.d: cannot be read")
        c.mon_refuses("peer01", "oconf", "diff", "peer3", says="there is no node 'peer3'", status=2)


main(test)

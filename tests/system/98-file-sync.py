# Documented file and folder synchronization: a file with its owner, mode and time, and a mirrored folder, by `mon oconf push` and by `mon sync push`; paths that escape, cannot be written or have no room are refused in one line.
import os

from bare import bare_nodes
from cluster import check, main
from peers import make_peers

USERS = "/etc/nagios4/htpasswd.users"
CUSTOM = "/opt/plugins/custom"


def put_sync(c, node, lines):
    """Writes a sync block into peer02's block of that node's merlin.conf."""
    text = c.read(node, "/etc/merlin/merlin.conf")
    head, _, rest = text.partition("peer peer02 {")
    before, found, after = rest.partition("\tsync {\n")
    if found:
        rest = before + after.partition("\t}\n")[2]
    c.write(node, "/etc/merlin/merlin.conf", head + "peer peer02 {\n\tsync {\n" + "".join(f"\t\t{line}\n" for line in lines) + "\t}\n" + rest.lstrip("\n"))


def prepare(c):
    c.write("peer01", USERS, "nagiosadmin:secret\n")
    c.run("peer01", "chown", "root:www-data", USERS)
    c.run("peer01", "chmod", "640", USERS)
    c.run("peer01", "touch", "-d", "2001-02-03 04:05:06", USERS)
    c.run("peer01", "mkdir", "-p", CUSTOM + "/lib")
    c.write("peer01", CUSTOM + "/check_it", "#!/bin/sh\nexit 0\n")
    c.run("peer01", "chmod", "755", CUSTOM + "/check_it")
    c.write("peer01", CUSTOM + "/lib/; rm -rf x", "odd\n")


def check_documented(c):
    put_sync(c, "peer01", [f"{USERS} {USERS}", f"{CUSTOM}/"])
    out, _ = c.mon("peer01", "sync", "status", "peer02")
    check("peer02: differs" in out and f"  + {CUSTOM}/check_it" in out, f"the status before is {out!r}")
    c.write("peer01", "/etc/nagios4/conf.d/synced.cfg", "# makes it differ\n")
    out, _ = c.mon("peer01", "oconf", "push")
    check("peer02: sync: " in out, f"oconf push says {out!r}")
    look = ("stat", "-c", "%U %G %a %Y", USERS)
    check(c.run("peer02", *look) == c.run("peer01", *look), f"owner, mode and time are {c.run('peer02', *look)}")
    check(c.read("peer02", USERS) == "nagiosadmin:secret\n", "the file did not arrive")
    check(c.run("peer02", CUSTOM + "/check_it", check_status=False).returncode == 0, "the plugin did not arrive as a program")
    check(c.read("peer02", CUSTOM + "/lib/; rm -rf x") == "odd\n", "a file with an odd name did not arrive")
    out, _ = c.mon("peer01", "sync", "push")
    check(out == "peer02: already the same\n", f"a second sync says {out!r}")
    check(not os.path.exists(c.path("peer03", CUSTOM)), "a node without such a block got files")


def check_mirror_and_restart(c):
    c.run("peer02", "touch", CUSTOM + "/theirs")
    put_sync(c, "peer01", [f"{CUSTOM}/"])
    c.mon("peer01", "sync", "push")
    check(os.path.exists(c.path("peer02", CUSTOM + "/theirs")), "without delete = yes a file was removed there")
    put_sync(c, "peer01", ["delete = yes", "restart = date >>/root/restarted", f"{CUSTOM}/"])
    out, _ = c.mon("peer01", "sync", "push", "--dry-run")
    check(f"  - {CUSTOM}/theirs" in out and os.path.exists(c.path("peer02", CUSTOM + "/theirs")), f"--dry-run says {out!r}")
    c.mon("peer01", "sync", "push")
    check(not os.path.exists(c.path("peer02", CUSTOM + "/theirs")), "delete = yes does not remove")
    c.mon("peer01", "sync", "push")
    check(len(c.read("peer02", "/root/restarted").splitlines()) == 1, "the command runs after each change, and only then")


def check_refused(c):
    put_sync(c, "peer01", [f"{USERS} {CUSTOM}"])
    c.mon_refuses("peer01", "sync", "push", says=f"{CUSTOM}: is a folder there, but a file is sent")
    put_sync(c, "peer01", ["/dev/null /root/null"])
    c.mon_refuses("peer01", "sync", "push", says="is a device, a pipe or a socket")
    put_sync(c, "peer01", [f"{CUSTOM}/"])
    c.run("peer01", "ln", "-s", "/etc/shadow", CUSTOM + "/out")
    c.mon_refuses("peer01", "sync", "push", says=f"{CUSTOM}/out: is a link that leads out of the folder")
    c.run("peer01", "rm", CUSTOM + "/out")
    put_sync(c, "peer01", [f"{CUSTOM}/../../etc /x"])
    c.mon_refuses("peer01", "sync", "push", says="has '..' in it")
    put_sync(c, "peer01", [f"{USERS} /proc/htpasswd.users"])
    c.mon_refuses("peer01", "sync", "push", says="peer02: /proc/htpasswd.users: No such file or directory")
    put_sync(c, "peer01", [f"{CUSTOM}/ /mnt/small/"])
    c.run("peer02", "mkdir", "-p", "/mnt/small")
    c.run("peer02", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt/small")
    c.run("peer01", "dd", "if=/dev/zero", f"of={CUSTOM}/large", "bs=1k", "count=256")
    c.mon_refuses("peer01", "sync", "push", says="peer02: /mnt/small/large: No space left on device")
    check("mon-sync" not in c.run("peer02", "ls", "-A", "/mnt/small"), "a half written file was left behind")
    c.run("peer02", "mount", "-o", "remount,ro", "/mnt/small")
    c.mon_refuses("peer01", "sync", "push", says="Read-only file system")
    c.run("peer02", "umount", "/mnt/small")
    c.mon_refuses("peer01", "sync", "push", "peer3", says="there is no node 'peer3'", status=2)
    c.mon_refuses("peer01", "sync", "push", "peer03", says="none of these nodes has a sync { } block")


def test():
    with bare_nodes() as c:
        make_peers(c)
        prepare(c)
        check_documented(c)
        check_mirror_and_restart(c)
        check_refused(c)


main(test)

# What can go wrong with a push and a sync is one clear line each, and changes nothing: names, logins, a node that is down or cut off in the middle, disks, what a core rejects, rights, Ctrl-C, hostile names.
import os
import subprocess
import time

from bare import bare_nodes
from cluster import LAB, check, main, wait_for
from peers import digests, make_peers

FOLDER = "/etc/nagios4/conf.d/"


def change(c, text):
    c.write("peer01", FOLDER + "changed.cfg", f"# {text}\n")


def check_names_and_logins(c):
    change(c, "names")
    before = digests(c)
    c.mon_refuses("peer01", "oconf", "push", "peer2", says="nearest is peer02", status=2)
    c.put_password("peer01", "not it", "/root/wrong")
    keys = c.read("peer02", "/root/.ssh/authorized_keys")
    c.write("peer02", "/root/.ssh/authorized_keys", "")
    c.mon_refuses("peer01", "oconf", "push", "peer02", "--password-file", "/root/wrong", says="the password is wrong for root@peer02")
    c.mon_refuses("peer01", "oconf", "push", "peer02", says="mon sshkey push peer02")
    c.write("peer02", "/root/.ssh/authorized_keys", keys)
    check(digests(c) == before, "a push that could not log in changed something")


def check_node_away(c):
    """One node is down: the other has the configuration, the exit status says so."""
    change(c, "away")
    c.lab("cut", "peer03")
    out, errors = c.mon("peer01", "oconf", "push", "--no-restart", "--timeout", "2", status=1)
    c.lab("heal")
    check("peer03: no answer" in errors and errors.count("\n") == 1 and "peer02: in place" in out, f"with one away: {out!r} {errors!r}")
    c.mon("peer01", "oconf", "push", "--no-restart")


def check_disks(c):
    """A target whose folder cannot be written, or is full: nobody is changed."""
    change(c, "disks")
    before = digests(c)
    c.run("peer02", "mkdir", "-p", "/etc/nagios4/.merlin", "/root/room")
    c.run("peer02", "mount", "-t", "tmpfs", "-o", "size=16k", "none", "/etc/nagios4/.merlin")
    c.run("peer02", "dd", "if=/dev/zero", "of=/etc/nagios4/.merlin/filler", "bs=1k", "count=15", check_status=False)
    _, errors = c.mon("peer01", "oconf", "push", status=1)
    check("No space left on device" in errors and "peer02" in errors, f"a full disk is told as {errors!r}")
    c.run("peer02", "mount", "-o", "remount,ro", "/etc/nagios4/.merlin")
    _, errors = c.mon("peer01", "oconf", "push", status=1)
    check("Read-only file system" in errors and "peer02" in errors, f"a disk that is read-only is told as {errors!r}")
    c.run("peer02", "umount", "/etc/nagios4/.merlin")
    after = digests(c)
    check({node: after[node] for node in ("peer02", "peer03")} == {node: before[node] for node in ("peer02", "peer03")}, "one was changed all the same")


def check_rejected(c):
    c.write("peer01", FOLDER + "bad.cfg", "define host {\n host_name x\n use no_such_template\n}\n")
    before = digests(c)
    c.mon_refuses("peer01", "oconf", "push", says="the core rejects the configuration: ")
    check(digests(c) == before, "a rejected configuration changed something")
    os.unlink(c.path("peer01", FOLDER + "bad.cfg"))


def check_rights(c):
    done = c.run("peer01", "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "mon", "oconf", "push", check_status=False)
    check(done.returncode == 1 and done.stderr.count("\n") <= 2 and done.stderr.startswith("mon: "), f"without rights: {done.stderr!r}")


def check_hostile_names(c):
    for name in ("; rm -rf x.cfg", "$(reboot).cfg", "-rf.cfg", "a\nb.cfg", "'\".cfg"):
        c.write("peer01", FOLDER + name, "# odd\n")
    c.mon("peer01", "oconf", "push", "--no-restart")
    check(len(set(digests(c).values())) == 1, "files with odd names did not arrive")
    with open(c.path("peer01", FOLDER).encode() + b"\xff.cfg", "wb"):
        pass
    c.mon_refuses("peer01", "oconf", "push", says="its name is no UTF-8")
    os.unlink(c.path("peer01", FOLDER).encode() + b"\xff.cfg")


def slow_core(c, node):
    """So that there is time to do something while it is restarted."""
    c.run(node, "sed", "-i", "2i sleep 3", "/etc/init.d/nagios4")


def check_interrupted(c):
    """Ctrl-C while the first node is worked on: it is finished, then taken back."""
    change(c, "interrupted")
    before = digests(c)
    push = subprocess.Popen([LAB, "--name", c.name, "run", "peer01", "--", "sh", "-c", "echo $$ >/run/push.pid; exec mon oconf push"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for("a node is worked on", lambda: "activ" in states(c) or push.poll() is not None, 60, 0.05)
    check(push.poll() is None, "the push has ended before it could be disturbed")
    c.run("peer01", "kill", "-INT", c.read("peer01", "/run/push.pid").strip())
    _, errors = push.communicate(timeout=120)
    check(push.returncode == 130, f"an interrupted push ends with {push.returncode}: {errors!r}")
    after = digests(c)
    check({node: after[node] for node in ("peer02", "peer03")} == {node: before[node] for node in ("peer02", "peer03")},
          f"after Ctrl-C: {errors!r}")
    c.wait_settled(timeout_s=60)


def states(c):
    return c.run("peer02", "sh", "-c", "cat /etc/nagios4/.merlin/*/state 2>/dev/null", check_status=False).stdout


def check_cut_in_the_middle(c):
    """The cable of a node goes while it is worked on: said, the other taken back or never touched; each is whole."""
    change(c, "cut")
    before, new = digests(c), None
    push = subprocess.Popen([LAB, "--name", c.name, "run", "peer01", "--", "mon", "oconf", "push"], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    wait_for("a node is worked on", lambda: "activ" in states(c) or push.poll() is not None, 60, 0.05)
    check(push.poll() is None, "the push has ended before it could be disturbed")
    c.lab("cut", "peer02")
    _, errors = push.communicate(timeout=180)
    c.lab("heal")
    new = digests(c)["peer01"]
    check(push.returncode == 1 and "peer02" in errors, f"cut off in the middle: {errors!r}")
    have = digests(c)
    check(have["peer02"] in (before["peer02"], new) and have["peer03"] == before["peer03"], f"after the cut: {have}")
    time.sleep(1)
    wait_for("peer02 is back", lambda: c.is_active("peer01", "peer02"), 60)


def test():
    with bare_nodes() as c:
        make_peers(c)
        check_names_and_logins(c)
        check_node_away(c)
        check_disks(c)
        check_rejected(c)
        check_rights(c)
        check_hostile_names(c)
        slow_core(c, "peer02")
        check_interrupted(c)
        check_cut_in_the_middle(c)


main(test)

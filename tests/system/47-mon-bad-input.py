# Each failure of mon gives one clear line and the documented exit status, and changes nothing: unknown and hostile names, missing rights, wrong passwords, full or read-only disks, a node lost in the middle, Ctrl-C.
import os
import signal
import subprocess
from contextlib import contextmanager

from bare import LOGIN, bare_nodes
from cluster import LAB, check, main, wait_for
from peers import make_peers

CONF = "/etc/merlin/merlin.conf"
SSH = "/root/.ssh"
KEYS = SSH + "/authorized_keys"
HOSTILE = ("; touch /tmp/hurt", "$(touch /tmp/hurt)", "a\nb", "../../etc/passwd", "\x1b[31mred", "")

BREAK = {"No space left on device": """cp -a "$1/." /run/kept && mount -t tmpfs -o size=64k,mode=700 none "$1" && cp -a /run/kept/. "$1"
                                        dd if=/dev/zero of="$1/filler" bs=1k 2>/dev/null; true""",
         "Read-only file system": 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'}


@contextmanager
def broken_disk(c, node, folder, how):
    c.run(node, "sh", "-c", f'rm -rf /run/kept; mkdir -p /run/kept "$1"; {BREAK[how]}', "sh", folder)
    try:
        yield
    finally:
        c.run(node, "umount", folder)


def as_user(c, user, status, *words):
    """Runs mon as a user without the necessary rights; its output and its one line of error."""
    done = c.run("peer01", "setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups", "mon", *words, check_status=False)
    check(done.returncode == status, f"{user}: mon {' '.join(words)}: status {done.returncode}: {done.stderr}{done.stdout}")
    return done.stdout, done.stderr


def begin(c, *words):
    """Runs mon at peer01 and writes its process id to /run/mon.pid."""
    return subprocess.Popen([LAB, "--name", c.name, "run", "peer01", "--", "sh", "-c", 'echo $$ >/run/mon.pid; exec mon "$@"', "mon", *words],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def count(c, node, line):
    return int(c.run(node, "pgrep", "-cxf", line, check_status=False).stdout)


def check_names(c):
    before = c.read("peer01", CONF)
    for words in (("node", "remove"), ("node", "show"), ("node", "edit", "weight=2"), ("node", "rename", "peer9"), ("sshkey", "push"), ("sshkey", "fetch"),
                  ("cert", "push"), ("cert", "fetch"), ("log", "push"), ("log", "fetch"), ("node", "ctrl", "--", "true")):
        c.mon_refuses("peer01", *words[:2], "peer2", *words[2:], says="there is no node 'peer2'; did you mean peer02?", status=2)
    c.mon_refuses("peer01", "node", "remove", "peer02", "peer2", says="no node 'peer2'", status=2)
    c.mon_refuses("peer01", "node", "ctrl", "peer02", "--sefl", "--", "true", says="unknown option '--sefl'; did you mean --self?", status=2)
    c.mon_refuses("peer01", "node", "add", "peer02", "type=peer", says="a node 'peer02' already exists", status=2)
    c.mon_refuses("peer01", "node", "add", "peer01", "type=peer", says="is this node itself", status=2)
    out, _ = c.mon("peer01", "check", "node", "peer2", status=3)
    check(out == "UNKNOWN: there is no node peer2\n", f"a plugin says {out!r}")
    check(c.read("peer01", CONF) == before, "merlin.conf was changed")


def check_hostile(c):
    before = c.read("peer01", CONF)
    for name in HOSTILE:
        for words in (("node", "add", name, "type=peer"), ("node", "ctrl", name, "--", "true"), ("log", "mark", name), ("sshkey", "push", name),
                      ("node", "rename", "peer02", name), ("node", "edit", "peer02", f"address={name} x"), ("node", "edit", "peer02", f"ssh_user=-{name}!")):
            _, errors = c.mon("peer01", *words, status=2)
            check(errors.count("\n") == 1 and "\x1b" not in errors, f"mon {words} says {errors!r}")
    for words in (("node", "ctrl", "-rf", "--", "true"), ("node", "add", "-rf", "type=peer"), ("log", "give", "; touch /tmp/hurt")):
        c.mon_refuses("peer01", *words, says="mon: ", status=2)
    for user in ("-oProxyCommand=touch /tmp/hurt", "a\nb", ""):
        c.mon_refuses("peer01", "node", "ctrl", "peer02", "--user", user, "--", "true", says="is not a user name", status=2)
    c.mon_refuses("peer01", "log", "show", "a\nb.log", says="a b.log: cannot read the log: No such file or directory")
    check(not any(os.path.exists(c.path(node, "/tmp/hurt")) for node in c.nodes), "a name was run as a command")
    check(c.read("peer01", CONF) == before, "merlin.conf was changed")


def check_rights(c):
    for words in (("node", "add", "x", "type=peer"), ("node", "edit", "peer02", "weight=2"), ("node", "rename", "peer02", "x"), ("node", "remove", "peer02")):
        _, errors = as_user(c, "nobody", 1, *words)
        check(errors.count("\n") == 1 and "Permission denied; nothing was changed" in errors, f"mon {words} says {errors!r}")
    for words in (("start",), ("stop",), ("restart",), ("cert", "rotate")):
        check(as_user(c, "nobody", 1, *words)[1] == f"mon: {' '.join(words)}: only root may do this; sudo mon {' '.join(words)}\n", f"mon {words}")
    for words in (("node", "status"), ("node", "drain"), ("events",), ("node", "owner", c.host_names()[0])):
        _, errors = as_user(c, "nobody", 1, *words)
        check(errors == "mon: /run/merlin/control.sock: no permission to connect to merlind; run mon as root\n", f"mon {words} says {errors!r}")
    for words in (("sshkey", "push", "peer02"), ("log", "fetch", "peer02")):
        _, errors = as_user(c, "nobody", 1, *words)
        check(errors.count("\n") == 1, f"mon {words} says {errors!r}")
    out, _ = as_user(c, "nobody", 3, "check", "status")
    check(out.startswith("UNKNOWN: ") and "no permission" in out, f"a plugin without rights says {out!r}")


def check_passwords(c):
    c.put_password("peer01", "not it", "/root/wrong")
    for words in (("sshkey", "push"), ("log", "fetch")):
        c.mon_refuses("peer01", *words, "peer02", "--password-file", "/root/wrong", says="peer02: the password is wrong for root@peer02")
    c.mon_refuses("peer01", "cert", "push", "peer02", says="mon sshkey push peer02")
    c.run("peer01", "mon", "node", "edit", "peer02", "ssh_key=/nowhere/key")
    c.mon_refuses("peer01", "node", "ctrl", "peer02", "--", "true", says="peer02: its ssh_key /nowhere/key cannot be read: No such file")
    c.run("peer01", "mon", "node", "edit", "peer02", "ssh_key=")
    os.chmod(c.path("peer01", "/root/wrong"), 0o644)
    for path, says in (("/root/wrong", "other users can read this password; chmod 600 /root/wrong"), ("/nowhere", "No such file"), ("/dev/null", "contains no password")):
        c.mon_refuses("peer01", "node", "ctrl", "peer02", "--password-file", path, "--", "true", says=says)


def check_disks(c):
    """peer02 has no key of peer01, neither before nor after this test."""
    conf = c.read("peer02", CONF)
    for how in BREAK:
        with broken_disk(c, "peer02", SSH, how):
            c.mon_refuses("peer01", "sshkey", "push", "peer02", *LOGIN, says=f"peer02: {KEYS}: ")
            _, errors = c.mon("peer01", "sshkey", "push", "peer02", *LOGIN, status=1)
            check(how in errors and c.run("peer02", "cat", KEYS) == "", f"authorized_keys on such a disk: {errors!r}")
        with broken_disk(c, "peer02", "/etc/merlin", how):
            c.mon_refuses("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "mon node edit peer01 weight=2", says=how)
            check(c.run("peer02", "cat", CONF) == conf, "merlin.conf was changed")
        with broken_disk(c, "peer02", "/var/lib/merlin/logs", how):
            c.mon_refuses("peer01", "log", "push", "peer02", *LOGIN, says=how)
    check(c.read("peer02", CONF) == conf and c.read("peer02", KEYS) == "", "something was changed")


def check_lost_in_the_middle(c):
    """The ssh server of one node dies while the command runs there; the command succeeds on the other node."""
    begun = begin(c, "node", "ctrl", "--", "test $(hostname) = peer02 && sleep 605; echo well")
    wait_for("it runs", lambda: count(c, "peer02", "sleep 605") > 0, 10)
    c.run("peer02", "sh", "-c", "kill -9 $(pgrep -f '[s]shd: root@')")
    out, errors = begun.communicate(timeout=30)
    check(begun.returncode == 1 and errors.count("\n") == 1 and "peer02: the connection was lost while the command ran" in errors, f"lost: {errors!r}")
    check("== peer03 ==\nwell\n" in out and "peer03  status 0\n" in out, f"the other node: {out!r}")


def check_interrupts(c):
    begun = begin(c, "node", "ctrl", "peer02", "--", "sleep 606")
    wait_for("it runs", lambda: count(c, "peer02", "sleep 606") > 0, 10)
    c.run("peer01", "kill", f"-{int(signal.SIGINT)}", c.read("peer01", "/run/mon.pid").strip())
    _, errors = begun.communicate(timeout=15)
    check(begun.returncode == 130, f"an interrupted command ends with {begun.returncode}: {errors!r}")
    wait_for("nobody runs it", lambda: count(c, "peer02", "sleep 606") == 0, 5)
    c.lab("cut", "peer02")
    for words in (("sshkey", "push"), ("cert", "fetch"), ("log", "fetch")):
        begun = begin(c, *words, "peer02", "--timeout", "60")
        wait_for("it waits", lambda: c.run("peer01", "ss", "-Htn", "state", "syn-sent", "dport", "=", ":22"), 10)
        c.run("peer01", "kill", f"-{int(signal.SIGINT)}", c.read("peer01", "/run/mon.pid").strip())
        _, errors = begun.communicate(timeout=10)
        check(begun.returncode == 130 and errors == "mon: peer02: interrupted\n", f"mon {words}: {begun.returncode} {errors!r}")
    _, errors = c.mon("peer01", "cert", "push", "--timeout", "2", status=1)
    check(errors.count("\n") == 1 and "peer02: no answer from root@peer02 within 2000 ms" in errors, f"one is down: {errors!r}")
    c.lab("heal")


def test():
    with bare_nodes() as c:
        make_peers(c)
        check_names(c)
        check_hostile(c)
        check_rights(c)
        check_lost_in_the_middle(c)
        check_interrupts(c)
        c.write("peer02", KEYS, "")
        check_passwords(c)
        check_disks(c)


main(test)

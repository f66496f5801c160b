# `mon node ctrl` works over real ssh servers: host keys, passwords, quoting, input, exit statuses, a node that is cut off, Ctrl-C; each refusal is one line.
import json
import signal
import subprocess
import time

from bare import LOGIN, bare_nodes
from cluster import LAB, check, main, wait_for

AWKWARD = ["two  words", "it's", "$HOME", "; rm -rf /tmp/x", "*", "a\nb", "-leading", "\"quoted\"", ""]


def check_host_keys(c):
    c.mon_refuses("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "true", says="host key is unknown: ssh-ed25519 SHA256:")
    c.mon("peer01", "node", "ctrl", "peer02", *LOGIN, "--accept-new", "--", "true")
    c.mon("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "true")
    c.mon("peer01", "node", "ctrl", "peer03", *LOGIN, "--accept-new", "--", "true")
    known = c.read("peer01", "/root/.ssh/known_hosts")
    lines = known.splitlines()
    check(len(lines) == 2, f"known_hosts has not one line a node: {lines}")
    swapped = [lines[0].split()[0] + " " + lines[1].split(" ", 1)[1], lines[1]]
    c.write("peer01", "/root/.ssh/known_hosts", "\n".join(swapped) + "\n")
    c.mon_refuses("peer01", "node", "ctrl", "peer02", *LOGIN, "--accept-new", "--", "true", says="REFUSED: its host key has changed")
    c.write("peer01", "/root/.ssh/known_hosts", known)


def check_refusals(c):
    c.mon_refuses("peer01", "node", "ctrl", "peer2", "--", "true", says="did you mean peer02?", status=2)
    c.mon_refuses("peer01", "node", "ctrl", "peer02", "--", "true", says="mon sshkey push peer02")
    c.put_password("peer01", "not it", "/root/wrong")
    c.mon_refuses("peer01", "node", "ctrl", "peer02", "--password-file", "/root/wrong", "--", "true", says="the password is wrong for root@peer02")
    c.run("peer01", "mon", "node", "edit", "peer02", "ssh_port=2222")
    c.mon_refuses("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "true", says="cannot connect to root@peer02 port 2222: Connection refused")
    c.run("peer01", "mon", "node", "edit", "peer02", "ssh_port=")


def check_one_node(c):
    out, _ = c.mon("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "printf", "<%s>", *AWKWARD)
    check(out == "".join(f"<{word}>" for word in AWKWARD), f"the words arrive as {out!r}")
    out, _ = c.mon("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "echo a b | tr a-z A-Z; hostname")
    check(out == "A B\npeer02\n", f"a line for the shell gives {out!r}")
    out, errors = c.mon("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "sh", "-c", "cat; echo oops >&2; exit 5", status=5, stdin="in\n")
    check((out, errors) == ("in\n", "oops\n"), f"input, output and errors are {out!r} {errors!r}")
    c.mon("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "kill -9 $$", status=137)
    out, _ = c.mon("peer01", "node", "ctrl", "peer02", *LOGIN, "--", "head -c 3000000 /dev/zero")
    check(len(out) == 3_000_000, f"of 3,000,000 bytes {len(out)} come back")


def check_keys(c):
    """A key that only the ssh agent has, and a key that only merlin.conf names."""
    c.run("peer01", "sh", "-c", "mkdir -p /root/elsewhere && ssh-keygen -q -t ed25519 -N '' -f /root/elsewhere/id")
    c.run("peer02", "sh", "-c", "umask 077; mkdir -p /root/.ssh; cat >>/root/.ssh/authorized_keys", stdin=c.read("peer01", "/root/elsewhere/id.pub"))
    c.mon_refuses("peer01", "node", "ctrl", "peer02", "--", "true", says="mon sshkey push peer02")
    out = c.run("peer01", "ssh-agent", "sh", "-c", "ssh-add -q /root/elsewhere/id && mon node ctrl peer02 -- hostname")
    check(out == "peer02\n", f"with a key of the agent it says {out!r}")
    c.run("peer01", "mon", "node", "edit", "peer02", "ssh_key=/root/elsewhere/id")
    check(c.mon("peer01", "node", "ctrl", "peer02", "--", "hostname")[0] == "peer02\n", "ssh_key is not used")
    c.run("peer01", "mon", "node", "edit", "peer02", "ssh_key=")
    c.run("peer02", "rm", "/root/.ssh/authorized_keys")


def check_several(c):
    out, _ = c.mon("peer01", "node", "ctrl", "--self", *LOGIN, "--", "hostname")
    check(out == "== peer02 ==\npeer02\n== peer03 ==\npeer03\n== peer01 ==\npeer01\n\npeer02  status 0\npeer03  status 0\npeer01  status 0\n",
          f"three nodes are shown as {out!r}")
    out, _ = c.mon("peer01", "node", "ctrl", "--json", *LOGIN, "--", "test $(hostname) = peer02 || exit 4", status=1)
    statuses = {node["name"]: node["status"] for node in json.loads(out)["nodes"]}
    check(statuses == {"peer02": 0, "peer03": 4}, f"the document says {statuses}")
    c.lab("cut", "peer02")
    out, errors = c.mon("peer01", "node", "ctrl", "--timeout", "2", *LOGIN, "--", "hostname", status=1)
    c.lab("heal")
    check("== peer03 ==\npeer03\n" in out and "no answer from root@peer02 within 2000 ms" in errors, f"with one cut off: {out!r} {errors!r}")


def check_cut_in_the_middle(c):
    begun = subprocess.Popen([LAB, "--name", c.name, "run", "peer01", "--", "mon", "node", "ctrl", "peer02", *LOGIN, "--", "sleep 600"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_for("it runs", lambda: processes(c, "peer02", "[s]leep 600") != "0", 10)
    c.lab("cut", "peer02")
    _, errors = begun.communicate(timeout=45)
    c.lab("heal")
    check(begun.returncode == 1 and "peer02: the connection was lost while the command ran" in errors, f"cut off in the middle: {errors!r}")


def processes(c, node, word):
    return c.run(node, "pgrep", "-cf", word, check_status=False).stdout.strip()


def check_interrupt(c):
    """When mon ends for any reason, the remote command ends too, even if it ignores SIGTERM."""
    for number, line in ((signal.SIGINT, "sleep 987 & sleep 987"), (signal.SIGHUP, "trap '' TERM; sleep 987; sleep 987")):
        begun = subprocess.Popen([LAB, "--name", c.name, "run", "peer01", "--", "sh", "-c", 'echo $$ >/run/mon.pid; exec mon "$@"', "mon", "node", "ctrl",
                                  *LOGIN, "--", line], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("both run it", lambda: all(processes(c, node, "[s]leep 987") != "0" for node in ("peer02", "peer03")), 10)
        c.run("peer01", "kill", f"-{int(number)}", c.read("peer01", "/run/mon.pid").strip())
        status = begun.wait(timeout=15)
        check(status == 130, f"mon ended with {status}")
        wait_for("nobody runs it", lambda: all(processes(c, node, "[s]leep 987") == "0" for node in ("peer02", "peer03")), 3)


def check_speed(c):
    def took(*names):
        times = []
        for _ in range(5):
            begin = time.monotonic()
            c.mon("peer01", "node", "ctrl", *names, *LOGIN, "--", "true")
            times.append(time.monotonic() - begin)
        return min(times)
    one, two = took("peer02"), took("peer02", "peer03")
    print(f"one node: {one * 1000:.0f} ms, two: {two * 1000:.0f} ms")
    check(two < 2 * one, f"two nodes take {two:.2f} s, one takes {one:.2f} s")


def test():
    with bare_nodes() as c:
        for name in ("peer02", "peer03"):
            c.run("peer01", "mon", "node", "add", name, "type=peer")
        check_host_keys(c)
        check_refusals(c)
        check_one_node(c)
        check_keys(c)
        check_several(c)
        check_interrupt(c)
        check_speed(c)
        check_cut_in_the_middle(c)


main(test)

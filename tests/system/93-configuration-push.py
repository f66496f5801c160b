# `mon oconf push` copies new, changed and removed files to the others, whose cores run them; a configuration that a core rejects, a concurrent push and a core that does not start leave the old configuration in place.
import json
import re
import time

from bare import LOGIN, bare_nodes
from cluster import check, main, wait_for
from terminal import on_terminal

FOLDER = "/etc/nagios4/conf.d/"
ODD = "; rm -rf x '$(id)'.cfg"


def digests(c):
    return {node: c.run(node, "mon", "oconf", "hash").strip() for node in c.nodes}


def pid(c, node):
    return c.read(node, "/run/nagios4/nagios4.pid").strip()


def template(c):
    """A definition of an additional host that this lab's core accepts, copied from an existing one."""
    for name in c.run("peer01", "ls", FOLDER).split():
        for block in c.read("peer01", FOLDER + name).split("define host "):
            if "host0001\n" in block and block.startswith("{"):
                return "define host " + block[:block.index("}") + 2]
    return ""


def check_push(c):
    block = template(c)
    check("host0001" in block, f"no host definition to copy: {block!r}")
    c.write("peer01", FOLDER + "new.cfg", block.replace("host0001", "pushed01"))
    c.write("peer01", FOLDER + ODD, "# nothing in it\n")
    c.write("peer02", FOLDER + "gone.cfg", "# only there\n")
    before = digests(c)
    out, _ = c.mon("peer01", "oconf", "push", "--dry-run")
    check("  + " + FOLDER + "new.cfg" in out and "  - " + FOLDER + "gone.cfg" in out, f"--dry-run says {out!r}")
    check(digests(c) == before, "--dry-run changed something")
    planned = {node["name"]: node for node in json.loads(c.mon("peer01", "oconf", "push", "--dry-run", "--json")[0])["nodes"]}
    check(FOLDER + "new.cfg" in planned["peer03"]["added"] and planned["peer02"]["removed"] == [FOLDER + "gone.cfg"], f"--dry-run --json says {planned}")
    daemons = {node: c.read(node, "/run/merlin/merlind.pid") for node in c.nodes}
    check_bar(*on_terminal(c, "peer01", "mon oconf push", (("[yes/no] ", "yes"),)))
    after = digests(c)
    check(set(after.values()) == {before["peer01"]}, f"after the push the digests are {after}")
    for node in c.nodes:
        wait_for(f"{node}'s core has the new host", lambda node=node: "pushed01" in c.read(node, "/var/lib/nagios4/objects.cache"), 20)
        check(c.run(node, "ls", "-A", "/etc/nagios4/.merlin").split() == ["history.json", "kept", "loaded"], f"{node}: the push left something behind")
        check(daemons[node] == c.read(node, "/run/merlin/merlind.pid"), f"{node}: the push restarted merlind")
    again, _ = c.mon("peer01", "oconf", "push")
    check(again == "peer02: already the same\npeer03: already the same\n", f"a second push says {again!r}")
    outcomes = [(node["name"], node["outcome"], node["error"]) for node in json.loads(c.mon("peer01", "oconf", "push", "--json")[0])["nodes"]]
    check(outcomes == [("peer02", "same", None), ("peer03", "same", None)], f"as a document it says {outcomes}")


def check_bar(status, shown):
    """On a terminal, mon redraws one progress line, and erases it at the end."""
    check(status == 0, f"the push on a terminal: status {status}: {shown!r}")
    drawn = re.findall(r"\r\x1b\[K\[([#.]{24})\] (\d+)/(\d+)  ([^\r\n]*)", shown)
    check(len(drawn) > 5 and drawn[-1][0] == 24 * "#" and drawn[-1][1] == drawn[-1][2], f"the bar is drawn as {drawn}")
    filled = [bar.count("#") for bar, *_ in drawn if bar]
    check(any(0 < count < 24 for count in filled), f"the bar never stands between empty and full: {filled}")
    check(any("peer02: sending" in text for *_, text in drawn), f"the bar says {[text for *_, text in drawn]}")
    left = [line.split("\x1b[K")[-1] for line in shown.replace("\r\n", "\n").split("\n")]
    check("peer03: in place, restarted" in left and not any("[#" in line for line in left), f"what stays on the terminal is {left}")


def check_delayed(c):
    """A node that was lost returns later; the push says that it waits for this."""
    c.kill("peer02", "core")
    wait_for("peer02 is lost", lambda: not c.is_active("peer01", "peer02"), 10)
    c.start("peer02", "core")
    c.wait_settled(timeout_s=60, hosts=c.hosts + 1)
    c.write("peer01", FOLDER + "new.cfg", c.read("peer01", FOLDER + "new.cfg") + "# once more\n")
    out, _ = c.mon("peer01", "oconf", "push")
    said = [line for line in out.splitlines() if line.startswith("peer02: waiting: ")]
    check(len(said) == 1 and "delays its return for another" in said[0] and "since it was lost" in said[0], f"the push says {out!r}")


def check_pollers(c):
    """The object configuration of a poller differs from ours, so a push skips it."""
    c.run("peer01", "mon", "node", "add", "peer02-poller", "address=peer02", "port=15999", "type=poller", "hostgroup=all")
    out, _ = c.mon("peer01", "oconf", "push", *LOGIN)
    check("peer02-poller: skipped, the object configuration of a poller is not ours\n" in out, f"a push reports a poller as {out!r}")
    c.run("peer01", "mon", "node", "remove", "peer02-poller")


def check_other_file_system(c):
    """The object files of a node are on another file system than its core's main file."""
    c.run("peer02", "sh", "-c", f"mkdir /run/kept && cp -a {FOLDER}. /run/kept && mount -t tmpfs none {FOLDER} && cp -a /run/kept/. {FOLDER}")
    c.write("peer01", FOLDER + "new.cfg", c.read("peer01", FOLDER + "new.cfg") + "# changed\n")
    c.mon("peer01", "oconf", "push", "--no-restart")
    check(len(set(digests(c).values())) == 1, "a push to another file system does not arrive")
    check(not [name for name in c.run("peer02", "ls", "-A", FOLDER).split() if name.startswith(".merlin")], "the push left a draft behind")
    c.run("peer02", "umount", FOLDER)
    c.mon("peer01", "oconf", "push", "--no-restart", "--force")


def check_rejected(c):
    """The local core rejects an invalid configuration; a target's core rejects what its own main file makes invalid."""
    pids, before = {node: pid(c, node) for node in ("peer02", "peer03")}, digests(c)
    c.write("peer01", FOLDER + "bad.cfg", "define host {\n nonsense yes\n}\n")
    c.mon_refuses("peer01", "oconf", "push", says="the core rejects the configuration")
    c.write("peer01", FOLDER + "bad.cfg", "# good again\n")
    main_file = c.read("peer03", "/etc/nagios4/nagios.cfg")
    c.write("peer03", "/etc/nagios4/nagios.cfg", main_file + "no_such_key=1\n")
    _, errors = c.mon("peer01", "oconf", "push", status=1)
    check("peer03" in errors and "the core rejects" in errors and "nothing was changed" in errors, f"a rejection there is reported as {errors!r}")
    c.write("peer03", "/etc/nagios4/nagios.cfg", main_file)
    after = digests(c)
    check(after["peer02"] == before["peer02"] and after["peer03"] == before["peer03"], "a rejected push changed files")
    check({node: pid(c, node) for node in pids} == pids, "a rejected push restarted a core")


def check_second_push(c):
    lock = json.dumps({"id": "0123456789abcdef", "author": "peer09", "until_s": int(time.time()) + 50})
    c.write("peer02", "/etc/nagios4/.merlin/lock", lock)
    _, errors = c.mon("peer01", "oconf", "push", status=1)
    check("a push from peer09 is running" in errors, f"a second push reports {errors!r}")
    c.write("peer02", "/etc/nagios4/.merlin/lock", lock.replace('"until_s": ', '"until_s": 1, "was": '))
    c.mon("peer01", "oconf", "push", "--no-restart")
    check(len(set(digests(c).values())) == 1, "a lapsed lock stops a push")


def check_reverted(c):
    """The second node's core does not start: the first node gets its old files back too."""
    before = digests(c)
    c.write("peer01", FOLDER + "bad.cfg", "# another\n")
    c.run("peer03", "mv", "/etc/init.d/nagios4", "/etc/init.d/nagios4.away")
    c.write("peer03", "/etc/init.d/nagios4", "#!/bin/sh\nexit 1\n")
    c.run("peer03", "chmod", "755", "/etc/init.d/nagios4")
    _, errors = c.mon("peer01", "oconf", "push", status=1)
    c.run("peer03", "mv", "/etc/init.d/nagios4.away", "/etc/init.d/nagios4")
    c.start("peer03", "all")
    after = digests(c)
    check(after["peer02"] == before["peer02"] and after["peer03"] == before["peer03"], f"not taken back: {errors!r}")
    check("peer02: taken back" in errors, f"what was taken back is not named: {errors!r}")


def test():
    with bare_nodes() as c:
        for name in ("peer02", "peer03"):
            c.run("peer01", "mon", "node", "add", name, "type=peer")
        c.mon("peer01", "sshkey", "push", "--all", *LOGIN, "--accept-new")
        for node, names in (("peer02", ("peer01", "peer03")), ("peer03", ("peer01", "peer02"))):
            for name in names:
                c.run(node, "mon", "node", "add", name, "type=peer")
        c.wait_settled()
        check_push(c)
        check_delayed(c)
        check_pollers(c)
        check_other_file_system(c)
        check_rejected(c)
        check_second_push(c)
        check_reverted(c)


main(test)

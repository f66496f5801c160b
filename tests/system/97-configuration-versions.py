# Versions of the object configuration: history, rollback and fetch; a push does not overwrite another node's changes unless asked to; whenever a push is killed, each node has either the whole old or the whole new version.
import json
import random
import subprocess
import time

from bare import bare_nodes
from cluster import LAB, check, main, wait_for
from peers import digests, make_peers

FOLDER = "/etc/nagios4/conf.d/"
TRUSTED = "/etc/merlin/tls/trusted.json"
RESOURCES = "/etc/nagios4/resource.cfg"


def versions(c, node):
    return json.loads(c.run(node, "mon", "oconf", "history", "--json"))["versions"]


def relations(c):
    """How peer02's configuration relates to peer01's, as peer01 reports it, and vice versa."""
    return [(c.about(node, other) or {}).get("config") for node, other in (("peer01", "peer02"), ("peer02", "peer01"))]


def check_history_and_rollback(c):
    first = digests(c)["peer01"]
    c.run("peer02", "rm", "-f", TRUSTED)
    c.write("peer01", FOLDER + "one.cfg", "define hostgroup {\n hostgroup_name one\n alias x\n}\n")
    c.mon("peer01", "oconf", "push")
    second = digests(c)["peer01"]
    check(set(digests(c).values()) == {second}, f"after a push: {digests(c)}")
    for node in c.nodes:
        check(versions(c, node)[-1]["digest"] == second and versions(c, node)[-1]["author"] == "peer01", f"{node}: {versions(c, node)}")
    check(c.read("peer02", TRUSTED).count('"fingerprint"') >= 3, "a push did not send the trusted certificates")
    out, _ = c.mon("peer02", "oconf", "rollback")
    check("is in place again, as version" in out, f"a rollback says {out!r}")
    check(digests(c)["peer02"] == first, "a rollback did not bring the version before back")
    check("one.cfg" not in c.run("peer02", "ls", FOLDER), "a new file is still there")
    c.mon_refuses("peer02", "oconf", "rollback", "77", says="77: no such version")


def check_newer_is_not_overwritten(c):
    """peer02 was rolled back, so its configuration is the newest."""
    wait_for("all nodes report the newer one", lambda: relations(c) == ["newer", "older"], 30)
    c.run("peer01", "/etc/init.d/merlind", "restart")
    wait_for("they still do", lambda: relations(c) == ["newer", "older"], 30)
    before = digests(c)
    _, errors = c.mon("peer01", "oconf", "push", status=1)
    check("is ahead of ours" in errors and "mon oconf fetch peer02" in errors, f"a push over a newer configuration says {errors!r}")
    check(digests(c) == before, "a refused push changed something")
    said = json.loads(c.mon("peer01", "oconf", "fetch", "--json")[0])
    check(said["taken"] == "peer02" and [node["config"] for node in said["nodes"]] == ["ahead", "same"], f"a fetch says {said}")
    c.mon("peer02", "oconf", "push")
    check(set(digests(c).values()) == {before["peer02"]}, f"after fetch and push: {digests(c)}")


def check_conflict(c):
    c.write("peer01", FOLDER + "here.cfg", "# here\n")
    c.write("peer02", FOLDER + "there.cfg", "# there\n")
    before = digests(c)
    _, errors = c.mon("peer01", "oconf", "push", status=1)
    check("was changed there" in errors and "--force" in errors, f"a conflict is reported as {errors!r}")
    _, errors = c.mon("peer01", "oconf", "fetch", "peer02", status=1)
    check("have diverged" in errors, f"a conflict is reported as {errors!r}")
    check(digests(c) == before, "a conflict changed something")
    c.mon("peer01", "oconf", "push", "--force")
    check(set(digests(c).values()) == {before["peer01"]}, f"after --force: {digests(c)}")
    check(any(version["digest"] == before["peer02"] and version["kept"] for version in versions(c, "peer02")), "what --force replaced is not kept")
    c.mon("peer03", "oconf", "push")


def check_resources(c):
    """The core's secrets are copied only on request."""
    for node in c.nodes:
        c.write(node, RESOURCES, c.read(node, RESOURCES) + f"$USER9$={node}\n")
        c.run(node, "chmod", "640", RESOURCES)
    c.mon("peer01", "oconf", "push", "--no-restart")
    check("peer02" in c.read("peer02", RESOURCES), "the resource file was sent unasked")
    c.mon("peer01", "oconf", "push", "--no-restart", "--resources")
    check("peer01" in c.read("peer02", RESOURCES), "--resources does not send the resource file")
    check(c.run("peer02", "stat", "-c", "%a", RESOURCES) == "640\n", "the resource file has another mode")


def unlock(c):
    """Ends the lease of a killed push."""
    for node in ("peer02", "peer03"):
        if c.run(node, "ls", "/etc/nagios4/.merlin/lock", check_status=False).returncode == 0:
            lock = json.loads(c.read(node, "/etc/nagios4/.merlin/lock"))
            c.write(node, "/etc/nagios4/.merlin/lock", json.dumps({**lock, "until_s": 1}))


def killer(c, node, delay_s):
    """Starts a process that kills every mon on the node after that time."""
    line = f"sleep {delay_s:.3f}; for pid in $(pgrep -x mon); do kill -9 $pid; done"
    return subprocess.Popen([LAB, "--name", c.name, "run", node, "--", "sh", "-c", line], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def check_killed(c):
    """Kills every mon on the pusher, on a target, or everywhere with SIGKILL, at some moment during a push of many files."""
    chosen, seen = random.Random(4), set()
    for round_number in range(15):
        old = digests(c)
        for number in range(60):
            c.write("peer01", f"{FOLDER}many{number:02d}.cfg", f"# round {round_number}\n")
        new = digests(c)["peer01"]
        killed = (["peer01"], ["peer02"], c.nodes)[round_number % 3]
        delay_s = chosen.uniform(0.05, 0.5)
        push = subprocess.Popen([LAB, "--name", c.name, "run", "peer01", "--", "mon", "oconf", "push", "--no-restart"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for helper in [killer(c, node, delay_s) for node in killed]:
            helper.wait(timeout=30)
        push.wait(timeout=30)
        time.sleep(0.3)
        have = digests(c)
        outcome = tuple("new" if have[node] == new else "old" for node in ("peer02", "peer03"))
        seen.add(outcome)
        print(f"round {round_number}: {'all' if len(killed) > 1 else killed[0]} after {delay_s:.2f} s: {outcome}")
        for node in ("peer02", "peer03"):
            check(have[node] in (old[node], new), f"round {round_number}: {node} has neither the old nor the new configuration")
        unlock(c)
    print(f"seen: {sorted(seen)}")
    c.mon("peer01", "oconf", "push", "--no-restart")
    check(len(set(digests(c).values())) == 1, "after the killed pushes one that is not killed does not succeed")


def test():
    with bare_nodes() as c:
        make_peers(c)
        check_history_and_rollback(c)
        check_newer_is_not_overwritten(c)
        check_conflict(c)
        check_resources(c)
        check_killed(c)


main(test)

# mon log merges the logs of all nodes, copies contain each line once, and the plugins of mon check report the right state while a node is killed.
import json
import subprocess

from bare import bare_nodes
from cluster import LAB, check, main, wait_for
from terminal import on_terminal

# A plugin's exit status, by the first word of its output.
STATUS = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


def plugin(c, node, *words):
    """(status, its one line); the line must have a plugin's format and match the status."""
    done = c.run(node, "mon", "check", *words, check_status=False)
    check(done.stdout.count("\n") == 1 and not done.stderr, f"mon check {' '.join(words)} says {done.stdout!r} {done.stderr!r}")
    check(STATUS.get(done.stdout.split(":")[0]) == done.returncode, f"mon check {' '.join(words)}: status {done.returncode}: {done.stdout}")
    return done.returncode, done.stdout


def lines(c, node, *words):
    out, _ = c.mon(node, "log", "show", "--json", *words)
    return [json.loads(line) for line in out.splitlines()]


def all_well(c):
    for words in (("status",), ("node", "peer02"), ("distribution", "--warning", "100", "--critical", "100"), ("latency",), ("exectime",), ("orphans",),
                  ("spool",), ("cores", "/var/lib/nagios4")):
        wait_for(f"mon check {' '.join(words)} is ok", lambda: plugin(c, "peer01", *words)[0] == 0, 30)
        as_core = c.run("peer01", "setpriv", "--reuid=nagios", "--regid=nagios", "--init-groups", "mon", "check", *words, check_status=False)
        check(as_core.returncode == 0, f"the core's user gets {as_core.stdout}{as_core.stderr}")


def watched(c):
    """On a terminal, `mon node status` uses a screen of its own until q is typed."""
    status, shown = on_terminal(c, "peer01", "mon node status --watch", (("\x1b[J", "q"),))
    check(status == 0 and "\x1b[?1049h" in shown and shown.rstrip().endswith("\x1b[?1049l"), f"--watch ends with {status}: {shown!r}")
    check(all(node in shown for node in c.nodes), f"--watch shows {shown!r}")


def every_nodes(c, alerts):
    return alerts if sorted(alert["node"] for alert in alerts) == c.nodes else None


def alert_in(stream):
    """The next hard alert from a stream of events, one JSON object per line."""
    return next(event for event in map(json.loads, stream) if event["type"] == "alert" and event["state_type"] == "hard")


def one_log(c):
    """An alert is in each node's log, in the others' with the owner's name; the merged log contains all of them, and following the events shows it."""
    host = c.host_names()[0]
    with subprocess.Popen([LAB, "--name", c.name, "run", "peer03", "--", "timeout", "60", "mon", "events", "--follow", "--json", "--host", host],
                          stdout=subprocess.PIPE, text=True) as follower:
        c.lab("flag", host, "down", "not", "there")
        event = alert_in(follower.stdout)
        follower.terminate()
    check(event["host"] == host and event["state"].lower() == "down", f"mon events --follow says {event}")
    owner = c.owners("peer01")[host]
    alert = ("--host", host, "--type", "alert", "--state", "down", "--state-type", "hard")
    wait_for("the merged log has the alert", lambda: lines(c, "peer01", "--all-nodes", *alert), 60)
    alerts = wait_for("it has that of each node", lambda: every_nodes(c, lines(c, "peer01", "--all-nodes", *alert)))
    own = [line["node"] for line in alerts if "[node " not in line["text"]]
    check(own == [owner], f"{own} say that they saw it, instead of {owner}")
    merged = lines(c, "peer01", "--all-nodes")
    check({line["node"] for line in merged} == set(c.nodes), "not all nodes' logs are in it")
    check([line["time"] for line in merged] == sorted(line["time"] for line in merged), "not in order of time")
    c.lab("flag", host)


def copies(c):
    def same(node, copy):
        return c.read(*copy) == c.mon(node, "log", "show", "--raw")[0]

    fetched = json.loads(c.mon("peer01", "log", "fetch", "--all", "--json")[0])["nodes"]
    check([node["name"] for node in fetched] == ["peer02", "peer03"] and all(node["bytes"] > 0 for node in fetched), f"log fetch --json says {fetched}")
    for node in ("peer02", "peer03"):
        wait_for(f"the copy of {node}'s log is complete", lambda: c.mon("peer01", "log", "fetch", node) and same(node, ("peer01", f"/var/lib/merlin/logs/{node}.log")))
    wait_for("our log is at peer02", lambda: c.mon("peer01", "log", "push", "peer02") and same("peer01", ("peer02", "/var/lib/merlin/logs/peer01.log")))


def services(c):
    """The results of start, stop and restart as a JSON document."""
    def said(*words):
        document = json.loads(c.mon("peer02", *words, "--json")[0])
        check(document["error"] is None and all(step["error"] is None for step in document["steps"]), f"mon {words} says {document}")
        return [(step["name"], step["done"]) for step in document["steps"]]

    check(said("stop") == [("core", "stopped"), ("merlind", "stopped")], "stop --json says something else")
    check(said("start") == [("merlind", "started"), ("core", "started")], "start --json says something else")
    check(said("restart") == [("core", "stopped"), ("merlind", "restarted"), ("core", "started")], "restart --json says something else")
    c.wait_settled(timeout_s=90)
    check(json.loads(c.mon("peer02", "node", "drain", "--json")[0])["nodes"][0]["outcome"].startswith("drained"), "drain --json says something else")
    check(c.about("peer01", "peer02")["why"].startswith("it runs no checks until the drain ends"), "a drained node is not said to be one")
    c.mon("peer02", "node", "undrain")


def one_is_gone(c):
    c.kill("peer03", "core")
    wait_for("mon check status sees it", lambda: plugin(c, "peer01", "status")[0] == 2)
    status, line = plugin(c, "peer01", "node", "peer03")
    check(status == 2 and line.startswith("CRITICAL: peer03 is "), f"mon check node says {line}")
    check("2 of 3 nodes active" in plugin(c, "peer01", "status", "--critical", "1")[1], "it does not count right")
    c.kill("peer01", "daemon")
    check(plugin(c, "peer01", "status")[0] == 2, "a daemon that does not run is not critical")
    c.kill("peer02", "daemon", "STOP")
    check(plugin(c, "peer02", "status", "--timeout", "1s")[0] >= 2, "a daemon that hangs is not seen")
    c.kill("peer02", "daemon", "CONT")


def test():
    with bare_nodes() as c:
        c.make_cluster()
        all_well(c)
        watched(c)
        one_log(c)
        copies(c)
        services(c)
        one_is_gone(c)


main(test)

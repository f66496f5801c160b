# What happened on both sides of a cut (alerts, comments, notifications), with a merlind killed in between, is the same history on all nodes afterwards: each event once, and those of a node in their order.
# F01 F10 I1 I2 I3 R7
import json
import time

from cluster import check, cluster, main, wait_for
from operators import command, tidy

COMMENTS = 10  # at each node


def history(c, node):
    """The node's history, as mon prints it."""
    lines = c.run(node, "mon", "events", "--json", "--limit", "10000", timeout_s=30)
    return [json.loads(line) for line in lines.splitlines()]


def identity(event):
    return (event["node_id"], event["epoch"], event["number"])


def is_once_and_in_order(events):
    """Without a gap or a repetition in any stream."""
    streams = {}
    for node, epoch, number in sorted(identity(event) for event in events):
        streams.setdefault((node, epoch), []).append(number)
    return all(numbers == list(range(numbers[0], numbers[0] + len(numbers))) for numbers in streams.values())


def said(events):
    return sorted(event["text"] for event in events if event["type"] == "comment" and event["action"] == "added")


def same_everywhere(c):
    """The history that all nodes have; None while they differ."""
    all_of_them = [history(c, node) for node in c.nodes]
    return all_of_them[0] if all_of_them.count(all_of_them[0]) == len(all_of_them) else None


def comment(c, node, count, what):
    for number in range(count):
        command(c, node, f"ADD_HOST_COMMENT;host{number + 1:04};1;anna;{what} {number} at {node}")


def test():
    with cluster(fresh=True) as c:
        tidy(c)
        comment(c, "peer01", 1, "before")
        wait_for("all have the first comment", lambda: all("before 0 at peer01" in said(history(c, node)) for node in c.nodes), 20)
        c.lab("cut", "peer03")
        wait_for("peer03 is away", lambda: not c.is_active("peer01", "peer03") and not c.is_active("peer03", "peer01"), 20)
        c.lab("flag", "host0005;svc01", "critical")
        for node in c.nodes:
            comment(c, node, COMMENTS, "meanwhile")
        time.sleep(3 * c.interval)
        c.kill("peer01", "daemon")
        c.start("peer01", "daemon")
        wait_for("peer01 is back", lambda: c.is_active("peer02", "peer01"), 20)
        comment(c, "peer02", 1, "late")
        c.lab("flag", "host0005;svc01", "ok")
        time.sleep(c.interval)
        c.lab("heal")
        expected = sorted(["before 0 at peer01", "late 0 at peer02"]
                          + [f"meanwhile {number} at {node}" for node in c.nodes for number in range(COMMENTS)])

        def whole():
            events = same_everywhere(c)
            return events if events and said(events) == expected else None
        events = wait_for("all have the same history, and all of it", whole, 40, every_s=1)
        check(is_once_and_in_order(events), "a stream has a gap or a repetition")
        check(len({identity(event) for event in events}) == len(events), "an event is there twice")
        alerts = [event for event in events if event["type"] == "alert" and (event["host"], event["service"]) == ("host0005", "svc01")]
        check(any(event["state"] == "CRITICAL" and event["state_type"] == "hard" for event in alerts), f"no hard alert: {alerts}")
        check(any(event["state"] == "OK" for event in alerts), f"no alert of the end: {alerts}")
        check(any(event["type"] == "notification" for event in events), "no notification is in the history")
        check(all(one["time_ms"] <= other["time_ms"] for one, other in zip(events, events[1:])), "it is not in the order of time")
        tidy(c)


main(test)

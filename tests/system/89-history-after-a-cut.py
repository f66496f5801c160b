# After a network split during which one merlind was killed, all nodes have the same history of the alerts, comments and notifications of both sides: each event once, and those of one node in order. mon events --follow prints each event once although merlind is killed and its store is replaced.
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
    """No stream has a gap or a repetition."""
    streams = {}
    for node, epoch, number in sorted(identity(event) for event in events):
        streams.setdefault((node, epoch), []).append(number)
    return all(numbers == list(range(numbers[0], numbers[0] + len(numbers))) for numbers in streams.values())


def said(events):
    return sorted(event["text"] for event in events if event["type"] == "comment" and event["action"] == "added")


def same_everywhere(c):
    """The history on which all nodes agree; None while they differ."""
    all_of_them = [history(c, node) for node in c.nodes]
    return all_of_them[0] if all_of_them.count(all_of_them[0]) == len(all_of_them) else None


def comment(c, node, count, what):
    for number in range(count):
        command(c, node, f"ADD_HOST_COMMENT;host{number + 1:04};1;anna;{what} {number} at {node}")


class Follower:
    """`mon events --follow` at a node, in the background."""

    def __init__(self, c, node):
        self.before = {identity(event) for event in history(c, node)}
        self.c, self.node = c, node
        c.run(node, "sh", "-c", "rm -f /tmp/follow.*; : >/tmp/follow.out; { mon events --follow --json >/tmp/follow.out 2>/tmp/follow.err & "
              "echo $! >/tmp/follow.pid; wait $!; echo $? >/tmp/follow.status; } >/dev/null 2>&1 &")
        wait_for("the follower prints what there is", lambda: not self.before or self.printed(), 10)

    def printed(self):
        return [identity(json.loads(line)) for line in self.c.read(self.node, "/tmp/follow.out").splitlines(keepends=True) if line.endswith("\n")]

    def check_complete(self, events):
        due = {identity(event) for event in events} - self.before
        wait_for("the follower has printed all new events", lambda: due <= set(self.printed()), 20, 0.5)
        printed = self.printed()
        check(len(printed) == len(set(printed)), f"the follower has printed {len(printed) - len(set(printed))} events twice")

    def end(self):
        """By SIGTERM, which is no failure."""
        self.c.run(self.node, "sh", "-c", "kill $(cat /tmp/follow.pid); until [ -s /tmp/follow.status ]; do sleep 0.1; done", timeout_s=10)
        status = self.c.read(self.node, "/tmp/follow.status").strip()
        check(status == "0", f"the follower ends with status {status}")
        said_by_it = self.c.read(self.node, "/tmp/follow.err")
        lost, back = said_by_it.count("waiting until it answers again"), said_by_it.count("merlind answers again")
        check(lost == back == 2 and said_by_it.count("\n") == 4, f"the follower says {said_by_it!r}")


def replace_store(c, node):
    c.run(node, "/etc/init.d/merlind", "stop")
    c.run(node, "sh", "-c", "rm /var/lib/merlin/store.db*")
    c.run(node, "/etc/init.d/merlind", "start")


def test():
    with cluster(fresh=True) as c:
        tidy(c)
        comment(c, "peer01", 1, "before")
        wait_for("all have the first comment", lambda: all("before 0 at peer01" in said(history(c, node)) for node in c.nodes), 20)
        follower = Follower(c, "peer01")
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
        follower.check_complete(events)
        replace_store(c, "peer01")
        wait_for("the new store has the history", lambda: "late 0 at peer02" in said(history(c, "peer01")), 20, 0.5)
        comment(c, "peer02", 1, "last")
        wait_for("all have the last comment", lambda: all("last 0 at peer02" in said(history(c, node)) for node in c.nodes), 20)
        follower.check_complete(history(c, "peer02"))
        follower.end()
        tidy(c)


main(test)

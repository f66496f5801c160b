# Only the owner notifies and runs event handlers, once per event; after a takeover no node repeats the problem, and the new owner notifies the recovery.
# I6
import time

from cluster import check, cluster, main, now_ms, wait_for

TARGET = ("host0005", "svc02")


def notified(c, since):
    """[(node, type, number, time_ms)] of the target's notifications."""
    return [(row[0], row[3], row[7], int(row[1])) for row in c.notifications(since) if tuple(row[4:6]) == TARGET]


def handled(c, since):
    """[(node, state, type, attempt)] of the target's event handlers."""
    return [(row[0], row[4], row[5], row[6]) for row in c.handlers(since) if tuple(row[2:4]) == TARGET]


def test():
    with cluster() as c:
        owner = c.owner(TARGET[0])
        others = [node for node in c.nodes if node != owner]
        since = now_ms()
        c.lab("flag", ";".join(TARGET), "critical", "the fan is broken")
        wait_for("the problem is notified", lambda: notified(c, since), 3 * c.interval)
        time.sleep(2)
        rows = notified(c, since)
        check([row[:3] for row in rows] == [(owner, "PROBLEM", "1")], f"{owner} runs the host; notified: {rows}")
        events = handled(c, since)
        expected = [(owner, "CRITICAL", "SOFT", "1"), (owner, "CRITICAL", "SOFT", "2"), (owner, "CRITICAL", "HARD", "3")]
        check(events == expected, f"{owner} runs the host; handled was {events}")

        c.kill(owner, "core")
        c.wait_settled(others, timeout_s=15)
        new = c.owner(TARGET[0], others[0])
        taken = now_ms()
        wait_for(f"{new} has run the check twice",
                 lambda: len([row for row in c.checks(taken) if row[1:3] == TARGET]) >= 2, 3 * c.interval, 0.5)
        time.sleep(1)
        rows = notified(c, since)
        check(len(rows) == 1, f"the same problem was notified again: {rows}")
        check(handled(c, since) == expected, f"the same event was handled again: {handled(c, since)}")

        c.lab("flag", ";".join(TARGET), "ok")
        wait_for("the recovery is notified", lambda: len(notified(c, since)) > 1, 2 * c.interval)
        c.start(owner, "core")
        c.wait_settled()
        time.sleep(2)
        rows = notified(c, since)
        check([row[:2] for row in rows[1:]] == [(new, "RECOVERY")], f"{new} runs the host now; notified: {rows}")
        events = handled(c, since)[len(expected):]
        check([event[:3] for event in events] == [(new, "OK", "HARD")], f"{new} runs the host now; handled was {events}")


main(test)

"""Which node notified what about one object, from the records of all nodes' notification commands."""
import time

from cluster import check, wait_for

# Seconds from a flag to the hard problem: a check, two retries of a second each, and the delays of a loaded machine.
HARD_S = 12
SETTLE_S = 3


class NotificationsOf:
    """The notifications of one service of a cluster; service None: of the host itself."""

    def __init__(self, c, host, service):
        self.c, self.host, self.service = c, host, service
        self.since = max([int(row[1]) for row in c.notifications()], default=0)

    def flag(self, state, *words):
        target = self.host if self.service is None else f"{self.host};{self.service}"
        self.c.lab("flag", target, state, *words)

    def notified(self, *kinds):
        """[(node, type, number)] since the beginning, by time."""
        rows = [row for row in self.c.notifications(self.since) if tuple(row[4:6]) == (self.host, self.service or "-")]
        return [(row[0], row[3], int(row[7])) for row in sorted(rows, key=lambda row: int(row[1])) if not kinds or row[3] in kinds]

    def wait_notified(self, count, *kinds, timeout_s=HARD_S):
        wait_for(f"{count} notifications of {self.host};{self.service} {' '.join(kinds)}", lambda: len(self.notified(*kinds)) >= count, timeout_s)

    def check_notified(self, expected, what, *kinds):
        rows = self.notified(*kinds)
        check(rows == expected, f"{what}: {rows} instead of {expected}")

    def stays(self, expected, what, seconds=SETTLE_S, kinds=()):
        """Checks that nothing else is notified for that long."""
        time.sleep(seconds)
        self.check_notified(expected, what, *kinds)

    def checks_since(self, when_ms):
        return [row for row in self.c.checks(when_ms) if row[1:3] == (self.host, self.service or "-")]

    def end(self):
        """Ends the problem, and waits for the recovery's notification if the problem was notified."""
        problem_notified = len(self.notified("PROBLEM")) > 0
        recoveries = len(self.notified("RECOVERY"))
        self.flag("ok")
        if problem_notified and recoveries == 0:
            self.wait_notified(1, "RECOVERY")


def host_of(c, node):
    """A host that this node owns."""
    return next(host for host, owner in sorted(c.owners().items()) if owner == node)

"""Who told what of one service, from what the notification commands of all nodes wrote down."""
import time

from cluster import check, wait_for

# Seconds from a flag to the hard problem: a check, two retries of a second, and what a loaded machine takes.
HARD_S = 12
SETTLE_S = 3


class Telling:
    """One service of a cluster; service None: the host itself."""

    def __init__(self, c, host, service):
        self.c, self.host, self.service = c, host, service
        self.since = max([int(row[1]) for row in c.notifications()], default=0)

    def flag(self, state, *words):
        target = self.host if self.service is None else f"{self.host};{self.service}"
        self.c.lab("flag", target, state, *words)

    def told(self, *kinds):
        """[(node, type, number)] since the beginning, by time."""
        rows = [row for row in self.c.notifications(self.since) if tuple(row[4:6]) == (self.host, self.service or "-")]
        return [(row[0], row[3], int(row[7])) for row in sorted(rows, key=lambda row: int(row[1])) if not kinds or row[3] in kinds]

    def wait_told(self, count, *kinds, timeout_s=HARD_S):
        wait_for(f"{count} told of {self.host};{self.service} {' '.join(kinds)}", lambda: len(self.told(*kinds)) >= count, timeout_s)

    def check_told(self, expected, what, *kinds):
        rows = self.told(*kinds)
        check(rows == expected, f"{what}: {rows} instead of {expected}")

    def stays(self, expected, what, seconds=SETTLE_S, kinds=()):
        """Nothing more is told for that long."""
        time.sleep(seconds)
        self.check_told(expected, what, *kinds)

    def checks_since(self, when_ms):
        return [row for row in self.c.checks(when_ms) if row[1:3] == (self.host, self.service or "-")]

    def end(self):
        """Well again, and that told too where the problem was."""
        told = len(self.told("PROBLEM")) > 0
        recoveries = len(self.told("RECOVERY"))
        self.flag("ok")
        if told and recoveries == 0:
            self.wait_told(1, "RECOVERY")


def host_of(c, node):
    """A host that this node runs."""
    return next(host for host, owner in sorted(c.owners().items()) if owner == node)

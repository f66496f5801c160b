"""Notifications of 40 problems: during a network split, when the network recovers, and when the owner is killed and returns."""
import time
from collections import Counter

from .nodes import nodes, wait_for
from .report import say

VICTIM = "peer03"
PROBLEMS = 40
HARD_S = 30  # a check, two retries, and the voters' answers


class Problems:
    """The same service on the first hosts of a node; it fails and recovers."""

    def __init__(self, lab, hosts):
        self.lab, self.hosts = lab, hosts
        self.since = int(time.time() * 1000)

    def flag(self, state):
        for host in self.hosts:
            self.lab.lab("flag", f"{host};svc01", state)

    def notified(self, kind, since=None):
        """{host: number of notifications of that kind}."""
        rows = self.lab.notifications(self.since if since is None else since)
        return Counter(row[4] for row in rows if row[3] == kind and row[5] == "svc01" and row[4] in self.hosts)

    def wait_notified(self, kind, count=1):
        wait_for(f"{kind} {count} times of each", lambda: min(self.notified(kind)[host] for host in self.hosts) >= count, 2 * HARD_S, 0.3)

    def end(self):
        self.flag("ok")
        self.wait_notified("RECOVERY")


def owned_by(lab, node, count):
    return [host for host, owner in sorted(lab.owners().items()) if owner == node][:count]


def partition(lab, found):
    """Hosts of both sides fail during the network split."""
    problems = Problems(lab, sorted(owned_by(lab, VICTIM, PROBLEMS // 2) + owned_by(lab, "peer01", PROBLEMS // 2)))
    lab.lab("cut", VICTIM)
    lab.wait_settled(["peer01", "peer02"], timeout_s=30)
    problems.flag("critical")
    problems.wait_notified("PROBLEM", 2)
    time.sleep(lab.interval + 2)
    found["apart"].append(sum(problems.notified("PROBLEM").values()) / PROBLEMS)
    recovered = int(time.time() * 1000)
    lab.lab("heal")
    lab.wait_settled(timeout_s=400)
    time.sleep(2 * lab.interval + 2)
    found["afterwards"].append(sum(problems.notified("PROBLEM", recovered).values()) + sum(problems.notified("RECOVERY", recovered).values()))
    problems.end()
    time.sleep(lab.interval)
    found["recoveries"].append(sum(problems.notified("RECOVERY").values()) / PROBLEMS)


def owner_killed(lab, found):
    """The owner is killed right after it has notified, and restarts while the problems last."""
    hosts = owned_by(lab, VICTIM, PROBLEMS)
    problems = Problems(lab, hosts)
    problems.flag("critical")
    problems.wait_notified("PROBLEM")
    lab.kill(VICTIM, "all")
    lab.wait_settled(["peer01", "peer02"], timeout_s=30)
    time.sleep(2 * lab.interval)
    lab.start(VICTIM, "all")
    lab.wait_settled(timeout_s=400)
    time.sleep(2 * lab.interval)
    found["again"].append(sum(problems.notified("PROBLEM").values()) - len(hosts) + sum(problems.notified("RECOVERY").values()))
    problems.end()


def measure(report, runs=3):
    found = {"apart": [], "afterwards": [], "recoveries": [], "again": []}
    with nodes("notifications", 3, 150, 2, 10) as lab:
        for run in range(runs):
            partition(lab, found)
            owner_killed(lab, found)
            say(f"run {run + 1} of {runs}: {found}")
    report.add("cut in two, every_side: notifications per problem", found["apart"], "each", at_most=2)
    report.add("... problems and recoveries notified when the network recovers, of 40", found["afterwards"], "", at_most=0)
    report.add("... recoveries notified per problem, in the end", found["recoveries"], "each", at_most=1, at_least=1)
    report.add("owner killed after notifying, restarted: notified again, of 40", found["again"], "", at_most=0)

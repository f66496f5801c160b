"""What people hear of 40 problems: while the nodes are cut in two, after the heal, and when the owner is killed and comes back."""
import time
from collections import Counter

from .nodes import nodes, wait_for
from .report import say

VICTIM = "peer03"
PROBLEMS = 40
HARD_S = 30  # a check, two retries, and what asking takes


class Problems:
    """The same service of the first hosts of a node, broken and well again."""

    def __init__(self, lab, hosts):
        self.lab, self.hosts = lab, hosts
        self.since = int(time.time() * 1000)

    def flag(self, state):
        for host in self.hosts:
            self.lab.lab("flag", f"{host};svc01", state)

    def told(self, kind, since=None):
        """{host: how often}, of problems or recoveries."""
        rows = self.lab.notifications(self.since if since is None else since)
        return Counter(row[4] for row in rows if row[3] == kind and row[5] == "svc01" and row[4] in self.hosts)

    def wait_told(self, kind, count=1):
        wait_for(f"{kind} {count} times of each", lambda: min(self.told(kind)[host] for host in self.hosts) >= count, 2 * HARD_S, 0.3)

    def end(self):
        self.flag("ok")
        self.wait_told("RECOVERY")


def owned_by(lab, node, count):
    return [host for host, owner in sorted(lab.owners().items()) if owner == node][:count]


def partition(lab, found):
    """Hosts of both sides, broken while they are cut."""
    problems = Problems(lab, sorted(owned_by(lab, VICTIM, PROBLEMS // 2) + owned_by(lab, "peer01", PROBLEMS // 2)))
    lab.lab("cut", VICTIM)
    lab.wait_settled(["peer01", "peer02"], timeout_s=30)
    problems.flag("critical")
    problems.wait_told("PROBLEM", 2)
    time.sleep(lab.interval + 2)
    found["apart"].append(sum(problems.told("PROBLEM").values()) / PROBLEMS)
    healed = int(time.time() * 1000)
    lab.lab("heal")
    lab.wait_settled(timeout_s=400)
    time.sleep(2 * lab.interval + 2)
    found["heal"].append(sum(problems.told("PROBLEM", healed).values()) + sum(problems.told("RECOVERY", healed).values()))
    problems.end()
    time.sleep(lab.interval)
    found["recoveries"].append(sum(problems.told("RECOVERY").values()) / PROBLEMS)


def owner_killed(lab, found):
    """Right after it has told, and started again while the problems last."""
    hosts = owned_by(lab, VICTIM, PROBLEMS)
    problems = Problems(lab, hosts)
    problems.flag("critical")
    problems.wait_told("PROBLEM")
    lab.kill(VICTIM, "all")
    lab.wait_settled(["peer01", "peer02"], timeout_s=30)
    time.sleep(2 * lab.interval)
    lab.start(VICTIM, "all")
    lab.wait_settled(timeout_s=400)
    time.sleep(2 * lab.interval)
    found["again"].append(sum(problems.told("PROBLEM").values()) - len(hosts) + sum(problems.told("RECOVERY").values()))
    problems.end()


def measure(report, runs=3):
    found = {"apart": [], "heal": [], "recoveries": [], "again": []}
    with nodes("told", 3, 150, 2, 10) as lab:
        for run in range(runs):
            partition(lab, found)
            owner_killed(lab, found)
            say(f"run {run + 1} of {runs}: {found}")
    report.add("cut in two, every_side: notifications a problem", found["apart"], "each", at_most=2)
    report.add("... problems and recoveries told at the heal, of 40", found["heal"], "", at_most=0)
    report.add("... recoveries told of each, in the end", found["recoveries"], "each", at_most=1, at_least=1)
    report.add("owner killed after telling, restarted: told again of 40", found["again"], "", at_most=0)

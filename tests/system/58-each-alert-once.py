# Each result that a core without Merlin logs as an alert is logged once by the owner, once by each other node (marked with the owner) and once in mon events, in order and with its own text, even if several results of one object arrive in one write to the command pipe or in one file of the spool directory, at the owner or at another node; this includes volatile and stalked services and hosts.
# R5 R6 I1
import time

from alerts import alerts, history, subject
from cluster import check, cluster, main, wait_for
from plain_core import check_each_same, check_same, commands, logged, more_objects, plain_core

FILE = "/etc/nagios4/conf.d/volatile.cfg"
PASSIVE, ELSEWHERE, VOLATILE, STALKED = "passive01", "passive02", "volatile01", "stalked01"
SPOOLED, SPOOLED_ELSEWHERE = "spooled01", "spooled02"
TEXT = "".join(f"""define service {{
  use lab-service
  hostgroup_name lab
  service_description {name}
  active_checks_enabled 0
  max_check_attempts {attempts}
  {more}
}}
""" for name, attempts, more in ((VOLATILE, 1, "is_volatile 1"), (STALKED, 1, "stalking_options o,c"), (SPOOLED, 3, ""), (SPOOLED_ELSEWHERE, 3, "")))
SPOOL = "/var/lib/nagios4/spool/checkresults"
RECORD = """host_name={host}
service_description={service}
check_type=1
check_options=0
scheduled_check=0
reschedule_check=0
latency=0
start_time={now}.0
finish_time={now}.0
early_timeout=0
exited_ok=1
return_code={state}
output={text}\\n

"""
SETTLE_S = 3


class Beside:
    """A cluster and a plain core beside it; both receive the same input."""

    def __init__(self, c, plain, host, owner):
        self.c, self.plain, self.host, self.owner = c, plain, host, owner
        self.seen = {}
        self.files = 0

    def submit(self, service, results, node=None):
        """Submits the results in one write to the command pipe, to the owner unless `node` is given."""
        name = "PROCESS_SERVICE_CHECK_RESULT" if service else "PROCESS_HOST_CHECK_RESULT"
        about = subject(self.host, service)
        lines = [f"{name};{about};{state};{text}" for state, text in results]
        commands(self.plain, "peer01", lines)
        commands(self.c, node or self.owner, lines)
        time.sleep(2)

    def spool(self, service, results, node=None):
        """The results in one file, as programs leave it in the core's spool directory."""
        self.files += 1
        now = int(time.time())
        content = f"file_time={now}\n\n" + "".join(RECORD.format(host=self.host, service=service, now=now, state=state, text=text) for state, text in results)
        for where, target in ((self.plain, "peer01"), (self.c, node or self.owner)):
            name = f"{SPOOL}/c{self.files:06d}"
            where.write(target, name, content)
            where.run(target, "chown", "nagios:nagios", name)
            where.write(target, f"{name}.ok", "")
        wait_for("the plain core has read the file", lambda: results[-1][1] in self.plain.status_dat("peer01").get((self.host, service), {}).get("plugin_output", ""), 30, 0.5)

    def check(self, service, receiver=None):
        """`receiver`: its core has logged the results as they came in, without a mark."""
        about = subject(self.host, service)
        kind = "SERVICE ALERT" if service else "HOST ALERT"
        before = self.seen.get(about, 0)
        expected = logged(self.plain, kind, f"{about};")
        check(len(expected) > before, f"the plain core logged no new alert of {about}")
        self.seen[about] = len(expected)
        c = self.c
        for node in c.nodes:
            mark = "" if node in (self.owner, receiver) else rf" \[node {self.owner}\]"
            wait_for(f"{node} has logged {len(expected)} alerts of {about}", lambda n=node, m=mark: len(alerts(c, n, self.host, service, m)) >= len(expected), 15, 0.3)
        wait_for("the history has them", lambda: len(history(c, self.owner, self.host, service)) >= len(expected), 15, 0.5)
        time.sleep(SETTLE_S)
        for node in c.nodes:
            mark = "" if node in (self.owner, receiver) else rf" \[node {self.owner}\]"
            found = alerts(c, node, self.host, service, mark)
            check(found == expected, f"{node} logged {found}, the plain core {expected}")
            found = history(c, node, self.host, service)
            check(found == expected, f"the history of {node} has {found}, the plain core logged {expected}")
        return expected


def test():
    with cluster(hosts=4, services=0, interval=60, passive=2) as c, plain_core(c) as plain, more_objects(c, plain, FILE, TEXT):
        host = c.host_names()[1]
        owner = c.owner(host)
        beside = Beside(c, plain, host, owner)
        # The first problem of a pending object, soft and hard, and its recovery.
        beside.submit(PASSIVE, [(2, "bad 1"), (2, "bad 2"), (2, "bad 3"), (0, "well")])
        beside.check(PASSIVE)
        beside.submit(PASSIVE, [(1, "slow"), (2, "bad 4"), (0, "well soon"), (2, "bad 5"), (2, "bad 6"), (2, "bad 7"), (1, "slow again"), (2, "bad 8")])
        beside.check(PASSIVE)
        beside.submit(PASSIVE, [(2, "still bad"), (2, "bad as ever"), (0, "well again")])
        seen = beside.check(PASSIVE)
        check(any(";OK;HARD;3;" in line for line in seen) and any(";OK;SOFT;" in line for line in seen), f"the plain core logged {seen}")
        # A volatile service logs every result of a hard problem.
        beside.submit(VOLATILE, [(2, "trap 1"), (2, "trap 2"), (2, "trap 2"), (1, "trap 3"), (0, "calm")])
        check(len(beside.check(VOLATILE)) == 5, "the plain core logs each result of a volatile service")
        # A stalked service logs each new text.
        beside.submit(STALKED, [(0, "text 1"), (0, "text 2"), (0, "text 2"), (2, "text 3"), (2, "text 4"), (0, "text 5")])
        check(len(beside.check(STALKED)) >= 4, "the plain core logs each new text of a stalked service")
        # A host, soft and hard.
        for line in (f"DISABLE_HOST_CHECK;{host}",):
            commands(plain, "peer01", [line])
            commands(c, owner, [line])
        time.sleep(2)
        beside.submit("", [(1, "away 1"), (1, "away 2"), (1, "away 3"), (0, "back")])
        beside.check("")
        # At a node that does not own the object.
        other = next(node for node in c.nodes if node != owner)
        beside.submit(ELSEWHERE, [(2, "bad 1"), (2, "bad 2"), (2, "bad 3"), (0, "well"), (2, "bad 4"), (2, "bad 5"), (2, "bad 6")], other)
        beside.check(ELSEWHERE, other)
        beside.submit(ELSEWHERE, [(1, "slow"), (0, "well again")], other)
        beside.check(ELSEWHERE, other)
        # An acknowledgement and the recovery behind it, in one write: at the owner, and at a node that does not own the object.
        for service, node in ((PASSIVE, owner), (ELSEWHERE, other)):
            about = f"{host};{service}"
            beside.submit(service, [(2, "bad again")] * 3, node)
            beside.check(service, node if node == other else None)
            check_same(c, plain, "SERVICE NOTIFICATION", f";{about};")
            lines = [f"ACKNOWLEDGE_SVC_PROBLEM;{about};1;1;0;ann;seen", f"PROCESS_SERVICE_CHECK_RESULT;{about};0;well now"]
            commands(plain, "peer01", lines)
            commands(c, node, lines)
            wait_for("the plain core has notified the recovery", lambda a=about: any(line.endswith("well now") for line in logged(plain, "SERVICE NOTIFICATION", f";{a};")), 15)
            told = check_same(c, plain, "SERVICE NOTIFICATION", f";{about};")
            check(any("ACKNOWLEDGEMENT" in line for line in told), f"the plain core notified no acknowledgement: {told}")
            beside.check(service, node if node == other else None)
        # From the spool directory.
        beside.spool(SPOOLED, [(2, "bad 1"), (2, "bad 2"), (2, "bad 3"), (1, "slow"), (0, "well")])
        beside.check(SPOOLED)
        beside.spool(SPOOLED_ELSEWHERE, [(2, "bad 1"), (2, "bad 2"), (2, "bad 3"), (1, "slow"), (0, "well"), (2, "bad 4")], other)
        beside.check(SPOOLED_ELSEWHERE, other)
        told = check_each_same(c, plain, "SERVICE NOTIFICATION", [f";{host};{service};" for service in (ELSEWHERE, SPOOLED, SPOOLED_ELSEWHERE, VOLATILE)])
        seen = told[f";{host};{VOLATILE};"]
        for text in ("CRITICAL;notify-service;trap 1", "CRITICAL;notify-service;trap 2", "WARNING;notify-service;trap 3", "OK;notify-service;calm"):
            check(any(line.endswith(text) for line in seen), f"the plain core notified no {text} of a volatile service: {seen}")


main(test)

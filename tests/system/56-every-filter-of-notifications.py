# What a core without Merlin does not notify, the cluster does not notify either, and the rest once and in order: problems in a downtime, of objects whose notifications are disabled, acknowledged, outside the notification period, against the options of object or contact, of services whose host is down, and behind a host that is down.
# R4
import time

from cluster import check, cluster, main, wait_for
from plain_core import check_each_same, commands, more_objects, plain_core

FILE = "/etc/nagios4/conf.d/filtered.cfg"
# By service: its own lines.
SERVICES = {
    "in-downtime": "",
    "off-by-file": "notifications_enabled 0",
    "off-by-command": "",
    "acknowledged": "",
    "no-period": "notification_period never",
    "critical-only": "notification_options c",
    "contact-critical-only": "contact_groups critical-only",
    "contact-no-period": "contact_groups no-period",
}
ON_DOWN, BEHIND = "host-down", "host-unreachable"
GATEWAY, BRANCH, ANNEX = "gateway", "branch", "annex"
NEW_HOSTS = (GATEWAY, BRANCH, ANNEX)

CONTACT = """define contact {{
  contact_name {name}
  host_notification_period always
  service_notification_period {period}
  host_notification_options d,u,r,f,s
  service_notification_options {options}
  host_notification_commands notify-host
  service_notification_commands notify-service
}}
define contactgroup {{
  contactgroup_name {name}
  alias {name}
  members {name}
}}
"""
SERVICE = """define service {{
  use lab-service
  host_name {host}
  service_description {name}
  active_checks_enabled 0
  max_check_attempts 1
  {more}
}}
"""
HOST = """define host {{
  use lab-host
  host_name {name}
  address 198.18.250.{number}
  active_checks_enabled 0
  max_check_attempts 1
  {more}
}}
"""


def objects(host, down):
    parts = [CONTACT.format(name="critical-only", period="always", options="c"), CONTACT.format(name="no-period", period="never", options="w,u,c,r")]
    parts += [SERVICE.format(host=host, name=name, more=more) for name, more in SERVICES.items()]
    parts += [SERVICE.format(host=down, name=ON_DOWN, more=""), SERVICE.format(host=BRANCH, name=BEHIND, more="")]
    # Only the annex notifies that it is unreachable.
    lines = {GATEWAY: "", BRANCH: f"parents {GATEWAY}\n  notification_options d,r", ANNEX: f"parents {GATEWAY}"}
    return "".join(parts + [HOST.format(name=name, number=number, more=lines[name]) for number, name in enumerate(NEW_HOSTS, 1)])


class Pair:
    """A cluster with a plain core beside it: both get the same."""

    def __init__(self, c, plain, host, down):
        self.c, self.plain, self.host, self.down = c, plain, host, down
        self.owners = {}

    def submit(self, host, *lines):
        """At the owner of the host, in one write."""
        commands(self.plain, "peer01", lines)
        if host not in self.owners:
            self.owners[host] = self.c.owner(host)
        commands(self.c, self.owners[host], lines)

    def results(self, state, text):
        """Of all services."""
        self.submit(self.host, *(f"PROCESS_SERVICE_CHECK_RESULT;{self.host};{name};{state};{text}" for name in SERVICES))
        self.submit(self.down, f"PROCESS_SERVICE_CHECK_RESULT;{self.down};{ON_DOWN};{state};{text}")
        self.submit(BRANCH, f"PROCESS_SERVICE_CHECK_RESULT;{BRANCH};{BEHIND};{state};{text}")
        time.sleep(2)

    def new_hosts(self, word, states):
        """Their checks end in this state; the gateway's first. `states`: as each core must show them then."""
        for name in NEW_HOSTS:
            for lab in (self.c, self.plain):
                lab.lab("flag", name, word, f"{word} by the test")
        for names in ((GATEWAY,), (BRANCH, ANNEX)):
            for name in names:
                self.submit(name, f"SCHEDULE_FORCED_HOST_CHECK;{name};{int(time.time())}")
            for name in names:
                wait_for(f"all cores show {name} with state {states[name]}", lambda n=name: self.states(n) == {states[name]}, 15, 0.3)

    def states(self, host):
        """The states of the host on all cores; None if a core has not checked it yet."""
        rows = [lab.status_dat(node).get(host, {}) for lab in (self.c, self.plain) for node in lab.nodes]
        return {int(row["current_state"]) if row.get("has_been_checked") == "1" else None for row in rows}


def test():
    with cluster(hosts=4, services=0, interval=60, passive=2) as c, plain_core(c) as plain:
        host, down = c.host_names()[2:4]
        with more_objects(c, plain, FILE, objects(host, down), hosts=len(NEW_HOSTS)):
            pair = Pair(c, plain, host, down)
            pair.new_hosts("ok", {GATEWAY: 0, BRANCH: 0, ANNEX: 0})
            pair.results(0, "begin")
            now = int(time.time())
            pair.submit(host, f"DISABLE_HOST_CHECK;{host}", f"DISABLE_SVC_NOTIFICATIONS;{host};off-by-command",
                        f"SCHEDULE_SVC_DOWNTIME;{host};in-downtime;{now};{now + 600};1;0;0;ann;planned")
            pair.submit(down, f"DISABLE_HOST_CHECK;{down}")
            time.sleep(1)
            pair.submit(down, *(f"PROCESS_HOST_CHECK_RESULT;{down};1;no power" for _ in range(2)))
            pair.new_hosts("critical", {GATEWAY: 1, BRANCH: 2, ANNEX: 2})
            pair.results(1, "slow")
            pair.submit(host, f"ACKNOWLEDGE_SVC_PROBLEM;{host};acknowledged;2;0;0;ann;known")
            time.sleep(1)
            pair.results(2, "bad")
            # What was held back is notified with the next result, if the problem lasts.
            pair.submit(host, f"ENABLE_SVC_NOTIFICATIONS;{host};off-by-command", f"DEL_DOWNTIME_BY_HOST_NAME;{host};in-downtime;;planned")
            pair.submit(down, f"PROCESS_HOST_CHECK_RESULT;{down};0;power is back")
            pair.new_hosts("ok", {GATEWAY: 0, BRANCH: 0, ANNEX: 0})
            pair.results(2, "bad as ever")
            pair.results(0, "well")

            hosts = check_each_same(c, plain, "HOST NOTIFICATION", [f";{name};" for name in (down, *NEW_HOSTS)])
            about = {name: f";{host};{name};" for name in SERVICES} | {ON_DOWN: f";{down};{ON_DOWN};", BEHIND: f";{BRANCH};{BEHIND};"}
            services = check_each_same(c, plain, "SERVICE NOTIFICATION", about.values())
            # The filters were at work in the plain core.
            for name in ("off-by-file", "no-period", "contact-no-period"):
                check(services[about[name]] == [], f"the plain core notified {services[about[name]]}")
            check(hosts[f";{BRANCH};"] == [], f"the plain core notified {hosts[f';{BRANCH};']}")
            check(any(";UNREACHABLE;" in line for line in hosts[f";{ANNEX};"]), f"the plain core notified {hosts[f';{ANNEX};']}")
            for name, text in (("in-downtime", "bad"), ("off-by-command", "bad"), ("acknowledged", "bad"), ("critical-only", "slow"),
                               ("contact-critical-only", "slow"), (ON_DOWN, "bad"), (BEHIND, "bad")):
                seen = services[about[name]]
                check(seen and not any(line.endswith(f";{text}") for line in seen if ";DOWNTIMECANCELLED" not in line), f"the plain core notified {text!r} of {name}: {seen}")


main(test)

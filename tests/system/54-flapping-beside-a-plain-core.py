# What a core without Merlin notifies of objects that start and stop flapping, and of problems and recoveries just before and after, the cluster notifies once and in the same order: for results one by one and in batches, of services and of hosts.
# R4 I6
import time

from cluster import check, cluster, main, wait_for
from plain_core import check_same, commands, logged, more_objects, plain_core

FILE = "/etc/nagios4/conf.d/restless.cfg"
SERVICES = ("one-by-one", "batch", "from-problem", "unsettled")
TEXT = "".join(f"""define service {{
  use lab-service
  hostgroup_name lab
  service_description {name}
  active_checks_enabled 0
  max_check_attempts 1
  flap_detection_enabled 1
  low_flap_threshold 5
  high_flap_threshold 20
}}
""" for name in SERVICES)
# As many as a core remembers states: all of them equal end it.
CALM = [0] * 21


class Pair:
    """A cluster with a plain core beside it: both get the same."""

    def __init__(self, c, plain, host, owner):
        self.c, self.plain, self.host, self.owner = c, plain, host, owner
        self.number = 0

    def submit(self, lines):
        commands(self.plain, "peer01", lines)
        commands(self.c, self.owner, lines)

    def results(self, service, *batches):
        """Each batch in one write."""
        for batch in batches:
            lines = []
            for state in batch:
                self.number += 1
                about = f"SERVICE_CHECK_RESULT;{self.host};{service}" if service else f"HOST_CHECK_RESULT;{self.host}"
                lines.append(f"PROCESS_{about};{state};result {self.number}")
            self.submit(lines)
            time.sleep(1)

    def check_service(self, service, *kinds):
        seen = check_same(self.c, self.plain, "SERVICE NOTIFICATION", f";{self.host};{service};")
        for kind in kinds:
            check(any(f";{kind}" in line for line in seen), f"the plain core notified no {kind} of {service}: {seen}")


def test():
    with cluster(hosts=4, services=0, interval=60, passive=1) as c, plain_core(c) as plain, more_objects(c, plain, FILE, TEXT):
        host = c.host_names()[2]
        pair = Pair(c, plain, host, c.owner(host))
        pair.submit(["ENABLE_FLAP_DETECTION", f"DISABLE_HOST_CHECK;{host}"])
        time.sleep(2)

        service = SERVICES[0]
        pair.results(service, [2], [0], [2], [0], [2], [0])
        pair.check_service(service, "FLAPPINGSTART")
        pair.results(service, CALM, [2], [0])
        pair.check_service(service, "FLAPPINGSTOP")

        service = SERVICES[1]
        pair.results(service, [2, 0, 2, 0])
        pair.check_service(service, "FLAPPINGSTART")
        pair.results(service, [2, 0, 2] + CALM + [2, 0])
        pair.check_service(service, "FLAPPINGSTOP")

        # It starts with a problem, and stops with one that nobody was notified of.
        service = SERVICES[2]
        pair.results(service, [2], [1, 0, 2])
        pair.check_service(service, "FLAPPINGSTART")
        pair.results(service, [2] * len(CALM), [2], [0])
        pair.check_service(service, "FLAPPINGSTOP")

        # From one problem to another, without a recovery. This core forgets while the service flaps that it has notified of a problem; later
        # versions of Nagios notify the recovery when it stops, and so does the cluster, which owes it (R4).
        service = SERVICES[3]
        pair.results(service, [2], [1, 2, 1, 2])
        pair.check_service(service, "FLAPPINGSTART")
        pair.results(service, [1] + CALM)
        about = f";{host};{service};"
        expected = logged(plain, "SERVICE NOTIFICATION", about)
        check(";FLAPPINGSTOP" in expected[-1], f"the plain core notified {expected}")
        expected.append(f"SERVICE NOTIFICATION: admin{about}OK;notify-service;result {pair.number}")
        wait_for("the recovery is notified, too", lambda: logged(c, "SERVICE NOTIFICATION", about) == expected, 15, 0.3)

        pair.results("", [1, 0, 1, 0, 1, 0], [1], [0] + CALM, [1, 0])
        seen = check_same(c, plain, "HOST NOTIFICATION", f";{host};")
        check(any(";FLAPPINGSTOP" in line for line in seen), f"the plain core notified {seen}")
        c.command("peer01", "DISABLE_FLAP_DETECTION")


main(test)

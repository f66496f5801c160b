# All nodes show a service that begins to flap as flapping; the start and the end of flapping are notified once each, and nothing is notified in between.
# I6 I7
import re
import time

from cluster import check, cluster, main, wait_for
from nodefiles import CORE_LOG, reload_core
from notifications import SETTLE_S, NotificationsOf

FILE = "/etc/nagios4/conf.d/restless.cfg"
SERVICE = "restless"
TEXT = f"""define service {{
  use lab-service
  hostgroup_name lab
  service_description {SERVICE}
  active_checks_enabled 0
  max_check_attempts 1
  flap_detection_enabled 1
}}
"""


def test():
    with cluster(hosts=12, services=2, interval=5, fresh=True) as c:
        for node in c.nodes:
            c.write(node, FILE, TEXT)
            reload_core(c, node)
        c.wait_settled()
        c.command("peer01", "ENABLE_FLAP_DETECTION")
        time.sleep(2)
        host = next(host for host, owner in sorted(c.owners().items()) if owner == "peer02")
        target = NotificationsOf(c, host, SERVICE)

        def shown():
            return [c.status_dat(node).get((host, SERVICE), {}).get("is_flapping") for node in c.nodes]

        def results(first, end, state_of):
            for number in range(first, end):
                c.command(c.nodes[number % 3], f"PROCESS_SERVICE_CHECK_RESULT;{host};{SERVICE};{state_of(number)};result {number}")
                time.sleep(0.4)

        results(0, 24, lambda number: 2 * (number % 2))
        wait_for("all nodes say that it flaps", lambda: shown() == ["1", "1", "1"], 10, 0.5)
        target.wait_notified(1, "FLAPPINGSTART")
        before = target.notified("PROBLEM", "RECOVERY")
        results(24, 30, lambda number: 2 * (number % 2))
        target.stays(before, "notified while it flapped", kinds=("PROBLEM", "RECOVERY"))
        lines = {node: c.read(node, CORE_LOG) for node in c.nodes}
        again = [(node, number) for node in c.nodes for number in range(1, 30)
                 if len(re.findall(rf"SERVICE ALERT: {host};{SERVICE};.*;result {number}( \[node|$)", lines[node], re.MULTILINE)) != 1]
        check(not again, f"not one alert line of a change: {again}")
        results(30, 54, lambda _: 0)
        wait_for("all nodes say that it has stopped", lambda: shown() == ["0", "0", "0"], 10, 0.5)
        target.wait_notified(1, "FLAPPINGSTOP")
        time.sleep(SETTLE_S)
        rows = target.notified("FLAPPINGSTART", "FLAPPINGSTOP")
        check([row[:2] for row in rows] == [("peer02", "FLAPPINGSTART"), ("peer02", "FLAPPINGSTOP")], f"notifications of flapping: {rows}")
        c.command("peer01", "DISABLE_FLAP_DETECTION")
        for node in c.nodes:
            c.run(node, "rm", FILE)


main(test)

# Only the owner runs the freshness check of a service without passive results, and does not run it while results arrive at any node; after the owner's death the new owner runs it.
# I4
import time

from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import NAGIOS_CFG, edit, reload_core

FILE = "/etc/nagios4/conf.d/fresh.cfg"
HOST, SERVICE, THRESHOLD_S = "host0005", "heartbeat", 8
TEXT = f"""define service {{
  use lab-service
  host_name {HOST}
  service_description {SERVICE}
  active_checks_enabled 0
  check_freshness 1
  freshness_threshold {THRESHOLD_S}
}}
"""
OFF = ("check_service_freshness=0\n", "check_service_freshness=1\nservice_freshness_check_interval=2\n")


def runs(c, since):
    return [row for row in c.checks(since) if row[1:3] == (HOST, SERVICE)]


def set_up(c, change, text):
    for node in c.nodes:
        edit(c, node, *change, path=NAGIOS_CFG)
        c.write(node, FILE, text) if text else c.run(node, "rm", FILE)
        reload_core(c, node)
    c.wait_settled()


def test():
    with cluster(hosts=12, services=2, interval=5, fresh=True) as c:
        set_up(c, OFF, TEXT)
        owner = c.owner(HOST)
        others = [node for node in c.nodes if node != owner]
        since = now_ms()
        for heartbeat in range(12):
            c.command(others[heartbeat % 2], f"PROCESS_SERVICE_CHECK_RESULT;{HOST};{SERVICE};0;heartbeat {heartbeat}")
            time.sleep(1.5)
        check(runs(c, since) == [], f"checked although its results came: {runs(c, since)}")

        since = now_ms()
        wait_for("what is stale is checked twice", lambda: len(runs(c, since)) >= 2, 4 * THRESHOLD_S)
        check({row[0] for row in runs(c, since)} == {owner}, f"{owner} runs the host; it was checked by {runs(c, since)}")
        first, second = (row[3] for row in runs(c, since)[:2])
        check(second - first >= (THRESHOLD_S - 1) * 1000, f"it was checked again after {second - first} ms")

        c.kill(owner, "all")
        c.wait_settled(others, timeout_s=20)
        new, since = c.owner(HOST, others[0]), now_ms()
        wait_for("the new owner checks it", lambda: runs(c, since), 3 * THRESHOLD_S)
        check({row[0] for row in runs(c, since)} == {new}, f"{new} runs the host; it was checked by {runs(c, since)}")
        c.start(owner, "all")
        c.wait_settled()
        set_up(c, tuple(reversed(OFF)), None)


main(test)

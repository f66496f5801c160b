# Alerts that merlind had not read when it was killed, and those that a core logs while no merlind runs and it is reloaded twice, are in mon events of every node once and in order when merlind is back.
# R7 R8 I1
import time

from alerts import alerts, history
from cluster import check, cluster, main, wait_for
from nodefiles import CORE_LOG, log_end, log_since
from plain_core import commands

SERVICES = ("passive01", "passive02")
SETTLE_S = 3


def problem(host, service, text, last=3):
    return [f"PROCESS_SERVICE_CHECK_RESULT;{host};{service};2;{text} {number}" for number in range(1, last + 1)]


def well(host, service, text):
    return [f"PROCESS_SERVICE_CHECK_RESULT;{host};{service};0;{text}"]


def reload_alone(c, node):
    """Until the core, which finds no merlind, runs its checks by itself."""
    end = log_end(c, node, CORE_LOG)
    c.kill(node, "core", "HUP")
    for words in ("kept at the core's last stop", "runs all its checks itself"):
        wait_for(f"after a reload: {words}", lambda w=words: any(w in line for line in log_since(c, node, end, CORE_LOG)), 30, 0.3)


def test():
    with cluster(hosts=4, services=0, interval=60, passive=2) as c:
        host = c.host_names()[0]
        owner = c.owner(host)
        logged_at = {service: [] for service in SERVICES}

        def give(service, lines, count):
            before = len(alerts(c, owner, host, service))
            commands(c, owner, lines)
            wait_for(f"the core has logged {count} alerts", lambda: len(alerts(c, owner, host, service)) == before + count, 10, 0.2)

        # merlind hangs, and never reads what the module sends.
        c.kill(owner, "daemon", "STOP")
        give(SERVICES[0], problem(host, SERVICES[0], "not read") + well(host, SERVICES[0], "well, not read"), 4)
        time.sleep(0.5)
        c.kill(owner, "daemon")
        # Nobody is there, and the core forgets what it does not keep.
        give(SERVICES[1], problem(host, SERVICES[1], "alone"), 3)
        reload_alone(c, owner)
        give(SERVICES[1], well(host, SERVICES[1], "well, alone"), 1)
        reload_alone(c, owner)
        c.start(owner, "daemon")
        c.wait_settled(timeout_s=60)
        for service in SERVICES:
            logged_at[service] = alerts(c, owner, host, service)
            check(len(logged_at[service]) == 4, f"the core has logged {logged_at[service]}")
            for node in c.nodes:
                wait_for(f"the history of {node} has the alerts of {service}", lambda n=node, s=service: len(history(c, n, host, s)) >= 4, 20, 0.5)
        time.sleep(SETTLE_S)
        for service, expected in logged_at.items():
            for node in c.nodes:
                found = history(c, node, host, service)
                check(found == expected, f"the history of {node} has {found}, the core logged {expected}")


main(test)

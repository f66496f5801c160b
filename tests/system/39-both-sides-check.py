# A network split lasts longer than an interval: when the network recovers, the owner soon checks again what both sides have checked, even if its next check is not due, and does not notify the same problem again.
# R5 F11
import time

from cluster import check, cluster, main, now_ms, wait_for
from notifications import NotificationsOf, host_of

INTERVAL_S = 25
CUT_OFF = "peer03"
HOST_HORIZON_S = 16  # the core skips checks of a host that it has just checked


def runs_between(c, since, until):
    """{(host, service): nodes that have run it}."""
    found = {}
    for node, host, service, when in ((row[0], row[1], row[2], int(row[3])) for row in c.checks(since, until)):
        if since <= when < until:
            found.setdefault((host, service), set()).add(node)
    return found


def test():
    with cluster(hosts=12, services=3, interval=INTERVAL_S, fresh=True) as c:
        problem = NotificationsOf(c, host_of(c, CUT_OFF), "svc01")
        problem.flag("critical", "the fan is broken")
        problem.wait_notified(1, timeout_s=INTERVAL_S + 10)
        c.lab("cut", CUT_OFF)
        c.wait_settled([node for node in c.nodes if node != CUT_OFF], timeout_s=15)
        cut = now_ms()
        time.sleep(INTERVAL_S + 2)
        healed = now_ms()
        c.lab("heal")
        both = {target for target, nodes in runs_between(c, cut, healed).items() if CUT_OFF in nodes and len(nodes) > 1}
        check(len(both) > 20, f"both sides have checked only {len(both)}")
        c.wait_settled(timeout_s=30)
        settled = now_ms()
        services = {target for target in both if target[1] != "-"}
        wait_for("each service is checked again", lambda: services <= set(runs_between(c, healed, now_ms())), 12)
        wait_for("each host is, once the core may", lambda: both <= set(runs_between(c, healed, now_ms())), HOST_HORIZON_S)
        again = runs_between(c, settled, now_ms())
        print(f"{len(both)} checked by both sides, all again {now_ms() - healed} ms after the network recovered")
        twice = [target for target, nodes in again.items() if len(nodes) > 1]
        check(not twice, f"checked again by two nodes: {twice[:3]}")
        rows = problem.notified("PROBLEM")
        check(len(rows) <= 2 and all(row[2] == 1 for row in rows), f"notified again: {rows}")


main(test)

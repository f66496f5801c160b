# A network split with partition = majority: the smaller side notifies nothing while it is cut off; when the network recovers, it notifies once what only it has detected, as the problem still exists.
# F11 I6
from cluster import check, cluster, main
from nodefiles import MERLIN_CONF, reload_daemon
from notifications import SETTLE_S, NotificationsOf


def set_policy(c, policy):
    for node in c.nodes:
        text = "".join(line for line in c.read(node, MERLIN_CONF).splitlines(True) if not line.startswith("partition ="))
        c.write(node, MERLIN_CONF, text + (f"partition = {policy}\n" if policy else ""))
        reload_daemon(c, node)


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        set_policy(c, "majority")
        c.wait_settled()
        hosts = [host for host, owner in sorted(c.owners().items()) if owner == "peer03"]
        both, alone = NotificationsOf(c, hosts[0], "svc01"), NotificationsOf(c, hosts[0], "svc02")
        c.lab("cut", "peer03")
        c.wait_settled(["peer01", "peer02"], timeout_s=15)
        both.flag("critical", "the fan is broken")
        alone.flag("critical", "no road to it from here", "--node", "peer03")
        both.wait_notified(1)
        alone.stays([], "the smaller side notified a problem that only it detected", seconds=c.interval + SETTLE_S)
        rows = both.notified()
        check(len(rows) == 1 and rows[0][0] != "peer03", f"the larger side notifies; notified: {rows}")
        c.lab("heal")
        c.wait_settled(timeout_s=45)
        alone.wait_notified(1, timeout_s=25)
        alone.stays([("peer03", "PROBLEM", 1)], "notified after the network recovered")
        both.check_notified(rows, "notified again after the network recovered")
        both.flag("ok")
        alone.flag("ok", "--node", "peer03")
        set_policy(c, None)


main(test)

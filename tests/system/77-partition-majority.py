# Cut in two under partition = majority: the smaller side tells nothing while it is cut off, not of what both see nor of what it alone sees, and tells the latter once after the heal, since it is still true.
# F11 I6
from cluster import check, cluster, main
from nodefiles import MERLIN_CONF, reload_daemon
from telling import SETTLE_S, Telling


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
        both, alone = Telling(c, hosts[0], "svc01"), Telling(c, hosts[0], "svc02")
        c.lab("cut", "peer03")
        c.wait_settled(["peer01", "peer02"], timeout_s=15)
        both.flag("critical", "the fan is broken")
        alone.flag("critical", "no road to it from here", "--node", "peer03")
        both.wait_told(1)
        alone.stays([], "the smaller side told of what it alone sees", seconds=c.interval + SETTLE_S)
        rows = both.told()
        check(len(rows) == 1 and rows[0][0] != "peer03", f"the larger side tells; told was {rows}")
        c.lab("heal")
        c.wait_settled(timeout_s=45)
        alone.wait_told(1, timeout_s=25)
        alone.stays([("peer03", "PROBLEM", 1)], "told after the heal")
        both.check_told(rows, "told again after the heal")
        both.flag("ok")
        alone.flag("ok", "--node", "peer03")
        set_policy(c, None)


main(test)

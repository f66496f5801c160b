# A network split with partition = every_side: each side notifies a problem once, no node repeats it when the network recovers, and the recovery is notified once.
# F10 F11 I6
from cluster import check, cluster, main
from notifications import NotificationsOf, host_of


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        target = NotificationsOf(c, host_of(c, "peer03"), "svc01")
        c.lab("cut", "peer03")
        c.wait_settled(["peer01", "peer02"], timeout_s=15)
        target.flag("critical", "the fan is broken")
        target.wait_notified(2)
        target.stays(target.notified(), "notified more than once on a side", seconds=c.interval + 1)
        rows = target.notified()
        check(len(rows) == 2 and {node == "peer03" for node, _, _ in rows} == {True, False}, f"each side notifies once; notified: {rows}")
        c.lab("heal")
        c.wait_settled(timeout_s=45)
        target.stays(rows, "notified again after the network recovered", seconds=c.interval + 3)
        target.flag("ok")
        target.wait_notified(1, "RECOVERY")
        target.stays(target.notified()[:3], "notifications")


main(test)

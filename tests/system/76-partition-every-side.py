# Cut in two under partition = every_side: each side tells of a problem once, and after the heal nobody tells it again; the recovery is told once.
# F10 F11 I6
from cluster import check, cluster, main
from telling import Telling, host_of


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        target = Telling(c, host_of(c, "peer03"), "svc01")
        c.lab("cut", "peer03")
        c.wait_settled(["peer01", "peer02"], timeout_s=15)
        target.flag("critical", "the fan is broken")
        target.wait_told(2)
        target.stays(target.told(), "told more than once on a side", seconds=c.interval + 1)
        rows = target.told()
        check(len(rows) == 2 and {node == "peer03" for node, _, _ in rows} == {True, False}, f"each side tells once; told was {rows}")
        c.lab("heal")
        c.wait_settled(timeout_s=45)
        target.stays(rows, "told again after the heal", seconds=c.interval + 3)
        target.flag("ok")
        target.wait_told(1, "RECOVERY")
        target.stays(target.told()[:3], "told was")


main(test)

# The owner is killed and started again while a problem lasts that it has told: it tells nothing again, and the recovery once.
# F03 I6
from cluster import cluster, main
from telling import Telling


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        target = Telling(c, "host0005", "svc01")
        owner = c.owner(target.host)
        target.flag("critical", "the fan is broken")
        target.wait_told(1)
        c.kill(owner, "all")
        c.start(owner, "all")
        c.wait_settled(timeout_s=60)
        problem = (owner, "PROBLEM", 1)
        target.stays([problem], "told again", seconds=c.interval + 3)
        now = c.owner(target.host)
        target.flag("ok")
        target.wait_told(1, "RECOVERY")
        target.stays([problem, (now, "RECOVERY", 2)], "told was")


main(test)

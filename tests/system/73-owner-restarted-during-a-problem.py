# The owner is killed and restarted during a problem that it has notified: it does not notify the problem again, and notifies the recovery once.
# F03 I6
from cluster import cluster, main
from notifications import NotificationsOf


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        target = NotificationsOf(c, "host0005", "svc01")
        owner = c.owner(target.host)
        target.flag("critical", "the fan is broken")
        target.wait_notified(1)
        c.kill(owner, "all")
        c.start(owner, "all")
        c.wait_settled(timeout_s=60)
        problem = (owner, "PROBLEM", 1)
        target.stays([problem], "notified again", seconds=c.interval + 3)
        now = c.owner(target.host)
        target.flag("ok")
        target.wait_notified(1, "RECOVERY")
        target.stays([problem, (now, "RECOVERY", 2)], "notifications")


main(test)

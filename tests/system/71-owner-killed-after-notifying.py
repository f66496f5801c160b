# The owner is killed right after it has notified a problem: neither the next owner nor the killed one, when it is back, notifies it again, and the then owner notifies the recovery once.
# F03 I6
from cluster import cluster, main
from notifications import NotificationsOf


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        target = NotificationsOf(c, "host0005", "svc01")
        owner = c.owner(target.host)
        others = [node for node in c.nodes if node != owner]
        target.flag("critical", "the fan is broken")
        target.wait_notified(1)
        c.kill(owner, "all")
        c.wait_settled(others, timeout_s=20)
        problem = [(owner, "PROBLEM", 1)]
        target.stays(problem, "the new owner notified it again", seconds=c.interval + 3)
        new = c.owner(target.host, others[0])
        target.flag("ok")
        target.wait_notified(1, "RECOVERY")
        target.check_notified(problem + [(new, "RECOVERY", 2)], "notifications")
        c.start(owner, "all")
        c.wait_settled(timeout_s=60)
        target.stays(problem + [(new, "RECOVERY", 2)], "notified after the killed owner was back", seconds=c.interval + 2)


main(test)

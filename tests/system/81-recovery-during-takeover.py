# One service recovers at the moment when its owner dies, another when its owner returns: each recovery is notified once, and no problem is notified again.
# F03 F62 I6
import time

from cluster import cluster, main
from notifications import NotificationsOf


def test():
    with cluster(hosts=12, services=2, interval=2, fresh=True) as c:
        dying, returning = NotificationsOf(c, "host0005", "svc01"), NotificationsOf(c, "host0005", "svc02")
        owner = c.owner(dying.host)
        others = [node for node in c.nodes if node != owner]
        dying.flag("critical", "the fan is broken")
        returning.flag("critical", "the door is open")
        dying.wait_notified(1)
        returning.wait_notified(1)
        c.kill(owner, "all")
        dying.flag("ok")
        c.wait_settled(others, timeout_s=20)
        new = c.owner(dying.host, others[0])
        dying.wait_notified(1, "RECOVERY")
        c.start(owner, "daemon")
        returning.flag("ok")  # either the present owner or the returning one finds it
        c.start(owner, "core")
        c.wait_settled(timeout_s=60)
        returning.wait_notified(1, "RECOVERY")
        time.sleep(2 * c.interval)
        dying.check_notified([(owner, "PROBLEM", 1), (new, "RECOVERY", 2)], "notifications of the one")
        returning.check_notified([(owner, "PROBLEM", 1)], "problems notified of the other", "PROBLEM")
        returning.stays(returning.notified()[:2], "notifications of the other")


main(test)

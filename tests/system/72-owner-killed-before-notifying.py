# The owner is killed while it still asks the voters for permission to notify: the next owner notifies, once.
# F03 F04 I6
from cluster import cluster, main, now_ms, wait_for
from notifications import NotificationsOf


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        target = NotificationsOf(c, "host0005", "svc01")
        owner = c.owner(target.host)
        others = [node for node in c.nodes if node != owner]
        flagged = now_ms()
        target.flag("critical", "the fan is broken")
        wait_for("the second bad check", lambda: len(target.checks_since(flagged)) >= 2, 10, 0.05)
        # A voter that does not answer, so the owner has to wait.
        c.kill(others[0], "daemon", "STOP")
        wait_for("the third", lambda: len(target.checks_since(flagged)) >= 3, 10, 0.05)
        c.kill(owner, "all")
        target.check_notified([], "notified although a voter was silent")
        c.kill(others[0], "daemon", "CONT")
        c.wait_settled(others, timeout_s=25)
        target.wait_notified(1)
        new = c.owner(target.host, others[0])
        target.stays([(new, "PROBLEM", 1)], "notifications", seconds=c.interval + 3)
        target.end()


main(test)

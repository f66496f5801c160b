# The owner is stopped (SIGSTOP) just before it would notify, others take over and notify, and it continues: the problem is notified once, and so is its recovery.
# F33 I6
from cluster import check, cluster, main, now_ms, wait_for
from notifications import NotificationsOf


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        target = NotificationsOf(c, "host0005", "svc01")
        owner = c.owner(target.host)
        others = [node for node in c.nodes if node != owner]
        flagged = now_ms()
        target.flag("critical", "the fan is broken")
        wait_for("the second bad check", lambda: len(target.checks_since(flagged)) >= 2, 10, 0.05)
        c.kill(owner, "all", "STOP")
        c.wait_settled(others, timeout_s=20)
        target.wait_notified(1)
        new = c.owner(target.host, others[0])
        target.check_notified([(new, "PROBLEM", 1)], "notifications")
        c.kill(owner, "all", "CONT")
        c.wait_settled(timeout_s=60)
        target.stays([(new, "PROBLEM", 1)], "notified again", seconds=c.interval + 1)
        target.flag("ok")
        target.wait_notified(1, "RECOVERY")
        recoveries = target.notified("RECOVERY")
        check(len(recoveries) == 1 and len(target.notified()) == 2, f"notified: {target.notified()}")


main(test)

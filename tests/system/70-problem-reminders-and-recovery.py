# A problem, its reminders and its recovery are notified exactly once in the cluster, with the numbers of a single core, even if the owner changes meanwhile.
# I6
from cluster import check, cluster, main
from notifications import NotificationsOf


def test():
    with cluster(hosts=12, services=2, interval=2) as c:
        target = NotificationsOf(c, "host0005", "svc01")
        owner = c.owner(target.host)
        target.flag("critical", "the fan is broken")
        target.wait_notified(2, timeout_s=10 * c.interval + 15)
        target.flag("ok")
        target.wait_notified(3)
        target.stays([(owner, "PROBLEM", 1), (owner, "PROBLEM", 2), (owner, "RECOVERY", 3)], "notifications of the first problem")
        # The next problem is counted from 1 again.
        target.flag("critical", "again")
        target.wait_notified(4)
        target.flag("ok")
        target.wait_notified(5)
        check(target.notified()[3:] == [(owner, "PROBLEM", 1), (owner, "RECOVERY", 2)], f"notifications of the second problem: {target.notified()[3:]}")


main(test)

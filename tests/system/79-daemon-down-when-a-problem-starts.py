# A problem starts while the owner's daemon restarts: the notification waits, no node takes over, and the owner notifies once when the daemon is back. If the daemon is killed instead, the next owner notifies, once.
# F01 I6
from cluster import check, cluster, main, now_ms, wait_for
from notifications import NotificationsOf


def planned(c):
    target = NotificationsOf(c, "host0005", "svc01")
    owner = c.owner(target.host)
    c.kill(owner, "daemon", "TERM")
    target.flag("critical", "the fan is broken")
    flagged = now_ms()
    wait_for("three bad checks", lambda: len(target.checks_since(flagged)) >= 3, 12)
    target.stays([], "notified without a daemon", seconds=1)
    check({row[0] for row in target.checks_since(flagged)} == {owner}, "its host was taken over")
    c.start(owner, "daemon")
    target.wait_notified(1)
    target.stays([(owner, "PROBLEM", 1)], "notifications", seconds=c.interval + 1)
    target.end()


def killed(c):
    target = NotificationsOf(c, "host0005", "svc02")
    owner = c.owner(target.host)
    c.kill(owner, "daemon")
    target.flag("critical", "the fan is broken")
    target.wait_notified(1, timeout_s=20)
    c.start(owner, "daemon")
    c.wait_settled(timeout_s=60)
    rows = target.notified()
    check(len(rows) == 1 and rows[0][0] != owner, f"notified: {rows}")
    target.stays(rows, "notified again", seconds=c.interval + 1)
    target.end()


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        planned(c)
        killed(c)


main(test)

# The owner's daemon is restarted, and a problem comes up meanwhile: it is held back, nobody takes over, and it is told once when the daemon is back. Killed instead, it is told once by whoever runs the host then.
# F01 I6
from cluster import check, cluster, main, now_ms, wait_for
from telling import Telling


def planned(c):
    target = Telling(c, "host0005", "svc01")
    owner = c.owner(target.host)
    c.kill(owner, "daemon", "TERM")
    target.flag("critical", "the fan is broken")
    flagged = now_ms()
    wait_for("three bad checks", lambda: len(target.checks_since(flagged)) >= 3, 12)
    target.stays([], "told without a daemon", seconds=1)
    check({row[0] for row in target.checks_since(flagged)} == {owner}, "its host was taken over")
    c.start(owner, "daemon")
    target.wait_told(1)
    target.stays([(owner, "PROBLEM", 1)], "told was", seconds=c.interval + 1)
    target.end()


def killed(c):
    target = Telling(c, "host0005", "svc02")
    owner = c.owner(target.host)
    c.kill(owner, "daemon")
    target.flag("critical", "the fan is broken")
    target.wait_told(1, timeout_s=20)
    c.start(owner, "daemon")
    c.wait_settled(timeout_s=60)
    rows = target.told()
    check(len(rows) == 1 and rows[0][0] != owner, f"told was {rows}")
    target.stays(rows, "told again", seconds=c.interval + 1)
    target.end()


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        planned(c)
        killed(c)


main(test)

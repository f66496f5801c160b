# The owner stands still (SIGSTOP) just before it would tell, others take over and tell, and it goes on: the problem is told once, and so is its recovery.
# F33 I6
from cluster import check, cluster, main, now_ms, wait_for
from telling import Telling


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        target = Telling(c, "host0005", "svc01")
        owner = c.owner(target.host)
        others = [node for node in c.nodes if node != owner]
        flagged = now_ms()
        target.flag("critical", "the fan is broken")
        wait_for("the second bad check", lambda: len(target.checks_since(flagged)) >= 2, 10, 0.05)
        c.kill(owner, "all", "STOP")
        c.wait_settled(others, timeout_s=20)
        target.wait_told(1)
        new = c.owner(target.host, others[0])
        target.check_told([(new, "PROBLEM", 1)], "told was")
        c.kill(owner, "all", "CONT")
        c.wait_settled(timeout_s=60)
        target.stays([(new, "PROBLEM", 1)], "told again", seconds=c.interval + 1)
        target.flag("ok")
        target.wait_told(1, "RECOVERY")
        recoveries = target.told("RECOVERY")
        check(len(recoveries) == 1 and len(target.told()) == 2, f"told was {target.told()}")


main(test)

# A core is stopped with SIGSTOP: the others notice within core_timeout and run its checks; after SIGCONT it joins again without running outdated checks.
# F05 I4
import time

from cluster import check, cluster, main, now_ms, wait_for


def test():
    with cluster(fresh=True) as c:
        since = now_ms()
        time.sleep(c.interval)
        c.kill("peer02", "core", "STOP")
        stopped = now_ms()
        wait_for("the others know", lambda: not c.is_active("peer01", "peer02") and not c.is_active("peer03", "peer02"), 8, 0.05)
        c.wait_settled(["peer01", "peer03"], timeout_s=10)
        time.sleep(2 * c.interval)
        c.kill("peer02", "core", "CONT")
        going = now_ms()
        c.wait_settled(timeout_s=45)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 7000, f"a check waited {longest} ms")
        mine = [row for row in c.checks(going, going + 1500) if row[0] == "peer02"]
        check(len(mine) <= 3, f"{len(mine)} checks were run by the node that had been replaced, right after SIGCONT: {mine[:5]}")
        check(stopped < going, "clock")


main(test)

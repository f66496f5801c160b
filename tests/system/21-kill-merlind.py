# merlind is killed with SIGKILL: its core continues, the others take over within seconds, and the original split returns once merlind runs again.
# F01 I4
import time

from cluster import check, cluster, main, now_ms, wait_for


def test():
    with cluster(fresh=True) as c:
        since = now_ms()
        core_before = c.run("peer02", "cat", "/run/nagios4/nagios4.pid").strip()
        c.kill("peer02", "daemon")
        wait_for("the others know", lambda: not c.is_active("peer01", "peer02") and not c.is_active("peer03", "peer02"), 5, 0.05)
        c.wait_settled(["peer01", "peer03"], timeout_s=10)
        time.sleep(c.interval + 2)
        check(c.run("peer02", "cat", "/run/nagios4/nagios4.pid").strip() == core_before, "the core was restarted")
        c.start("peer02", "daemon")
        c.wait_settled(timeout_s=45)
        time.sleep(c.interval)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 4000, f"a check waited {longest} ms")


main(test)

# A node that receives heartbeats but whose own heartbeats are lost is inactive on both sides, and no check is missed.
# F12 I4
import time

from cluster import check, cluster, main, now_ms, wait_for


def test():
    with cluster(fresh=True) as c:
        since = now_ms()
        time.sleep(c.interval)
        c.lab("cut", "peer03", "--one-way")
        wait_for("the others do not count on it", lambda: not c.is_active("peer01", "peer03") and not c.is_active("peer02", "peer03"), 10)
        wait_for("and it does not count on them",
                 lambda: not c.is_active("peer03", "peer01") and not c.is_active("peer03", "peer02"), 10)
        c.wait_settled(["peer01", "peer02"], timeout_s=10)
        time.sleep(c.interval)
        c.lab("heal")
        c.wait_settled(timeout_s=45)
        time.sleep(1)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 8000, f"a check waited {longest} ms")


main(test)

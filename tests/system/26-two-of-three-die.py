# Core and daemon of two out of three nodes die at once: the last node runs every check, and returns the others' shares when they are back.
# F03 I4 I5
import time

from cluster import check, cluster, main, now_ms, wait_for


def test():
    with cluster(fresh=True) as c:
        before = c.owners()
        since = now_ms()
        time.sleep(c.interval)
        for node in ("peer02", "peer03"):
            c.kill(node, "daemon")
            c.kill(node, "core")
        wait_for("the last one runs everything", lambda: (c.about("peer01", "peer01") or {}).get("hosts_owned") == c.hosts, 10)
        time.sleep(2 * c.interval)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 5000, f"a check waited {longest} ms")
        for node in ("peer02", "peer03"):
            c.start(node, "all")
        c.wait_settled(timeout_s=60)
        check(c.owners() == before, "not everyone has the same hosts as before")
        check(c.owners("peer03") == before, "peer03 sees other owners")


main(test)

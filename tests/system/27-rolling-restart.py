# merlind is restarted on one node after the other, as in an upgrade: no node takes over any check, and no check is missed or runs twice.
# F06 I4
import time

from cluster import check, cluster, main, now_ms


def test():
    with cluster() as c:
        before = c.owners()
        since = now_ms()
        for node in c.nodes:
            time.sleep(2)
            c.run(node, "/etc/init.d/merlind", "restart", timeout_s=60)
            c.wait_settled(timeout_s=30)
        time.sleep(c.interval)
        until = now_ms()
        check(c.owners() == before, "checks have moved")
        longest = c.longest_wait_ms(since, until)
        check(longest <= c.interval * 1000 + 2000, f"a check waited {longest} ms")
        doubled = c.run_twice(since, until, c.interval * 1000 / 2)
        check(not doubled, f"{len(doubled)} checks were run twice: {doubled[:3]}")


main(test)

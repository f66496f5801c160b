# The cable between two of three nodes is cut: both stay active through the third, no check moves, none is run twice, and results still reach everyone.
# F12 I4
import time

from cluster import check, cluster, main, now_ms, wait_for


def test():
    with cluster(fresh=True) as c:
        before = c.owners()
        since = now_ms()
        c.lab("cut", "peer01", "peer02")
        wait_for("peer01 hears peer02 through peer03", lambda: (c.about("peer01", "peer02") or {}).get("via") == "peer03", 10)
        time.sleep(2 * c.interval)
        until = now_ms()
        for one, other in (("peer01", "peer02"), ("peer02", "peer01")):
            check(c.is_active(one, other), f"{one} does not think {other} active")
        check(c.owners() == before, "checks moved")
        doubled = c.run_twice(since, until, c.interval * 1000 / 2)
        check(not doubled, f"{len(doubled)} checks were run twice: {doubled[:3]}")
        longest = c.longest_wait_ms(since, until)
        check(longest <= c.interval * 1000 + 2000, f"a check waited {longest} ms")
        host = next(host for host, owner in before.items() if owner == "peer02")
        wait_for("a fresh result of peer02 is in peer01's core",
                 lambda: int(c.status_dat("peer01")[(host, "svc01")]["last_check"]) * 1000 >= since + 3000, 2 * c.interval, 0.5)
        c.lab("heal")
        wait_for("the direct link is back", lambda: c.about("peer01", "peer02")["linked"], 20)
        c.wait_settled()


main(test)

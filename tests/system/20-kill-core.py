# A core killed with -9: the others know at once, run its checks with no check more than a second late, only its share moves; and it comes back (I4, I5).
# F02 I4 I5
import time

from cluster import check, cluster, main, now_ms, wait_for


def test():
    with cluster() as c:
        before = c.owners()
        since = now_ms()
        time.sleep(c.interval + 1)
        c.kill("peer02", "core")
        killed = now_ms()
        wait_for("the others know", lambda: not c.is_active("peer01", "peer02") and not c.is_active("peer03", "peer02"), 5, 0.05)
        c.wait_settled(["peer01", "peer03"], timeout_s=10)
        time.sleep(2 * c.interval)
        until = now_ms()
        longest = c.longest_wait_ms(since, until)
        check(longest <= c.interval * 1000 + 2000, f"a check waited {longest} ms at an interval of {c.interval} s")
        after = c.owners()
        moved = [host for host, owner in before.items() if owner != "peer02" and after[host] != owner]
        check(not moved, f"{len(moved)} hosts of living nodes moved: {moved[:5]}")
        doubled = c.run_twice(killed + 1000, until, c.interval * 1000 / 2)
        check(not doubled, f"{len(doubled)} checks were run twice after the takeover: {doubled[:3]}")
        c.start("peer02", "core")
        c.wait_settled(timeout_s=45)
        back = c.owners()
        check(back == before, f"{sum(back[h] != before[h] for h in before)} hosts have another owner than before")


main(test)

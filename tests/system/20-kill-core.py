# A core is killed with SIGKILL: the others notice at once and run its checks at most one second late, only its share moves, and it moves back later, with a delay that mon shows (I4, I5).
# F02 I4 I5
import time

from cluster import check, cluster, main, now_ms, wait_for
from shown import mon


def check_delay_shown(c, node, other):
    """Its return is delayed (R2): mon shows for how long, by whom and why."""
    delay = wait_for(f"{node} shows that the return of {other} is delayed", lambda: (c.about(node, other) or {}).get("return_delay"), 15, 0.05)
    check(0 < delay["left_ms"] <= 300_000 and delay["by"] in c.nodes, f"{node} shows {delay}")
    check(delay["by"] != node or delay["left_ms"] <= 5_000 * 2 ** (delay["losses"] - 1), f"{node} shows {delay}")
    table = mon(c, node, "node", "status")
    check(f"{delay['by']} delays its return for another " in table and "since it was lost" in table, f"{node} shows:\n{table}")


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
        check(longest <= c.interval * 1000 + 1000, f"a check waited {longest} ms at an interval of {c.interval} s")
        after = c.owners()
        moved = [host for host, owner in before.items() if owner != "peer02" and after[host] != owner]
        check(not moved, f"{len(moved)} hosts of living nodes moved: {moved[:5]}")
        doubled = c.run_twice(killed + 1000, until, c.interval * 1000 / 2)
        check(not doubled, f"{len(doubled)} checks were run twice after the takeover: {doubled[:3]}")
        c.start("peer02", "core")
        for node in ("peer01", "peer02"):
            check_delay_shown(c, node, "peer02")
        c.wait_settled(timeout_s=45)
        back = c.owners()
        check(back == before, f"{sum(back[h] != before[h] for h in before)} hosts have another owner than before")
        check(all(c.about(node, "peer02")["return_delay"] is None for node in c.nodes), "the delay is still shown")


main(test)

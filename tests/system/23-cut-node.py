# A node whose cable is cut: both sides run every check they know within three seconds; after the heal each check has one runner and all agree (I7).
# F10 F11 I4 I7
import time

from cluster import check, cluster, main, now_ms, wait_for


def test():
    with cluster(fresh=True) as c:
        since = now_ms()
        time.sleep(c.interval)
        c.lab("cut", "peer03")
        cut = now_ms()
        wait_for("the two know", lambda: not c.is_active("peer01", "peer03") and not c.is_active("peer02", "peer03"), 6, 0.05)
        known = now_ms() - cut
        check(known <= 4500, f"it took {known} ms")
        c.wait_settled(["peer01", "peer02"], timeout_s=10)
        wait_for("the one runs all alone", lambda: c.about("peer03", "peer03")["hosts_owned"] == c.hosts, 10)
        c.lab("flag", "host0011;svc01", "warning", "seen while cut")
        time.sleep(2 * c.interval)
        c.lab("heal")
        healed = now_ms()
        c.wait_settled(timeout_s=45)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 5000, f"a check waited {longest} ms")
        wait_for("all tables are equal", lambda: not c.unequal_tables(), 30)
        settled = now_ms()
        time.sleep(c.interval + 1)
        doubled = c.run_twice(settled, now_ms(), c.interval * 1000 / 2)
        check(not doubled, f"still run twice: {doubled[:3]}")
        check(healed > cut, "clock")
        states = [c.status_dat(node)[("host0011", "svc01")]["current_state"] for node in c.nodes]
        check(states == ["1", "1", "1"], f"the nodes show {states}")
        c.lab("flag", "host0011;svc01", "ok")


main(test)

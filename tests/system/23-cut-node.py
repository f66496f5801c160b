# A node is cut off: within three seconds both sides run every check that they have configured; when the network recovers, each check has one owner and all nodes agree (I7).
# F10 F11 I4 I7
import time

from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import problem
from shown import mon, row



UNKNOWN = ("core", "hosts_owned", "services_owned", "overdue", "latency_ms", "clock_offset_ms", "config", "config_hash", "version")


def check_shown(c, node, other):
    """Nothing is known about the node on the other side; what helps is a look at the network."""
    entry = c.about(node, other)
    known = {key: entry[key] for key in UNKNOWN if entry[key] is not None}
    check(entry["state"] == "inactive" and not entry["linked"] and not known, f"{node} shows old values of {other}: {known}")
    line = row(mon(c, node, "node", "status", "--wide", status=1), other)
    check(" running " not in line and " same " not in line and line.count(" - ") > 5, f"{node} shows: {line}")
    found = problem(c, node, [f"{other} cannot be reached"])
    check(found and f"check that {other} is up" in found[1] and "TCP port 15551" in found[1], f"{node} says of {other}: {found}")
    wrong = [one["fix"] for one in c.status(node)["problems"] if "mon start" in one["fix"]]
    check(not wrong, f"{node} proposes in a split: {wrong}")


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
        for node in ("peer01", "peer02"):
            check_shown(c, node, "peer03")
        check_shown(c, "peer03", "peer01")
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

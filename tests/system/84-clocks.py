# One clock is an hour slow after a restart, one is two minutes ahead and runs fast, one jumps an hour ahead and back: no node is considered dead, no check moves, is late or runs twice, and all nodes show the same.
# F30 F31 F32 I4 I7 L1
import time

from clocks import set_clock, start_with_clock
from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import log_end, log_since

HOUR_S = 3600


def check_quiet(c, since, ends, owners, what):
    doubled = c.run_twice(since, now_ms(), c.interval * 1000 / 2)
    check(not doubled, f"{what}: run twice: {doubled[:3]}")
    check(all(c.owners(node) == owners for node in c.nodes), f"{what}: checks have moved")
    for node in c.nodes:
        lost = [line for line in log_since(c, node, ends[node]) if "no longer active" in line]
        check(not lost, f"{what}: {node} says {lost[:2]}")


def shows(c, name, state):
    return all(c.status_dat(node)[name]["current_state"] == state for node in c.nodes)


def live_through(c, what, owners, act):
    since, ends = now_ms(), {node: log_end(c, node) for node in c.nodes}
    act()
    host = next(host for host, owner in sorted(owners.items()) if owner == "peer03")
    time.sleep(c.interval)
    c.lab("flag", f"{host};svc01", "warning", what)
    wait_for(f"{what}: a problem at peer03 is shown everywhere", lambda: shows(c, (host, "svc01"), "1"), 2 * c.interval + 5)
    c.lab("flag", f"{host};svc01", "ok")
    wait_for(f"{what}: its end, too", lambda: shows(c, (host, "svc01"), "0"), 2 * c.interval + 5)
    longest = c.longest_wait_ms(since, now_ms())
    check(longest <= c.interval * 1000 + 2500, f"{what}: a check waited {longest} ms")
    check_quiet(c, since, ends, owners, what)


def test():
    with cluster(hosts=24, services=2, interval=2, fresh=True) as c:
        time.sleep(c.interval)  # every object is checked and has its times
        start_with_clock(c, "peer01", f"-{HOUR_S}")
        start_with_clock(c, "peer02", "+120 x1.03", monotonic=True)
        start_with_clock(c, "peer03", "+0")
        c.wait_settled(timeout_s=60)
        owners = c.owners()
        live_through(c, "an hour behind, too fast", owners, lambda: None)
        live_through(c, "an hour ahead", owners, lambda: set_clock(c, "peer03", f"+{HOUR_S}"))
        live_through(c, "and back", owners, lambda: set_clock(c, "peer03", "+0"))
        c.lab("down")  # the lab's clocks remain wrong


main(test)

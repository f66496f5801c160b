# The connection between two of three nodes is cut: both remain active through the third, no check moves or runs twice, every node still receives every result, and mon shows the link that is down.
# F12 I4
import time

from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import problem
from shown import mon, row

PAIR = (("peer01", "peer02"), ("peer02", "peer01"))


def check_shown(c, node, other):
    """The link is down, and nothing else is: the other node's values are known."""
    entry = c.about(node, other)
    check(entry["state"] == "active" and entry["via"] == "peer03" and entry["core"] == "running", f"{node} says of {other}: {entry}")
    check(entry["encrypted"] is None and entry["latency_ms"] is None, f"{node} shows values of a link that is down: {entry}")
    table = mon(c, node, "node", "status", "--wide")
    check("  active via peer03  " in row(table, other), f"{node} shows:\n{table}")
    found = problem(c, node, [f"the link to {other} is down", "its messages come through peer03"])
    check(found and f"check that {other} is up" in found[1] and "TCP port 15551" in found[1], f"{node} says of the link: {found}")
    check("mon start" not in found[1], f"{node} proposes to start what runs: {found}")
    for words in (("status",), ("node", other)):
        line = mon(c, node, "check", *words, status=1)
        check(line.startswith("WARNING: "), f"mon check {' '.join(words)} on {node}: {line}")


def test():
    with cluster(fresh=True) as c:
        before = c.owners()
        since = now_ms()
        c.lab("cut", "peer01", "peer02")
        for one, other in PAIR:
            wait_for(f"{one} hears {other} through peer03", lambda one=one, other=other: not c.about(one, other)["linked"], 10)
        time.sleep(2 * c.interval)
        until = now_ms()
        for one, other in PAIR:
            check_shown(c, one, other)
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
        wait_for("mon check is content", lambda: all(mon(c, node, "check", "status", status=None).startswith("OK: ") for node in c.nodes), 20)


main(test)

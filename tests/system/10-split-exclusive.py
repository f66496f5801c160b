# Three nodes share the checks: every check runs once per interval, on exactly one node, and every node gets a share (I4).
# I4
from collections import Counter
import time

from cluster import check, cluster, main, now_ms


def test():
    with cluster() as c:
        since = now_ms()
        time.sleep(2 * c.interval + 3)
        until = now_ms()
        rows = c.checks(since, until)
        nodes_of = {}
        for node, host, service, _ in rows:
            nodes_of.setdefault((host, service), set()).add(node)
        check(len(nodes_of) == c.objects(), f"{c.objects() - len(nodes_of)} of {c.objects()} checks were not run in two intervals")
        doubled = [key for key, nodes in nodes_of.items() if len(nodes) > 1]
        check(not doubled, f"{len(doubled)} checks were run by more than one node, {doubled[:3]}")
        hosts = Counter(next(iter(nodes)) for (_, service), nodes in nodes_of.items() if service == "-")
        check(set(hosts) == set(c.nodes), f"only {sorted(hosts)} ran checks")
        check(all(count >= c.hosts / 3 * 0.5 for count in hosts.values()), f"unfair shares: {dict(hosts)}")
        longest = c.longest_wait_ms(since, until)
        check(longest <= c.interval * 1000 + 1500, f"a check waited {longest} ms, its interval is {c.interval} s")
        for node in c.nodes:
            owned = {entry["name"]: entry["hosts_owned"] for entry in c.status(node)["nodes"]}
            check(owned == dict(hosts), f"{node} says {owned}, the plugins say {dict(hosts)}")


main(test)

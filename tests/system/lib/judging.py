"""What the plugins wrote down, judged: who ran what, whether each check had one runner, and how long any waited."""
from collections import defaultdict

from cluster import check


def objects_of(c):
    """{(host, service)} that all nodes of the lab know; service "-" is the host's own check."""
    services = ["-"] + [f"svc{number:02d}" for number in range(1, c.services + 1)]
    return {(f"host{number:04d}", service) for number in range(1, c.hosts + 1) for service in services}


def runs_of(c, since_ms, until_ms):
    """{(host, service): [(time_ms, node)]}, each by time."""
    runs = defaultdict(list)
    for node, host, service, when in c.checks(since_ms, until_ms):
        runs[(host, service)].append((when, node))
    return runs


def longest_wait_ms(runs, expected, since_ms, until_ms):
    """Of the services among `expected`; both ends of the time count as edges. Fails where one was not run at all."""
    missing = sorted(expected - set(runs))
    check(not missing, f"{len(missing)} of {len(expected)} checks were not run at all in {until_ms - since_ms} ms: {missing[:3]}")
    longest = 0
    for key in expected:
        if key[1] != "-":
            times = [since_ms, *(when for when, _ in runs[key]), until_ms]
            longest = max(longest, *(b - a for a, b in zip(times, times[1:])))
    return longest


def check_one_runner_each(c, since_ms, until_ms, extra=(), slack_ms=2000):
    """{(host, service): node}: everything that the lab knows, and `extra`, was run in time, each by one node."""
    expected = objects_of(c) | set(extra)
    runs = runs_of(c, since_ms, until_ms)
    unknown = sorted(set(runs) - expected)
    check(not unknown, f"{len(unknown)} checks were run that nobody should know: {unknown[:3]}")
    longest = longest_wait_ms(runs, expected, since_ms, until_ms)
    check(longest <= c.interval * 1000 + slack_ms, f"a check waited {longest} ms at an interval of {c.interval} s")
    shared = {key: sorted({node for _, node in run}) for key, run in runs.items() if len({node for _, node in run}) > 1}
    check(not shared, f"{len(shared)} checks were run by more than one node: {sorted(shared.items())[:3]}")
    return {key: run[0][1] for key, run in runs.items()}

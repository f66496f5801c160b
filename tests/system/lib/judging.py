"""Judges the plugins' records: which node ran which check, and whether one node ran each check."""
from cluster import check


def check_one_owner_each(c, since_ms, until_ms, extra=(), slack_ms=2000):
    """{(host, service): node}: every check of the lab, and of `extra`, ran in time, each on exactly one node."""
    expected = c.known_checks() | set(extra)
    runs = c.runs(since_ms, until_ms)
    unknown = sorted(set(runs) - expected)
    check(not unknown, f"{len(unknown)} unknown checks were run: {unknown[:3]}")
    longest = c.longest_wait_ms(since_ms, until_ms, runs, expected)
    check(longest <= c.interval * 1000 + slack_ms, f"a check waited {longest} ms at an interval of {c.interval} s")
    shared = {key: sorted({node for _, node in run}) for key, run in runs.items() if len({node for _, node in run}) > 1}
    check(not shared, f"{len(shared)} checks were run by more than one node: {sorted(shared.items())[:3]}")
    return {key: run[0][1] for key, run in runs.items()}

"""Shares of many random clusters, and the time to compute ownership; build/dev/tests/split_bench does the work."""
import json
import os
import subprocess

from .nodes import TOP

BOUNDS = {300: None, 1000: 10, 10_000: 4}


def program():
    path = os.path.join(TOP, "build", "dev", "tests", "split_bench")
    if os.path.exists(path):
        return path
    raise FileNotFoundError("split_bench is not built: cmake --preset dev && cmake --build --preset dev --target split_bench")


def measure(report):
    for text in subprocess.run([program()], capture_output=True, text=True, check=True).stdout.splitlines():
        one = json.loads(text)
        what = f"{one['hosts']:,} hosts on {one['nodes']} nodes{', weights 1:1:2' if one['weighted'] else ''}"
        report.add(f"{what}: a node's distance from its fair share, mean", one["mean_percent"], "%")
        report.add(f"{what}: the farthest node of each cluster, median", one["farthest_percent"], "%", at_most=BOUNDS[one["hosts"]] if one["nodes"] == 3 else None)
        report.add(f"{what}: decided anew", one["decide_ms"], "ms")

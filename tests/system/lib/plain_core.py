"""A core without Merlin beside the cluster, with the same objects: the cluster must notify and log once what this core notifies and logs."""
import re
import time
from contextlib import contextmanager

from cluster import Cluster, check, wait_for
from nodefiles import reload_core

PIPE = "/var/lib/nagios4/rw/nagios.cmd"
SETTLE_S = 3


@contextmanager
def plain_core(c):
    """A separate lab of one node; it ends with the test."""
    plain = Cluster(c.name.split("-")[0] + "-plain", 1, c.hosts, c.services, c.interval, c.passive)
    plain.lab("down", check_status=False)
    plain.up("--no-merlin")
    try:
        yield plain
    finally:
        plain.lab("down", check_status=False)


@contextmanager
def more_objects(c, plain, file, text):
    """All cores have these objects, too, in a file of that name."""
    for where in (c, plain):
        for node in where.nodes:
            where.write(node, file, text)
    plain.kill("peer01", "core", "HUP")
    for node in c.nodes:
        reload_core(c, node)
    c.wait_settled(timeout_s=60)
    yield
    for node in c.nodes:
        c.run(node, "rm", file)


def commands(c, node, lines):
    """Submits external commands in one write, which the core processes in one turn of its loop."""
    text = "".join(f"[{int(time.time())}] {line}\n" for line in lines)
    with open(c.path(node, PIPE), "w", encoding="utf-8") as pipe:
        pipe.write(text)


def logged(c, kind, about):
    """Lines of that kind from all nodes, without time and node name, node by node in the order of each log; of notifications, only those that
    the node itself has sent."""
    found = []
    for node in c.nodes:
        log = re.sub(r"checked by \w+", "checked", c.core_log(node))  # the lab's plugin prints the name of its node
        found += re.findall(rf"^\[\d+\] ({kind}: .*{re.escape(about)}.*)$", log, re.MULTILINE)
    return [line for line in found if "NOTIFICATION" not in kind or not re.search(r" \[node \S+\]$", line)]


def check_same(c, plain, kind, about, timeout_s=15):
    """Checks that the cluster has logged each of the plain core's lines once and in order. Returns these lines."""
    expected = logged(plain, kind, about)
    check(expected, f"the plain core logged no {kind} of {about}")
    wait_for(f"{len(expected)} {kind} of {about}", lambda: len(logged(c, kind, about)) >= len(expected), timeout_s, 0.3)
    time.sleep(SETTLE_S)
    found = logged(c, kind, about)
    check(found == expected, f"the cluster logged {found}, the plain core {expected}")
    return expected

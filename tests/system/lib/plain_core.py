"""A core without Merlin beside the cluster, with the same objects: the cluster must notify and log once what this core notifies and logs."""
import re
import time
from contextlib import contextmanager

from cluster import Cluster, check, wait_for
from nodefiles import CORE_LOG

PIPE = "/var/lib/nagios4/rw/nagios.cmd"
SETTLE_S = 3


@contextmanager
def plain_core(c):
    """A separate lab of one node; it ends with the test."""
    plain = Cluster(c.name.split("-")[0] + "-plain", 1, c.hosts, c.services, c.interval, c.passive)
    plain.lab("down", check_status=False)
    plain.up("--no-merlin")
    # The cluster is shared with other tests: their log lines do not count.
    c.logged_before = {node: len(c.read(node, CORE_LOG)) for node in c.nodes}
    plain.logged_before = {}
    try:
        yield plain
    finally:
        plain.lab("down", check_status=False)


def commands(c, node, lines):
    """Submits external commands in one write, which the core processes in one turn of its loop."""
    text = "".join(f"[{int(time.time())}] {line}\n" for line in lines)
    with open(c.path(node, PIPE), "w", encoding="utf-8") as pipe:
        pipe.write(text)


def logged(c, kind, about):
    """Lines of that kind from all nodes, without time and node name, node by node in the order of each log."""
    found = []
    for node in c.nodes:
        log = re.sub(r"checked by \w+", "checked", c.read(node, CORE_LOG)[c.logged_before.get(node, 0):])  # the lab's plugin prints the name of its node
        found += re.findall(rf"^\[\d+\] ({kind}: .*{re.escape(about)}.*)$", log, re.MULTILINE)
    return found


def check_same(c, plain, kind, about, timeout_s=15):
    """Checks that the cluster has logged each of the plain core's lines once and in order. Returns these lines."""
    expected = logged(plain, kind, about)
    check(expected, f"the plain core logged no {kind} of {about}")
    wait_for(f"{len(expected)} {kind} of {about}", lambda: len(logged(c, kind, about)) >= len(expected), timeout_s, 0.3)
    time.sleep(SETTLE_S)
    found = logged(c, kind, about)
    check(found == expected, f"the cluster logged {found}, the plain core {expected}")
    return expected

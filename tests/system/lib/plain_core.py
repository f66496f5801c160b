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
def more_objects(c, plain, file, text, hosts=0):
    """All cores have these objects, too, in a file of that name. `hosts`: how many of them are hosts."""
    for where in (c, plain):
        for node in where.nodes:
            where.write(node, file, text)
    plain.kill("peer01", "core", "HUP")
    for node in c.nodes:
        reload_core(c, node)
    c.wait_settled(timeout_s=60, hosts=c.hosts + hosts)
    yield
    for node in c.nodes:
        c.run(node, "rm", file)
        if hosts:  # the next test expects the hosts of the lab
            reload_core(c, node)


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


def check_each_same(c, plain, kind, abouts, timeout_s=15):
    """Checks for each of `abouts` that the cluster has logged each of the plain core's lines once and in order, which may be none. Returns
    {about: these lines}."""
    expected = {about: logged(plain, kind, about) for about in abouts}
    for about, lines in expected.items():
        wait_for(f"{len(lines)} {kind} of {about}", lambda a=about, n=len(lines): len(logged(c, kind, a)) >= n, timeout_s, 0.3)
    time.sleep(SETTLE_S)
    for about, lines in expected.items():
        found = logged(c, kind, about)
        check(found == lines, f"the cluster logged {found}, the plain core {lines}")
    return expected


def check_same(c, plain, kind, about, timeout_s=15):
    """Like check_each_same() for one object of which the plain core must have logged something. Returns these lines."""
    check(logged(plain, kind, about), f"the plain core logged no {kind} of {about}")
    return check_each_same(c, plain, kind, [about], timeout_s)[about]

"""Three peers that were set up from bare nodes: keys exchanged, blocks for all peers in every file."""
import json
import os
import subprocess
import time
from contextlib import contextmanager

from bare import LOGIN, BareNodes
from cluster import LAB, Failed, check, end_other_labs, wait_for

READY = "/root/peers-are-ready"


def digests(c):
    return {node: c.run(node, "mon", "oconf", "hash").strip() for node in c.nodes}


def make_peers(c):
    for node in c.nodes:
        for name in c.nodes:
            if name != node:
                c.run(node, "mon", "node", "add", name, "type=peer")
    for node in c.nodes:
        c.mon(node, "sshkey", "push", "--all", *LOGIN, "--accept-new")
    c.wait_settled()


def is_locked(c, node):
    lock = c.run(node, "sh", "-c", "cat /etc/nagios4/.merlin/lock 2>/dev/null || true")
    return lock != "" and json.loads(lock)["until_s"] > time.time()


def release_lock(c, node):
    """As after a minute: a push that was cut off cannot release it."""
    c.run(node, "rm", "-f", "/etc/nagios4/.merlin/lock")


@contextmanager
def peers():
    """Such peers, for tests of pushes, in a lab that the next test reuses. A test restores the nodes, except for the object
    configuration, which it makes equal again where it can."""
    prefix = os.environ.get("MERLIN_TEST_LABS", "test")
    c = BareNodes(f"{prefix}-peers", 3, 6, 2, 5)
    if not (c.is_up() and os.path.exists(c.path("peer01", READY))):
        end_other_labs(prefix, c.name)
        c.lab("down", check_status=False)
        c.up("--bare")
        for node in c.nodes:
            c.put_password(node)
        make_peers(c)
        c.write("peer01", READY, "")
    try:
        c.wait_settled(timeout_s=3)
    except Failed:
        c.repair()
    for node in c.nodes:  # left by a test that failed
        release_lock(c, node)
    yield c
    locked = [node for node in c.nodes if is_locked(c, node)]
    check(not locked, f"the push has left its lock behind on {locked}")


# ---- failing pushes

FOLDER = "/etc/nagios4/conf.d/"


def change(c, text):
    """Makes a change to push."""
    c.write("peer01", FOLDER + "changed.cfg", f"# {text}, {time.time_ns()}\n")


def unchanged(c, before, nodes=("peer02", "peer03")):
    after = digests(c)
    return all(after[node] == before[node] for node in nodes)


def push_state(c, node):
    return c.run(node, "sh", "-c", "cat /etc/nagios4/.merlin/*/state 2>/dev/null", check_status=False).stdout


@contextmanager
def push_under_way(c, *command):
    """A push from peer01 that puts it in place at peer02, whose core takes 3 s longer to restart; its process."""
    c.run("peer02", "sed", "-i", "2i sleep 3", "/etc/init.d/nagios4")
    try:
        push = subprocess.Popen([LAB, "--name", c.name, "run", "peer01", "--", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)
        wait_for("a node is worked on", lambda: "activ" in push_state(c, "peer02") or push.poll() is not None, 60, 0.05)
        if push.poll() is not None:
            raise Failed("the push has ended before it could be disturbed")
        yield push
    finally:
        c.run("peer02", "sed", "-i", "2d", "/etc/init.d/nagios4")

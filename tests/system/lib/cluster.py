"""Real nodes for the system tests.

A test uses `with cluster(...) as c:`; c is a Cluster of scripts/lab.d/lab_client. Tests with the same shape share one running lab (the
runner ends all labs); cluster() restores the lab's health before each test.
"""
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import lab_client
from lab_client import LAB, TOP, Failed, check, now_ms, wait_for
from lab_client.files import CORE_LOG

__all__ = ["LAB", "SKIP", "TOP", "Cluster", "Failed", "check", "cluster", "end_other_labs", "main", "now_ms", "skip", "wait_for"]

SKIP = 77


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIP)


class Cluster(lab_client.Cluster):
    logged_before = {}  # by node: length of the core's log when the test began
    began_ms = 0        # when the test began

    def forget_logs(self):
        """The lab is shared with other tests: the lines of their logs do not count."""
        self.logged_before = {node: len(self.read(node, CORE_LOG)) for node in self.nodes}
        self.began_ms = now_ms()

    def core_log(self, node):
        """What the core there has logged since the test began."""
        return self.read(node, CORE_LOG)[self.logged_before.get(node, 0):]

    def up(self, *words):
        if os.environ.get("MERLIN_TEST_NO_NAMESPACES") and "--plain" not in words:
            skip("its nodes need namespaces, which this machine does not permit")
        super().up(*words)


def end_other_labs(prefix, name):
    """Ends this runner's labs of other shapes, so that they do not slow this one down."""
    done = subprocess.run([LAB, "list"], capture_output=True, text=True, check=False)
    for other in (line.split()[0] for line in done.stdout.splitlines()):
        if other.startswith(f"{prefix}-") and other != name:
            subprocess.run([LAB, "--name", other, "down"], capture_output=True, check=False)


@contextmanager
def cluster(nodes=3, hosts=60, services=2, interval=5, passive=0, fresh=False):
    """A settled cluster, shared with other tests of the same shape. `fresh`: created for this test, because nodes that were lost
    in earlier tests stay joining for longer at each return (R2)."""
    prefix = os.environ.get("MERLIN_TEST_LABS", "test")
    shape = f"{nodes}x{hosts}x{services}x{interval}" + (f"p{passive}" if passive else "")
    c = Cluster(f"{prefix}-{shape}", nodes, hosts, services, interval, passive)
    if fresh or not c.is_up():
        end_other_labs(prefix, c.name)
        c.lab("down", check_status=False)
        c.up()
    c.repair()
    c.forget_logs()
    yield c


def main(test):
    """Runs the test and prints its result; the exit status is 0, 1 or SKIP."""
    started = time.monotonic()
    try:
        test()
    except Failed as failure:
        print(f"FAILED after {time.monotonic() - started:.1f} s: {failure}")
        sys.exit(1)
    print(f"ok ({time.monotonic() - started:.1f} s)")

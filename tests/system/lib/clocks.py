"""Nodes whose clocks differ from this machine's: a node's core and merlind see the time that the test sets.

Only these two processes see another time. Plugins log this machine's time, so the judges need no conversion."""
import glob
import os

from cluster import check, skip

FILE = "/run/lab-clock"
LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def environment(monotonic):
    """As words for env. `monotonic`: the monotonic clock, which nobody sets, runs too fast or too slow as well."""
    found = glob.glob(LIBRARIES)
    if not found:
        skip("faketime is not installed")
    words = [f"LD_PRELOAD={found[0]}", f"FAKETIME_TIMESTAMP_FILE={FILE}", "FAKETIME_NO_CACHE=1", "DONT_FAKE_STAT=1", "NO_FAKE_STAT=1"]
    return words if monotonic else words + ["FAKETIME_DONT_FAKE_MONOTONIC=1"]


def set_clock(c, node, text):
    """"+3600": an hour ahead. "+0 x1.05": from its start on five percent too fast."""
    path = c.path(node, FILE)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text + "\n")
    os.rename(path + ".new", path)


def start_with_clock(c, node, text, monotonic=False):
    """Ends and restarts the node's merlind and core with that clock."""
    for init in ("nagios4", "merlind"):
        c.run(node, f"/etc/init.d/{init}", "stop")
    set_clock(c, node, text)
    for init in ("merlind", "nagios4"):
        c.run(node, "sh", "-c", f"exec env {' '.join(environment(monotonic))} /etc/init.d/{init} start >/run/lab-start.log 2>&1 </dev/null")
    check(c.status(node) is not None, f"merlind of {node} does not answer with a clock of its own")

# merlind of every node is killed with SIGKILL and starts while all cores are down: it restores every state from disk; a damaged store is set aside and refilled from the others; a full disk is reported and survived.
# F01 F02 F40 F44 I1 I8 I11
import os
import time

from cluster import check, cluster, main, wait_for
from nodefiles import log_end, log_since, problem

STORE = "/var/lib/merlin/store.db"
DAMAGED = "peer02"
FULL = "peer03"


def store(c, node):
    return (c.status(node) or {}).get("store") or {}


def rows(c, node):
    return (c.status(node) or {}).get("rows", 0)


def everything_is_saved(c, nodes=None):
    """Every node has the state of every object in memory and on disk."""
    return all(store(c, node).get("rows", 0) >= c.objects() and store(c, node)["pending"] == 0 and rows(c, node) >= c.objects()
               for node in nodes or c.nodes)


def kill_all(c):
    for node in c.nodes:
        c.kill(node, "core")
    for node in c.nodes:
        c.kill(node, "daemon")


def known_from_disk(c):
    """All daemons are killed; each one restores the states from its own disk, as no core runs that could send them."""
    kill_all(c)
    for node in c.nodes:
        end = log_end(c, node)
        c.start(node, "daemon")
        wait_for(f"{node} knows all states from its disk", lambda: rows(c, node) >= c.objects() and store(c, node)["rows"] >= c.objects(), 5)
        check(any("the store" in line and "contains" in line for line in log_since(c, node, end)), "the log does not say what the store held")
        c.kill(node, "daemon")


def filled_up_by_the_others(c):
    """The middle of the file is overwritten: merlind keeps it under another name, uses nothing of it, and fetches the rows from the others."""
    c.start(DAMAGED, "daemon")
    c.run(DAMAGED, "/etc/init.d/merlind", "stop")
    size = os.path.getsize(c.path(DAMAGED, STORE))
    check(size > 20_000, f"the store has {size} bytes only: it was not closed")
    c.run(DAMAGED, "dd", "if=/dev/urandom", f"of={STORE}", "bs=4096", "seek=1", "count=3", "conv=notrunc")
    end = log_end(c, DAMAGED)
    for node in c.nodes:
        c.start(node, "daemon")
    wait_for(f"{DAMAGED} has all states again", lambda: rows(c, DAMAGED) >= c.objects() and everything_is_saved(c, [DAMAGED]), 30)
    aside = store(c, DAMAGED)["set_aside"]
    check(aside and aside.startswith(STORE + ".corrupt-"), f"nothing was set aside: {store(c, DAMAGED)}")
    check(c.run(DAMAGED, "test", "-s", aside, check_status=False).returncode == 0, f"{aside} is not there")
    check(any("it is kept as" in line for line in log_since(c, DAMAGED, end)), "the log does not say it")
    check(problem(c, DAMAGED, ["the store was damaged", aside]), "mon does not say it")


def full_and_over(c):
    """The disk is full while states change: merlind reports it, the checks continue, and the changes are stored once there is room."""
    c.run(FULL, "sh", "-c", "cat /dev/zero >> /var/tmp/fill", check_status=False)
    try:
        found = wait_for("mon says that the store cannot be written", lambda: problem(c, FULL, ["the store cannot be written"]), 30)
        check("make room" in found[1], f"mon does not say what to do: {found}")
        wait_for("something waits for the disk", lambda: store(c, FULL)["pending"] > 0, 10)
        check(problem(c, "peer01", ["the store cannot be written"]) is None, "the disk of another node is taken for ours")
        time.sleep(c.interval)
        c.wait_settled(timeout_s=20)
    finally:
        c.run(FULL, "rm", "/var/tmp/fill")
    wait_for("the store works again", lambda: store(c, FULL)["state"] == "well" and problem(c, FULL, ["the store"]) is None, 15)
    wait_for("all is on disk", lambda: everything_is_saved(c, [FULL]), 15)


def test():
    with cluster(fresh=True) as c:
        wait_for("all states are on disk everywhere", lambda: everything_is_saved(c), 4 * c.interval + 10)
        known_from_disk(c)
        filled_up_by_the_others(c)
        for node in c.nodes:
            c.start(node, "core")
        c.wait_settled(timeout_s=60)
        full_and_over(c)


main(test)

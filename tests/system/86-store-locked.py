# Another program locks a node's store for a while: mon reports it, checks continue, changes reach every node meanwhile, and are on disk once the lock is released.
# F47 I1 I8
import subprocess
import time
from contextlib import contextmanager

from cluster import LAB, check, cluster, main, now_ms, wait_for
from nodefiles import problem
from operators import command, texts, tidy, wait_shown

NODE = "peer02"
LOCKER = """import sqlite3, sys
link = sqlite3.connect("/var/lib/merlin/store.db", isolation_level=None, timeout=10)
link.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


def store(c):
    return (c.status(NODE) or {}).get("store") or {}


def is_well(c):
    return store(c).get("state") == "well" and store(c)["pending"] == 0


@contextmanager
def locked(c):
    command_line = [LAB, "--name", c.name, "run", NODE, "--", "python3", "-c", LOCKER]
    with subprocess.Popen(command_line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as locker:
        check(locker.stdout.readline() == "locked\n", "the store cannot be locked from outside")
        yield
        locker.stdin.close()


def test():
    with cluster(fresh=True) as c:
        tidy(c)
        since, core = now_ms(), c.read(NODE, "/run/nagios4/nagios4.pid")
        wait_for("all is on disk", lambda: is_well(c), 20)
        with locked(c):
            command(c, NODE, "ADD_HOST_COMMENT;host0001;1;anna;while it was locked")
            found = wait_for("mon says that another process has the lock", lambda: problem(c, NODE, ["the store cannot be written", "locked"]), 20)
            check("fuser" in found[1], f"mon does not say what to do: {found}")
            wait_shown(c, "a comment made there is everywhere all the same", lambda picture: "while it was locked" in texts(picture))
            time.sleep(c.interval)
            c.wait_settled(timeout_s=5)
        wait_for("written once the lock is gone", lambda: is_well(c) and problem(c, NODE, ["the store"]) is None, 20)
        c.kill(NODE, "daemon")
        c.start(NODE, "daemon")
        c.wait_settled(timeout_s=45)
        wait_shown(c, "and there after a kill", lambda picture: texts(picture) == ["while it was locked"])
        check(c.read(NODE, "/run/nagios4/nagios4.pid") == core, "the core is another process")
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 2500, f"a check waited {longest} ms")
        tidy(c)


main(test)

# The disk of one node is full to the last byte: core and merlind continue, even through a takeover and a restart of merlind, and mon reports it; once there is room again, everything recovers by itself.
# F40 I8
import threading
import time

from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import DAEMON_LOG, log_end, log_since, problem

FULL = "peer02"
DIES = "peer03"
PLUGIN_LOGS = "/var/log/lab"
SCRIPT = f"""set -e
mkdir -p /run/lab-logs
mount -t tmpfs -o size=64m lab-logs /run/lab-logs
cp -a {PLUGIN_LOGS}/. /run/lab-logs/
chown --reference={PLUGIN_LOGS} /run/lab-logs
mount --move /run/lab-logs {PLUGIN_LOGS}
"""
UNDO = f"""set -e
cp -a {PLUGIN_LOGS} /run/lab-kept
umount {PLUGIN_LOGS}
cp -a /run/lab-kept/. {PLUGIN_LOGS}/
rm -r /run/lab-kept
"""


class FullDisk:
    """Fills the node's disk, and fills it again whenever space is freed. The plugins write their logs to another disk."""

    def __init__(self, c):
        self.c = c
        self.stop = threading.Event()
        self.keeper = threading.Thread(target=self.keep)

    def fill(self):
        self.c.run(FULL, "sh", "-c", "cat /dev/zero >> /var/tmp/fill", check_status=False)

    def keep(self):
        while not self.stop.wait(0.1):
            self.fill()

    def __enter__(self):
        self.c.run(FULL, "sh", "-c", SCRIPT)
        self.c.run(FULL, "truncate", "-s", "%4096", DAEMON_LOG)  # leaves no room in its last page
        self.fill()
        self.keeper.start()
        return self

    def make_room(self):
        if not self.stop.is_set():
            self.stop.set()
            self.keeper.join()
            self.c.run(FULL, "rm", "/var/tmp/fill")

    def __exit__(self, kind, error, trace):
        self.make_room()
        self.c.run(FULL, "sh", "-c", UNDO)


def saved_state(c):
    return c.read(FULL, "/var/lib/merlin/state")


def test():
    with cluster(fresh=True) as c:
        core = c.read(FULL, "/run/nagios4/nagios4.pid")
        with FullDisk(c) as disk:
            # Lines that plugins write while the folder moves are lost, so the test does not count across that moment.
            since = now_ms()
            time.sleep(c.interval)
            check(c.run(FULL, "sh", "-c", "head -c 100 /dev/zero > /var/tmp/more", check_status=False).returncode != 0, "the disk is not full")
            saved = saved_state(c)
            c.kill(DIES, "core")
            c.wait_settled(["peer01", FULL], timeout_s=10)
            c.run(FULL, "/etc/init.d/merlind", "restart")  # must save at once how far its numbers may go
            c.wait_settled(["peer01", FULL], timeout_s=15)
            found = wait_for("mon says that the state cannot be saved", lambda: problem(c, FULL, ["the state cannot be saved", "No space left"]), 5)
            check("make room on the disk" in found[1], f"mon does not say what to do: {found}")
            # Closing the store frees a little space, and the log may have taken a page of it: use up the rest of that page too.
            c.run(FULL, "truncate", "-s", "%4096", DAEMON_LOG)
            c.kill(FULL, "daemon", "HUP")
            wait_for("mon says that the log cannot be written", lambda: problem(c, FULL, ["the log cannot be written"]), 5)
            check(saved_state(c) == saved, "the state was written on a full disk")
            time.sleep(c.interval + 1)
            check(c.read(FULL, "/run/nagios4/nagios4.pid") == core, "the core is another process")
            check(problem(c, "peer01", ["saved"]) is None, "the disk of another node is taken for ours")
            disk.make_room()
            wait_for("the state is saved", lambda: saved_state(c) != saved and problem(c, FULL, ["the state cannot be saved"]) is None, 5)
            wait_for("the log is written again", lambda: problem(c, FULL, ["the log cannot be written"]) is None, 5)
            c.start(DIES, "core")
            c.wait_settled()
            longest = c.longest_wait_ms(since, now_ms())
            check(longest <= c.interval * 1000 + 2500, f"a check waited {longest} ms at an interval of {c.interval} s")
        end = log_end(c, FULL)
        c.run(FULL, "/etc/init.d/merlind", "restart")
        c.wait_settled()
        lines = log_since(c, FULL, end)
        check(any("is node" in line for line in lines), f"the log is not written again: {lines}")
        check(not [line for line in lines if "cannot be used" in line or "no saved state" in line], f"the state is damaged: {lines}")


main(test)

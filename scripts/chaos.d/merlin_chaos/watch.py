"""Watches all nodes once per second: processes that ended unexpectedly, the size of merlind, the results that the cores show."""
import os
import re
import threading
import time

from lab_client import now_ms

from .faults import CORE_PID, DAEMON_PID, process_state

EVERY_S = 1.0
STATUS_DAT = "/var/lib/nagios4/status.dat"
RESULT = re.compile(r"\tplugin_output=result (\d+)$", re.M)
FILES = {"core": CORE_PID, "daemon": DAEMON_PID}


class Watch:
    def __init__(self, c, record, excused):
        """`excused(node, what)`: whether a fault ends that process at about this time."""
        self.c, self.record, self.excused = c, record, excused
        self.alive = {(node, what): True for node in c.nodes for what in FILES}
        self.shown = {node: set() for node in c.nodes}
        self.written = {}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def start(self):
        self.thread.start()

    def stop(self):
        self.ended.set()
        self.thread.join()
        self.record.results_shown = {node: sorted(numbers) for node, numbers in self.shown.items()}

    def work(self):
        wanted = time.monotonic()
        while not self.ended.is_set():
            wanted += EVERY_S
            for node in self.c.nodes:
                self.look(node)
                self.look_at_results(node)
            self.ended.wait(max(0.0, wanted - time.monotonic()))
            late = time.monotonic() - wanted
            self.record.late_ms = max(self.record.late_ms, int(late * 1000))
            wanted = max(wanted, time.monotonic() - EVERY_S)

    def look(self, node):
        for what, file in FILES.items():
            lives = process_state(self.c, node, file) is not None
            if not lives and self.alive[node, what] and not self.excused(node, what):
                self.record.deaths.append([node, what, now_ms()])
            self.alive[node, what] = lives
        size = self.size(node)
        if size:
            self.record.sizes.setdefault(node, []).append([now_ms(), *size])

    def look_at_results(self, node):
        try:
            written = os.stat(self.c.path(node, STATUS_DAT)).st_mtime_ns
            if self.written.get(node) != written:
                self.shown[node].update(map(int, RESULT.findall(self.c.read(node, STATUS_DAT))))
                self.written[node] = written
        except OSError:
            return

    def size(self, node):
        """(descriptors, resident KiB) of merlind, or None."""
        try:
            folder = f"/proc/{int(self.c.read(node, DAEMON_PID))}"
            descriptors = len(os.listdir(self.c.path(node, f"{folder}/fd")))
            lines = self.c.read(node, f"{folder}/status").splitlines()
            return descriptors, int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))
        except (OSError, ValueError, StopIteration):
            return None

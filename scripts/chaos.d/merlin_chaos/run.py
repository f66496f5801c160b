"""One run: a lab, load, the drawn faults, and the final state of all nodes."""
import json
import os
import subprocess
import threading
import time
from contextlib import contextmanager

from lab_client import Cluster, Failed, check, now_ms, wait_for
from lab_client.files import DAEMON_LOG

from . import judge
from .faults import KINDS, RollingRestart, give_state_disks, wait_seen
from .load import Load
from .plan import AFTER_S
from .record import Record, Struck
from .report import say
from .watch import Watch

HOSTS, SERVICES, PASSIVE, INTERVAL_S = 40, 2, 3, 10
TROUBLED = 4
PROBLEMS_END_S = 5  # after the last fault
LOAD_ENDS_S = 12
AGREE_S = 30
STATUS_DAT_S = 6  # the core writes it every three seconds
HELD_BACK_MOST_S = 300
NO_HOSTS = "this machine permits no nodes with a network of their own"
SHOWN = ("current_state", "state_type", "current_attempt", "plugin_output", "last_hard_state", "has_been_checked", "current_notification_number",
         "problem_has_been_acknowledged", "scheduled_downtime_depth")


def all_hosts_checked(c):
    return all(fields["has_been_checked"] == "1" for node in c.nodes for key, fields in c.status_dat(node).items() if isinstance(key, str))


@contextmanager
def lab(count, keep):
    c = Cluster(f"{os.environ.get('MERLIN_TEST_LABS', 'chaos')}-{os.getpid()}", count, HOSTS, SERVICES, INTERVAL_S, PASSIVE)
    try:
        c.up()
        check(json.loads(c.lab("status", "--json"))["mode"] == "hosts", NO_HOSTS)
        give_state_disks(c)
        c.wait_settled(timeout_s=60)
        # The first result of a service makes the core check its host if the host was never checked.
        wait_for("each host has been looked at", lambda: all_hosts_checked(c), 2 * INTERVAL_S + STATUS_DAT_S, 0.5)
        yield c
    finally:
        if keep:
            say(f"the lab goes on: scripts/lab --name {c.name} status")
        else:
            c.lab("down", check_status=False)


def available(c, words):
    """The faults that this machine can cause."""
    fitting = [word for word in words if KINDS[word].targets <= len(c.nodes) - (KINDS[word].network and not KINDS[word].splits)]
    able = [word for word in fitting if KINDS[word].available(c)]
    for word in words:
        if word not in able:
            say(f"left out: {word} ({'this machine cannot do it' if word in fitting else 'it takes more nodes'})")
    return able


class Strike(threading.Thread):
    """One fault from its beginning to its end."""

    def __init__(self, c, step, begun):
        super().__init__(daemon=True)
        self.step, self.begun = step, begun
        nodes = c.nodes if step.word == RollingRestart.word else list(step.nodes)
        self.fault = KINDS[step.word](c, nodes)
        self.struck = Struck(step.word, nodes, 0, 0, self.fault.moments, self.fault.detection_s, self.fault.splits, self.fault.ends_core,
                             self.fault.ends_daemon, self.fault.ids)

    def is_about(self, node):
        """Whether the fault is about to affect that node, lasts, or has just ended."""
        soon = time.monotonic() >= self.begun + self.step.at_s - 1
        return soon and node in self.struck.nodes and (not self.struck.end_ms or now_ms() < self.struck.end_ms + 3000)

    def run(self):
        time.sleep(max(0.0, self.begun + self.step.at_s - time.monotonic()))
        say(f"{self.step.word} of {', '.join(self.struck.nodes)}, for {self.step.lasts_s:.0f} s")
        self.struck.begin_ms = now_ms()
        self.part("begin", self.begin)
        self.part("end", self.fault.end)
        self.struck.end_ms = now_ms()
        say(f"{self.step.word} of {', '.join(self.struck.nodes)} is over{': ' + self.struck.trouble if self.struck.trouble else ''}")

    def begin(self):
        self.fault.begin()
        until = time.monotonic() + self.step.lasts_s
        self.struck.evidence = wait_seen(self.fault) or ""
        time.sleep(max(0.0, until - time.monotonic()))

    def part(self, what, work):
        try:
            work()
        except (Failed, OSError, ValueError, subprocess.SubprocessError) as error:
            self.struck.trouble = f"{what}: {error}"


def look(c, record):
    record.shown, record.noted = {}, {}
    for node in c.nodes:
        record.shown[node] = {key if isinstance(key, str) else ";".join(key): {name: fields.get(name) for name in SHOWN}
                              for key, fields in c.status_dat(node).items()}
        record.noted[node] = {text: count for text, count in c.notes(node).items() if text.endswith(" of chaos")}


def last_look(c, record):
    """Reads what all nodes show after the faults; repeats while they differ, as cores write status.dat every few seconds."""
    until = time.monotonic() + STATUS_DAT_S
    while True:
        look(c, record)
        record.unequal, record.end_ms = c.unequal_tables(), now_ms()
        if not judge.agreement(record)[0] or time.monotonic() > until:
            return
        time.sleep(0.1)


def gather(c, record):
    record.checks = [list(row) for row in c.checks(record.start_ms, record.end_ms)]
    record.handled = [list(row) for row in c.results(record.start_ms)]
    record.notifications = [[row[0], int(row[1]), *row[2:]] for row in c.notifications(record.start_ms)]
    record.log_lines = {node: c.read(node, DAEMON_LOG).count("\n") for node in c.nodes}


def damped_s(record):
    """The longest time for which the node that was lost most often may stay joining when it returns (R2)."""
    losses = max((sum((len(fault.moments) + 1) // 2 for fault in record.faults if node in fault.nodes) for node in record.nodes), default=0)
    return 30 + min(HELD_BACK_MOST_S, 5 * 2 ** max(0, losses - 1))


def run(c, steps, seed, rate):
    """Performs the run and returns its record; the lab is settled before."""
    record = Record(c.nodes, c.interval, sorted(list(key) for key in c.known_checks()), c.host_names()[-TROUBLED:])
    record.owners_before = c.owners()
    load = Load(c, record, seed, rate, PASSIVE)
    begun = time.monotonic()
    strikes = [Strike(c, step, begun) for step in steps]

    def excused(node, what):
        return any(strike.is_about(node) and getattr(strike.struck, f"ends_{what}") for strike in strikes)
    watch = Watch(c, record, excused)
    record.start_ms = now_ms()
    record.faults = [strike.struck for strike in strikes]
    for part in (load, watch, *strikes):
        part.start()
    try:
        for strike in strikes:
            strike.join()
        over = time.monotonic()
        for when_s, act in ((PROBLEMS_END_S, load.end_problems), (LOAD_ENDS_S, load.stop), (AGREE_S, lambda: last_look(c, record))):
            time.sleep(max(0.0, over + when_s - time.monotonic()))
            act()
    finally:
        load.stop()
        watch.stop()
    gather(c, record)
    try:
        c.wait_settled(timeout_s=damped_s(record))
    except Failed as failure:
        say(str(failure))
    record.owners_after = {node: c.owners(node) for node in c.nodes}
    return record


__all__ = ["AFTER_S", "available", "lab", "run"]

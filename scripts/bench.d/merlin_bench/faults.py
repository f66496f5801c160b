"""Failure and return of a node with 300 hosts x 10 services: time until the others know, longest wait of a check, moved hosts."""
import re
import signal
import time
from datetime import datetime

from .nodes import nodes, wait_for
from .report import say

# name: (how to break the victim, how to repair it, bounds: time until known in ms, longest wait beyond the interval in s)
FAULTS = {
    "core killed": (lambda lab, node: lab.signal(node, "core", signal.SIGKILL), lambda lab, node: lab.start(node, "all"), 10, 1),
    "cable cut": (lambda lab, node: lab.lab("cut", node), lambda lab, _: lab.lab("heal"), 3000, 4),
    "core stopped (SIGSTOP)": (lambda lab, node: lab.signal(node, "core", signal.SIGSTOP), lambda lab, node: lab.kill(node, "core", "CONT"), 5000, 6),
    "merlind killed": (lambda lab, node: lab.signal(node, "daemon", signal.SIGKILL), lambda lab, node: lab.start(node, "all"), 3000, 4),
}


def log_moments(lab, node, pattern):
    """Times in ms since 1970 of the lines of merlind's log that match."""
    found = []
    for line in lab.read(node, "/var/log/merlin/merlind.log").splitlines():
        if re.search(pattern, line):
            found.append(datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S.%f").timestamp() * 1000)
    return found


def known_after_ms(lab, others, when_ms, pattern):
    """The time from `when_ms` until the slower one of the other nodes has logged it."""
    def both():
        firsts = [[moment for moment in log_moments(lab, node, pattern) if moment >= when_ms - 1] for node in others]
        return [min(moments) for moments in firsts] if all(firsts) else None
    return max(wait_for(f"the others write '{pattern}'", both, 60, 0.2)) - when_ms


def moved(before, after, victim):
    """Hosts whose owner changed, and those of them that the victim owned neither before nor after."""
    changed = {host for host in before if before[host] != after[host]}
    strangers = {host for host in changed if victim not in (before[host], after[host])}
    return len(changed), len(strangers)


def longest_wait_beyond_s(lab, since_ms, until_ms):
    return lab.longest_wait_ms(since_ms, until_ms) / 1000 - lab.interval


def measure(report, hosts=300, services=10, interval=60, runs=3, only=None):
    results = {name: {"known": [], "wait": [], "moved": [], "strangers": [], "back": [], "back_wait": [], "back_strangers": []}
               for name in FAULTS if not only or any(word in name for word in only)}
    with nodes("faults", 3, hosts, services, interval) as lab:
        say(f"three nodes share {hosts} hosts x {services}; one interval of {interval} s goes by")
        time.sleep(interval + 3)
        turn = 0
        for run in range(runs):
            for name, result in results.items():
                # A different victim each time: a node that is lost repeatedly stays joining for longer.
                one_fault(lab, name, result, lab.nodes[turn % 3])
                turn += 1
                say(f"{name}, run {run + 1} of {runs}: known after {result['known'][-1]:.0f} ms")
    for name, result in results.items():
        _, _, known, wait = FAULTS[name]
        report.add(f"{name}: until both others know", result["known"], "ms", at_most=known)
        report.add(f"{name}: longest wait of a check beyond its interval", result["wait"], "s", at_most=wait)
        report.add(f"{name}: hosts that moved, of {hosts}", result["moved"], "hosts", note="its share is a third")
        report.add(f"{name}: hosts that moved and were not its own", result["strangers"], "hosts", at_most=0)
        report.add(f"{name}, back: until it runs its share again", result["back"], "s", note="damping holds a returned node for 5 s and longer")
        report.add(f"{name}, back: longest wait of a check beyond its interval", result["back_wait"], "s", at_most=wait)
        report.add(f"{name}, back: hosts that moved and are not its own", result["back_strangers"], "hosts", at_most=0)


def one_fault(lab, name, result, victim):
    strike, undo, _, _ = FAULTS[name]
    others = [node for node in lab.nodes if node != victim]
    before = lab.owners(others[0])
    window = int(time.time() * 1000) - lab.interval * 1000
    lab.outer_pids(victim)  # looked up before the measurement starts
    struck = time.time() * 1000
    strike(lab, victim)
    result["known"].append(known_after_ms(lab, others, struck, rf"{victim} is no longer active"))
    lab.wait_settled(others, timeout_s=30)
    count, strangers = moved(before, lab.owners(others[0]), victim)
    result["moved"].append(count)
    result["strangers"].append(strangers)
    time.sleep(max(0.0, lab.interval + 5 - (time.time() - struck / 1000)))
    result["wait"].append(longest_wait_beyond_s(lab, window, int(time.time() * 1000)))

    shared = lab.owners(others[0])
    window = int(time.time() * 1000) - lab.interval * 1000
    undone = time.time()
    undo(lab, victim)
    lab.wait_settled(timeout_s=400)
    result["back"].append(time.time() - undone)
    _, strangers = moved(shared, lab.owners(others[0]), victim)
    result["back_strangers"].append(strangers)
    time.sleep(max(0.0, lab.interval + 5 - (time.time() - undone)))
    result["back_wait"].append(longest_wait_beyond_s(lab, window, int(time.time() * 1000)))

"""A node that was cut off misses 10,000 events: how soon after the cut it has them."""
import time

from .nodes import monotonic_s, nodes, wait_for
from .report import say

NEAR, CUT = "peer01", "peer03"
EVENTS = 10_000
LONG_HISTORY = 100_000  # events that a node without a store fetches
STORE = "/var/lib/merlin/store.db"


def marks(lab, node):
    """{stream: the last event on the node's disk}"""
    streams = (lab.status(node) or {}).get("events", {}).get("streams", [])
    return {(stream["node_id"], stream["epoch"]): stream["last"] for stream in streams if stream["last"]}


def changing_results(lab, count, seconds):
    """Submits so many passive results at NEAR; each one changes its service's state and causes an alert."""
    targets = [(host, f"passive{number:02d}") for number in range(1, lab.passive + 1) for host in lab.host_names()]
    with lab.command_pipe(NEAR) as pipe:
        begin = monotonic_s()
        for number in range(count):
            time.sleep(max(0.0, begin + number * seconds / count - monotonic_s()))
            host, service = targets[number % len(targets)]
            state = 2 - number // len(targets) % 2 * 2
            pipe.write(f"[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;{host};{service};{state};event {number}\n")


def one_run(lab, seconds):
    lab.lab("cut", CUT)
    wait_for(f"{CUT} is away", lambda: not lab.is_active(NEAR, CUT) and not lab.is_active(CUT, NEAR), 30)
    changing_results(lab, EVENTS, seconds)
    wait_for("the others have the same history", lambda: marks(lab, NEAR) == marks(lab, "peer02"), 30)
    time.sleep(2)
    had = marks(lab, CUT)
    backlog = sum(last - had.get(stream, 0) for stream, last in marks(lab, NEAR).items())
    lab.lab("heal")
    uncut = monotonic_s()
    wait_for("they are linked", lambda: (lab.about(CUT, NEAR) or {}).get("linked"), 30, every_s=0.02)
    linked = monotonic_s()
    wait_for("all have the same history", lambda: marks(lab, CUT) == marks(lab, NEAR) == marks(lab, "peer02"), 60, every_s=0.02)
    done = monotonic_s()
    say(f"{backlog} events: {done - uncut:.1f} s after the cut, {done - linked:.2f} s after the link")
    return {"cut": done - uncut, "link": done - linked}


def total(lab, node):
    return sum(marks(lab, node).values())


def fill(lab):
    """Runs until all nodes have a long history. Commands after results are disabled: a core that hands its workers more of them at once
    than both read hangs, because each side waits for the other."""
    with lab.command_pipe(NEAR) as pipe:
        for command in ("DISABLE_NOTIFICATIONS", "DISABLE_EVENT_HANDLERS", "STOP_OBSESSING_OVER_SVC_CHECKS"):
            pipe.write(f"[{int(time.time())}] {command}\n")
    time.sleep(5)
    while total(lab, NEAR) < LONG_HISTORY:
        changing_results(lab, 20_000, 20)
        say(f"{total(lab, NEAR)} events")
    wait_for("all have the same history", lambda: marks(lab, NEAR) == marks(lab, "peer02") == marks(lab, CUT), 120)


def all_of_it(lab):
    """Events per second to a node without any, including its start; the node receives all rows at the same time."""
    lab.kill(CUT, "daemon")
    lab.run(CUT, "rm", "-f", STORE, f"{STORE}-wal", f"{STORE}-shm")
    events, begin = total(lab, NEAR), monotonic_s()
    lab.start(CUT, "daemon")
    wait_for("it has the whole history", lambda: total(lab, CUT) >= events, 120, every_s=0.02)
    took = monotonic_s() - begin
    say(f"{events} events in {took:.2f} s: {events / took:.0f} a second")
    lab.wait_settled(timeout_s=60)
    return events / took


def measure(report, hosts=300, passive=10, seconds=60, runs=3):
    with nodes("events", 3, hosts, 0, 60, passive=passive) as lab:
        found = []
        for _ in range(runs):
            found.append(one_run(lab, seconds))
            lab.wait_settled(timeout_s=400)
        report.add(f"{EVENTS} events in a cut of {seconds} s: same history after it", [one["cut"] for one in found], "s", at_most=5)
        report.add("the same, from the link on", [one["link"] for one in found], "s")
        fill(lab)
        report.add(f"{LONG_HISTORY} events or more to a node that has lost its store", [all_of_it(lab) for _ in range(runs)], "events/s", at_least=20_000)

"""A history of 10,000 events that a node which was cut off lacks: how soon after the heal it has them."""
import time

from .nodes import monotonic_s, nodes, wait_for
from .report import say

NEAR, CUT = "peer01", "peer03"
EVENTS = 10_000


def marks(lab, node):
    """{stream: the last event on the node's disk}"""
    streams = (lab.status(node) or {}).get("events", {}).get("streams", [])
    return {(stream["node_id"], stream["epoch"]): stream["last"] for stream in streams if stream["last"]}


def changing_results(lab, seconds):
    """Passive results at NEAR, each of which changes its service's state: an alert each."""
    targets = [(host, f"passive{number:02d}") for number in range(1, lab.passive + 1) for host in lab.host_names()]
    with lab.command_pipe(NEAR) as pipe:
        begin = monotonic_s()
        for number in range(EVENTS):
            time.sleep(max(0.0, begin + number * seconds / EVENTS - monotonic_s()))
            host, service = targets[number % len(targets)]
            state = 2 - number // len(targets) % 2 * 2
            pipe.write(f"[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;{host};{service};{state};event {number}\n")


def one_run(lab, seconds):
    lab.lab("cut", CUT)
    wait_for(f"{CUT} is away", lambda: not lab.is_active(NEAR, CUT) and not lab.is_active(CUT, NEAR), 30)
    changing_results(lab, seconds)
    wait_for("the others have the same history", lambda: marks(lab, NEAR) == marks(lab, "peer02"), 30)
    time.sleep(2)
    had = marks(lab, CUT)
    backlog = sum(last - had.get(stream, 0) for stream, last in marks(lab, NEAR).items())
    lab.lab("heal")
    healed = monotonic_s()
    wait_for("they are linked", lambda: (lab.about(CUT, NEAR) or {}).get("linked"), 30, every_s=0.02)
    linked = monotonic_s()
    wait_for("all have the same history", lambda: marks(lab, CUT) == marks(lab, NEAR) == marks(lab, "peer02"), 60, every_s=0.02)
    done = monotonic_s()
    say(f"{backlog} events: {done - healed:.1f} s after the heal, {done - linked:.2f} s after the link")
    return {"heal": done - healed, "link": done - linked, "rate": backlog / max(done - linked, 0.01)}


def measure(report, hosts=300, passive=10, seconds=60, runs=3):
    with nodes("events", 3, hosts, 0, 60, passive=passive) as lab:
        found = []
        for _ in range(runs):
            found.append(one_run(lab, seconds))
            lab.wait_settled(timeout_s=400)
        report.add(f"{EVENTS} events in a cut of {seconds} s: same history after the heal", [one["heal"] for one in found], "s", at_most=5)
        report.add("the same, from the link on", [one["link"] for one in found], "s")
        report.add("events fetched in a second", [one["rate"] for one in found], "events/s")

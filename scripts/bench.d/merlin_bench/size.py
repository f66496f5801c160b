"""10,000 hosts x 10 services: start, memory, takeover, and a second node that receives everything."""
import os
import time

from .nodes import CONFIG, PROBE_FILE, nodes, wait_for
from .passive import Source, passes, send_at_once, services_of
from .report import say

FIRST, SECOND = "peer01", "peer02"
PID_FILE = "/run/nagios4/nagios4.pid"
HERTZ = os.sysconf("SC_CLK_TCK")


def start_times_s(lab, node):
    """(elapsed time, processor time) from the start of the core's process until its event loop begins."""
    # In the foreground the core is one process from the start, but it writes no pid file.
    script = f"rm -f {PROBE_FILE}; nagios4 {CONFIG} >/dev/null 2>&1 & echo $! >{PID_FILE}; cut -d' ' -f22 /proc/$!/stat"
    ticks = int(lab.run(node, "sh", "-c", script).split()[0])
    began, used = wait_for("the core's loop", lambda: os.path.exists(lab.path(node, PROBE_FILE)) and loop_began(lab, node), 60, 0.1)
    return began - ticks / HERTZ, used


def loop_began(lab, node):
    """(time, processor time used until then) in s, once the event loop has begun."""
    return next(((moment / 1e9, int(text) / 1e9) for moment, kind, text in lab.probe(node).records() if kind == "L"), None)


def stop_core(lab, node):
    lab.kill(node, "core", "TERM")
    wait_for("the core ends", lambda: not lab.core_runs(node), 60)


def starts(report, lab, runs):
    """Alternately with and without the module, on a node with everything in its retention file."""
    with_module, without, memory_with, memory_without = [], [], [], []
    for _ in range(runs):
        for module, seconds, memory in ((False, without, memory_without), (True, with_module, memory_with)):
            stop_core(lab, FIRST)
            lab.configure_core(FIRST, module=module)
            seconds.append(start_times_s(lab, FIRST))
            time.sleep(8 if module else 2)
            memory.append(lab.resident_mb(FIRST)["core"])
    report.add("start of the core without the module", [clock for clock, _ in without], "s")
    report.add("start of the core with it", [clock for clock, _ in with_module], "s")
    on_top = [with_it[1] - without_it[1] for with_it, without_it in zip(with_module, without)]
    report.add("start of the core with it, processor time on top", on_top, "s", at_most=0.1)
    report.add("memory of the core without the module", memory_without, "MB")
    report.add("memory of the core with it, on top", [a - b for a, b in zip(memory_with, memory_without)], "MB", at_most=5)


def takeover(report, lab, runs):
    """From kill -9 of one of two cores until the other daemon claims everything for its core."""
    took = []
    for _ in range(runs):
        lab.wait_settled(timeout_s=400)
        began = time.time()
        lab.kill(SECOND, "core")
        wait_for("the first node runs everything", lambda: hosts_owned(lab, FIRST) == lab.hosts, 60, 0.005)
        took.append((time.time() - began) * 1000)
        lab.start(SECOND, "all")
    lab.wait_settled(timeout_s=400)
    report.add("a core killed: until the other one claims all 10,000 hosts", took, "ms", note="the new ranking included")


def hosts_owned(lab, node):
    document = lab.status(node)
    return document["nodes"][0]["hosts_owned"] if document else 0


def learning(report, lab, runs):
    """The second node starts with only its configuration."""
    known, in_core, callbacks, stalls = [], [], [], []
    total = lab.hosts * lab.services
    for _ in range(runs):
        stop_core(lab, SECOND)
        lab.kill(SECOND, "daemon", "TERM")
        wait_for("merlind ends", lambda: lab.status(SECOND) is None, 30)
        lab.run(SECOND, "sh", "-c", "rm -rf /var/lib/merlin/state /var/lib/nagios4/retention.dat /var/lib/nagios4/status.dat")
        lab.start(SECOND, "core")
        wait_for("the second core's loop", lambda: loop_began(lab, SECOND), 60, 0.05)
        began = time.time()
        lab.start(SECOND, "daemon")
        # `lab start` waits until the node is ready; the log contains the time of each step.
        wait_for("the same table", lambda: lab.tables_equal(SECOND), 60, 0.01)
        known.append(time.time() - began)
        wait_for("all in the core", lambda: len(passes(lab.probe(SECOND), "S")) >= total, 60, 0.2)
        in_core.append(time.time() - began)
        says = lab.module_says(SECOND)
        callbacks.append(says["callbacks"]["p999_ns"] / 1000)
        stalls.append(max(says["callbacks"]["worst_ns"], says["turns"]["worst_ns"]) / 1e6)
    report.add("a second node with nothing: until it knows all 100,000 services", known, "s", at_most=5)
    report.add("... and until its core shows them", in_core, "s", at_most=5)
    report.add("... our callback in its core meanwhile, p99.9", callbacks, "us", at_most=1000)
    report.add("... longest time that its core waited for us", stalls, "ms", at_most=50)


def fill(lab):
    """Submits a result for each service by the first node's command pipe, and waits until every node has it."""
    source = Source(services_of(lab.host_names(), lab.services))
    lab.kill(SECOND, "core", "TERM")
    wait_for("the first node runs everything", lambda: hosts_owned(lab, FIRST) == lab.hosts, 60, 0.1)
    send_at_once(lab, FIRST, source, lab.hosts * lab.services)
    total = lab.hosts * lab.services
    wait_for("a row for each service", lambda: (lab.status(FIRST) or {"rows": 0})["rows"] >= total, 240, 0.5)
    lab.start(SECOND, "all")


def shares(report, lab):
    owned = [entry["hosts_owned"] / lab.hosts for entry in lab.status(FIRST)["nodes"]]
    report.add("share of two nodes, farthest from a half", max(abs(share - 0.5) * 200 for share in owned), "%", at_most=4)


def measure(report, hosts=10_000, services=10, runs=3):
    with nodes("size", 2, hosts, services, 36_000) as lab:
        for node in lab.nodes:
            lab.add_probe(node)
        lab.wait_settled(timeout_s=120)
        say(f"two nodes with {hosts} hosts x {services}")
        shares(report, lab)
        fill(lab)
        lab.wait_settled(timeout_s=120)
        say("each service has a result")
        report.add("memory of merlind with 100,000 services", lab.resident_mb(FIRST)["daemon"], "MB", at_most=100)
        learning(report, lab, runs)
        starts(report, lab, runs)
        takeover(report, lab, runs)

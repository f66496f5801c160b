"""Results at one core's command pipe: when the other core has them, and what they cost."""
import os
import time

from .nodes import monotonic_s, nodes, wait_for
from .report import quantile, say

SENDER, RECEIVER = "peer01", "peer02"


def services_of(hosts, services):
    """[(host, service)]: the first service of every host, then the second, and so on."""
    return [(host, f"svc{number:02d}") for number in range(1, services + 1) for host in hosts]


class Source:
    """Numbered OK results for given services, in turn."""

    def __init__(self, objects):
        self.objects = objects
        self.sent = 0

    def lines(self, count):
        now = int(time.time())
        for _ in range(count):
            host, service = self.objects[self.sent % len(self.objects)]
            self.sent += 1
            yield f"[{now}] PROCESS_SERVICE_CHECK_RESULT;{host};{service};0;bench {self.sent}\n"


def own_hosts(lab, node):
    return [host for host, owner in lab.owners(node).items() if owner == node]


def send_evenly(lab, node, source, rate, seconds):
    """`rate` results per second, one by one."""
    with lab.command_pipe(node) as pipe:
        begin = monotonic_s()
        for number in range(int(rate * seconds)):
            ahead = begin + number / rate - monotonic_s()
            if ahead > 0:
                time.sleep(ahead)
            pipe.write(next(source.lines(1)))


def send_at_once(lab, node, source, count):
    with lab.command_pipe(node) as pipe:
        for start in range(0, count, 100):
            pipe.write("".join(source.lines(min(100, count - start))))


def passes(probe, kind):
    """{number: ns of the first record of that kind}."""
    first = {}
    for moment, record_kind, text in probe.records():
        if record_kind == kind and text.startswith("bench "):
            first.setdefault(int(text.split()[1]), moment)
    return first


def wait_passed(probe, kind, count, timeout_s=120):
    wait_for(f"{count} results passed", lambda: len(passes(probe, kind)) >= count, timeout_s, 0.2)


def latency(report, lab, rate, seconds, runs):
    sender, receiver = lab.probe(SENDER), lab.probe(RECEIVER)
    source = Source(services_of(own_hosts(lab, SENDER), lab.services))
    middle, tail = [], []
    for _ in range(runs):
        sender.mark()
        receiver.mark()
        count = int(rate * seconds)
        send_evenly(lab, SENDER, source, rate, seconds)
        wait_passed(receiver, "S", count * 0.999)
        left, came = passes(sender, "R"), passes(receiver, "S")
        delays = [(came[number] - left[number]) / 1e6 for number in left if number in came]
        middle.append(quantile(delays, 0.5))
        tail.append(quantile(delays, 0.99))
    report.add(f"result from callback in one core to callback in another, {rate}/s: p50", middle, "ms", at_most=0.25)
    report.add(f"result from callback in one core to callback in another, {rate}/s: p99", tail, "ms", at_most=2)


def wire_bytes(report, lab, rate, seconds, what, bound):
    source = Source(services_of(own_hosts(lab, SENDER), lab.services))
    before = lab.wire_bytes(SENDER)
    time.sleep(seconds)
    idle = lab.wire_bytes(SENDER) - before
    before = lab.wire_bytes(SENDER)
    send_evenly(lab, SENDER, source, rate, seconds)
    time.sleep(0.5)
    used = lab.wire_bytes(SENDER) - before - idle
    report.add(f"bytes on the wire a result, both ways, {what}", used / (rate * seconds), "bytes", at_most=bound)


def burst(lab, source, rounds, receiver=None):
    """Submits `rounds` results per service: (seconds until the core has processed all, CPU seconds by node and program, share of
    the results that the other core received one by one; a state that is replaced before it is sent is not sent)."""
    probe = lab.probe(SENDER)
    probe.mark()
    other = lab.probe(receiver) if receiver else None
    if other:
        other.mark()
    count = rounds * len(source.objects)
    last_round = range(source.sent + count - len(source.objects) + 1, source.sent + count + 1)
    before = {node: lab.cpu_s(node) for node in lab.nodes}
    begin = monotonic_s()
    send_at_once(lab, SENDER, source, count)
    wait_passed(probe, "R", count)
    seconds = max(passes(probe, "R").values()) / 1e9 - begin
    shown = 0.0
    if other:
        wait_for("the last state of each service", lambda: passes(other, "S").keys() >= set(last_round), 120, 0.2)
        shown = len(passes(other, "S")) / count
    spent = {node: {name: value - before[node][name] for name, value in lab.cpu_s(node).items()} for node in lab.nodes}
    return seconds, spent, shown


def costs(report, lab, alone, runs, rounds=6):
    # The same number of services on both nodes, so that both do the same work.
    objects = services_of(own_hosts(lab, SENDER), lab.services)
    source, alone_source = Source(objects), Source(objects)
    count = rounds * len(objects)
    each = count / 10_000
    found = {"ratio": [], "rate": [], "alone": [], "sender": [], "receiver": [], "bytes": [], "shown": []}
    for _ in range(runs):
        alone_seconds, alone_spent, _ = burst(alone, alone_source, rounds)
        bytes_before = lab.wire_bytes(SENDER)
        seconds, spent, shown = burst(lab, source, rounds, RECEIVER)
        base = alone_spent[SENDER]["core"]
        found["bytes"].append((lab.wire_bytes(SENDER) - bytes_before) / count)
        found["shown"].append(shown * 100)
        found["rate"].append(count / seconds)
        found["ratio"].append(alone_seconds / seconds)
        found["alone"].append(base / each)
        found["sender"].append((spent[SENDER]["core"] - base + spent[SENDER]["daemon"]) / each)
        found["receiver"].append((spent[RECEIVER]["core"] + spent[RECEIVER]["daemon"] - base) / each)
    report.add(f"results/s by command pipe, {count} at once, to one peer", found["rate"], "1/s")
    report.add("... of the results/s of the core alone", found["ratio"], "ratio", at_least=0.9)
    report.add("... shown to the other core one by one, the rest replaced before they left", found["shown"], "%")
    report.add("... bytes on the wire a result, both ways", found["bytes"], "bytes", at_most=100)
    report.add("CPU per 10,000 results: the core alone", found["alone"], "s")
    report.add("CPU per 10,000 results on top of that: sender, daemon included", found["sender"], "s", at_most=0.15)
    report.add("CPU per 10,000 results on top of that: receiver, daemon included", found["receiver"], "s", at_most=0.10)


def callback_cost(report, lab):
    costs_ns = lab.module_says(SENDER)["callbacks"]
    report.add("our callback in the core, p50", costs_ns["p50_ns"] / 1000, "us", note=f"{costs_ns['count']} calls")
    report.add("our callback in the core, p99.9", costs_ns["p999_ns"] / 1000, "us", at_most=1000)
    turns = lab.module_says(SENDER)["turns"]
    report.add("our turns of the core's loop, p99.9", turns["p999_ns"] / 1000, "us", note="reading and writing the link, imposing rows")


def measure(report, runs=5, seconds=10):
    # With an interval of an hour the cores have nothing else to do. The delay of single results is measured with few objects,
    # because the core hangs while it writes them all to status.dat; throughput with many, so that each state is sent once.
    with nodes("delay", 2, 300, 10, 3600) as lab:
        prepare(lab)
        latency(report, lab, 100, seconds, runs)
        latency(report, lab, 1000, seconds, runs)
        wire_bytes(report, lab, 5, seconds, "alone (5/s)", 250)
        wire_bytes(report, lab, 1000, seconds, "1,000/s", None)
        callback_cost(report, lab)
    with nodes("cost", 2, 2000, 10, 3600) as lab, nodes("alone", 1, 2000, 10, 3600, merlin=False) as alone:
        prepare(lab)
        prepare(alone)
        costs(report, lab, alone, runs)


def prepare(lab):
    for node in lab.nodes:
        lab.add_probe(node)
    if lab.merlin:
        lab.wait_settled(timeout_s=120)
    say(f"{len(lab.nodes)} nodes {'' if lab.merlin else 'without Merlin '}with {lab.hosts} hosts x {lab.services}, {os.cpu_count()} processors")

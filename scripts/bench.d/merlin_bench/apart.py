"""Passive results at the pipes of two nodes while one of them is cut off: which are lost or doubled, and which states differ afterwards."""
import threading
import time
from collections import Counter

from .nodes import monotonic_s, nodes, wait_for
from .report import say

NEAR, CUT = "peer01", "peer03"
RATE = 100
NEWS_S = 4  # cores write status.dat every second, and a busy machine is late
FIELDS = ("current_state", "state_type", "current_attempt", "plugin_output", "last_hard_state")


def results(lab, node, name, seconds, given):
    """Writes RATE results per second to the node's pipe, for all services in turn; each one contains a unique word."""
    targets = [(host, f"passive{number:02d}") for number in range(1, lab.passive + 1) for host in lab.host_names()]
    with lab.command_pipe(node) as pipe:
        begin = monotonic_s()
        for number in range(int(RATE * seconds)):
            time.sleep(max(0.0, begin + number / RATE - monotonic_s()))
            host, service = targets[(number * 7) % len(targets)]
            word = f"{name}{number:05d}"
            pipe.write(f"[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;{host};{service};{number % 2 * 2};{word}\n")
            given.add(word)


def differing(lab):
    """Number of services that the nodes show differently, except for those with a result that is too new for every status file."""
    begin = time.time()
    files = [lab.status_dat(node) for node in lab.nodes]
    count = 0
    for key in files[0]:
        shown = [file.get(key, {}) for file in files]
        news = any(int(fields.get("last_check", 0)) >= int(begin) - NEWS_S for fields in shown)
        count += not news and any([fields.get(field) for field in FIELDS] != [shown[0].get(field) for field in FIELDS] for fields in shown[1:])
    return count


def one_run(lab, number, seconds, quiet_after):
    """Cuts from the first fifth to the fourth; `quiet_after`: no result arrives after the cut."""
    given = set()
    begin = time.time() * 1000
    length = seconds * 4 / 5 if quiet_after else seconds
    sources = [threading.Thread(target=results, args=(lab, node, f"run{number}{node}", length, given)) for node in (NEAR, CUT)]
    for source in sources:
        source.start()
    time.sleep(seconds / 5)
    lab.lab("cut", CUT)
    time.sleep(seconds * 3 / 5)
    lab.lab("heal")
    healed = monotonic_s()
    time.sleep(5)
    after_5s = differing(lab)
    for source in sources:
        source.join()
    time.sleep(max(0.0, healed + 20 - monotonic_s()))
    after_20s = differing(lab)
    handled = lambda: Counter(row[5].strip() for row in lab.results(int(begin) - 1000))  # noqa: E731
    wait_for("the last result is handled", lambda: sum(handled().values()) >= len(given) * 0.99, 30)
    time.sleep(3)
    times = handled()
    nowhere, twice = given - times.keys(), [word for word in given if times[word] > 1]
    say(f"{len(given)} results: {len(nowhere)} handled nowhere, {len(twice)} twice; {after_5s} services differ after 5 s, {after_20s} after 20 s")
    return {"nowhere": 100 * len(nowhere) / len(given), "twice": 100 * len(twice) / len(given), "5s": after_5s, "20s": after_20s}


def measure(report, hosts=300, passive=10, seconds=100, runs=3):
    with nodes("apart", 3, hosts, 0, 60, passive=passive) as lab:
        for quiet_after in (True, False):
            found = []
            for number in range(runs):
                found.append(one_run(lab, f"{int(quiet_after)}x{number}", seconds, quiet_after))
                lab.wait_settled(timeout_s=400)
            what = f"{seconds * 3 // 5} s apart at 2 x {RATE}/s, {'quiet' if quiet_after else 'traffic'} afterwards"
            report.add(f"{what}: results handled nowhere", [one["nowhere"] for one in found], "%", at_most=0)
            report.add(f"{what}: results handled twice", [one["twice"] for one in found], "%", at_most=0)
            report.add(f"{what}: services that differ 5 s after", [one["5s"] for one in found], "services", at_most=0)
            report.add(f"{what}: services that differ 20 s after", [one["20s"] for one in found], "services", at_most=0)

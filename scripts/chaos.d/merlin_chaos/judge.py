"""The invariants, judged by a Record alone. Each function returns (broken promises, one line about what was checked).

A fault excuses what docs/rules.md permits: nodes that cannot hear each other may run and notify the same (R1, R4), and after each change
I4 allows the time for its detection, two heartbeats and one exchange.
"""
from collections import defaultdict
from dataclasses import dataclass

HEARTBEAT_MS = 1000
EXCHANGE_MS = 1000
RECONNECT_MS = 8000  # until TCP retries after a cut, or the nodes connect again
SLACK_MS = 2500  # of the core: its loop, its spreading of checks, the start of a plugin
GRACE_MS = 10_000  # isolation_grace: afterwards a core without daemon runs everything
SHOWN_AFTER_MS = 6000  # after a fault: new links, comparison of tables, status.dat (written every three seconds)
AT_ONCE_MS = 2000  # only the core itself has what it received just before its death
NOTIFIED_AFTER_MS = 8000  # ask_timeout and the notification command itself
RESIDENT_GROWTH_KIB = 24 * 1024
DESCRIPTOR_GROWTH = 16
LOG_LINES_PER_MINUTE = 300
LATE_MS = 2000
EXAMPLES = 4


@dataclass
class Verdict:
    name: str
    broken: list
    looked_at: str


def settle_ms(fault):
    """How long after a change caused by the fault the nodes' views may differ (I4)."""
    return fault.detection_s * 1000 + 2 * HEARTBEAT_MS + EXCHANGE_MS


def splits(record, fault):
    """Whether the fault separates nodes. Two nodes behind a cut hear each other through others, unless no other node can relay meanwhile."""
    def is_disturbed(node):
        return any(node in other.nodes and other.begin_ms <= fault.end_ms and fault.begin_ms <= other.end_ms for other in record.faults)

    others = [node for node in record.nodes if node not in fault.nodes]
    return fault.splits or fault.word == "cut-pair" and all(map(is_disturbed, others))


def excuses(record, fault, since_ms, until_ms):
    """Whether two nodes may have done the same in that time because of the fault."""
    if any(since_ms - settle_ms(fault) <= moment <= until_ms for moment in fault.moments):
        return True
    return splits(record, fault) and fault.begin_ms <= until_ms and since_ms <= fault.end_ms + settle_ms(fault) + RECONNECT_MS


def excused(record, since_ms, until_ms):
    return any(excuses(record, fault, since_ms, until_ms) for fault in record.faults)


def allowed_ms(record, since_ms, until_ms):
    """The time that I4 adds for the changes in that time: everything for the first, only the handover for each further one."""
    total = 0
    for fault in record.faults:
        within = [moment for moment in fault.moments if since_ms - SLACK_MS <= moment <= until_ms]
        total += settle_ms(fault) * min(1, len(within)) + (2 * HEARTBEAT_MS + EXCHANGE_MS) * max(0, len(within) - 1)
    return total


def runs_of(record):
    runs = defaultdict(list)
    for node, host, service, when in sorted(record.checks, key=lambda row: row[3]):
        if record.start_ms <= when <= record.end_ms:
            runs[host, service].append((when, node))
    return runs


def in_order(record):
    return sorted(record.handled, key=lambda row: row[1])


def lost_with_its_core(record, node, when):
    """Whether a fault killed or reloaded the core that received it, at about that time."""
    return any(node in fault.nodes and (fault.ends_core or fault.word == "reload-core")
               and fault.begin_ms - AT_ONCE_MS <= when <= fault.end_ms + AT_ONCE_MS for fault in record.faults)


def numbers_handled(record):
    """{number: [(time_ms, node)]}."""
    found = defaultdict(list)
    for node, when, _, _, _, output in in_order(record):
        words = output.split()
        if len(words) == 2 and words[0] == "result":
            found[int(words[1])].append((when, node))
    return found


def replaced(record, arrived, sent):
    """Whether a newer result of the service replaced it while its core was cut off from others, or before another node could show it:
    only the newest state is sent."""
    number, node, host, service, when = sent
    faults = [fault for fault in record.faults if node in fault.nodes and fault.begin_ms - AT_ONCE_MS <= when <= fault.end_ms + AT_ONCE_MS]
    return any(other[0] > number and other[0] in arrived and other[2:4] == [host, service] and other[4] <= fault.end_ms + SHOWN_AFTER_MS
               for fault in faults for other in record.sent)


def overtaken(record, handled, sent):
    """Whether a newer result overtook it: it waited for a lost owner, and the receiving node became the owner and received a newer
    result; or a core that had hung read an older result later. What a core processes later remains, and older results are dropped."""
    number, node, host, service, when = sent
    for fault in record.faults:
        if not fault.begin_ms - AT_ONCE_MS <= when <= fault.end_ms + AT_ONCE_MS:
            continue
        for other, receiver, _, _, _ in (other for other in record.sent if other[2:4] == [host, service]):
            at = [moment for moment, by in handled.get(other, ()) if by == receiver and when <= moment <= fault.end_ms + SHOWN_AFTER_MS]
            if at and (receiver == node and other > number or receiver in fault.nodes and other < number):
                return True
    return False


def no_loss(record):
    """I1: an owner processes each submitted result, or the result at least becomes the state that other cores show: a core without its
    daemon runs no command for a result."""
    broken, unsure, by_state = [], 0, 0
    handled = numbers_handled(record)
    elsewhere = {node: {number for other, numbers in record.results_shown.items() if other != node for number in numbers} for node in record.nodes}
    arrived = set(handled).union(*elsewhere.values())
    for sent in record.sent:
        number, node, host, service, when = sent
        if number in handled:
            continue
        if number in elsewhere[node] or replaced(record, arrived, sent) or overtaken(record, handled, sent):
            by_state += 1
        elif lost_with_its_core(record, node, when):
            unsure += 1
        else:
            broken.append(f"result {number} for {host};{service}, submitted to {node} at {when}, was processed by no core and shown by no other")
    for kind, text, node, when in record.notes:
        if kind != "acknowledgement" and not lost_with_its_core(record, node, when) and not any(text in seen for seen in record.noted.values()):
            broken.append(f"the {text}, made at {node} at {when}, is shown nowhere")
    return broken, (f"{len(record.sent)} results and {len(record.notes)} comments, downtimes and acknowledgements submitted; {by_state} of the results only became "
                    f"state or were replaced, {unsure} were lost with a core that a fault killed")


def order(record):
    """I2: results of one service that one core receives are processed in their order."""
    sender = {number: (node, host, service) for number, node, host, service, _ in record.sent}
    newest = {}
    broken, pairs = [], 0
    for node, when, _, _, _, output in in_order(record):
        words = output.split()
        if len(words) != 2 or not words[1].isdigit() or int(words[1]) not in sender:
            continue
        number, key = int(words[1]), (node, *sender[int(words[1])])
        last = newest.get(key)
        pairs += last is not None
        # Two processes record results that arrive at the same time.
        if last and number < last[0] and when - last[1] > 1000:
            broken.append(f"{node} handled result {number} of {key[2]};{key[3]}, received by {key[1]}, {when - last[1]} ms after result {last[0]}")
        if not last or number > last[0]:
            newest[key] = (number, when)
    return broken, f"{pairs} pairs of results of one service and one core"


def once(record):
    """I3: no result is processed twice, no comment or downtime exists twice."""
    broken, allowed = [], 0
    for number, times in sorted(numbers_handled(record).items()):
        for (first, one), (second, other) in zip(times, times[1:]):
            if excused(record, first, second):
                allowed += 1
                continue
            broken.append(f"result {number} was handled by {one} and {second - first} ms later by {other}")
    for node, seen in record.noted.items():
        broken += [f"{node} shows the {text} {count} times" for text, count in seen.items() if count > 1]
    return broken, f"{allowed} handled twice where a fault allows it"


def one_owner(record):
    """I4: no check waits longer than allowed, and no check runs twice unless a fault excuses it."""
    runs = runs_of(record)
    broken, longest = [], 0
    for host, service in record.checks_known:
        times = [record.start_ms, *(when for when, _ in runs.get((host, service), [])), record.end_ms]
        for a, b in zip(times, times[1:]):
            longest = max(longest, b - a)
            bound = record.interval_s * 1000 + SLACK_MS + allowed_ms(record, a, b)
            if b - a > bound:
                broken.append(f"{host};{service} was not run for {b - a} ms from {a} on, {bound} are allowed")
    doubled = 0
    for (host, service), times in sorted(runs.items()):
        if host in record.troubled:
            continue  # each failure causes retries and a check of the host
        for (a, one), (b, other) in zip(times, times[1:]):
            if b - a >= record.interval_s * 500:
                continue
            if excused(record, a, b):
                doubled += 1
                continue
            broken.append(f"{host};{service} was run by {one} at {a} and {b - a} ms later by {other}")
    return broken, f"{sum(map(len, runs.values()))} runs of {len(record.checks_known)} checks, longest wait {longest} ms; {doubled} run twice where a fault allows it"


def small_moves(record):
    """I5: when all faults are over, each host has its old owner."""
    broken = []
    for node in record.nodes:
        after = record.owners_after.get(node, {})
        moved = [host for host, owner in record.owners_before.items() if after.get(host) != owner]
        if moved:
            broken.append(f"{node} says that {len(moved)} hosts are not where they were: {moved[0]} was run by {record.owners_before[moved[0]]}, now by {after.get(moved[0])}")
    return broken, f"{len(record.owners_before)} hosts before and after"


def hard_after_ms(record, since_ms):
    """When a problem since `since_ms` must have been notified: three attempts, and the delay by faults."""
    must = since_ms + record.interval_s * 1000 + 2 * max(1, record.interval_s // 6) * 1000 + SLACK_MS + NOTIFIED_AFTER_MS
    for _ in range(3):  # the delay may include further faults
        must = since_ms + record.interval_s * 1000 + 2 * max(1, record.interval_s // 6) * 1000 + SLACK_MS + NOTIFIED_AFTER_MS + allowed_ms(record, since_ms, must)
    return must


def notified_again(record, lines, what):
    broken = []
    for a, b in zip(lines, lines[1:]):
        if not excused(record, a[1], b[1]):
            broken.append(f"{what} was notified by {a[0]} at {a[1]} and {b[1] - a[1]} ms later by {b[0]}")
    return broken


def notified_once(record):
    """I6: each lasting problem is notified once, and so is its end."""
    broken, problems, recoveries = [], 0, 0
    notified = sorted(record.notifications, key=lambda row: row[1])
    for host, service, since, until in record.problems:
        mine = [row for row in notified if row[4:6] == [host, service]]
        later = min([start for h, s, start, _ in record.problems if (h, s) == (host, service) and start > since], default=record.end_ms)
        first = [row for row in mine if row[3] == "PROBLEM" and row[7] == "1" and since <= row[1] < later]
        ends = [row for row in mine if row[3] == "RECOVERY" and since <= row[1] < later]
        what = f"the problem of {host};{service} from {since} to {until}"
        problems += len(first)
        recoveries += len(ends)
        broken += notified_again(record, first, what) + notified_again(record, ends, f"the end of {what}")
        if not first and until > hard_after_ms(record, since):
            broken.append(f"{what} was never notified")
        if first and not ends and later > hard_after_ms(record, until):
            broken.append(f"the end of {what} was never notified")
        if ends and not first:
            broken.append(f"{what} was not notified, its end was")
    return broken, f"{len(record.problems)} problems made, {problems} notified, {recoveries} ends notified"


def agreement(record):
    """I7: all nodes show the same, and their tables are equal."""
    broken = []
    first = record.nodes[0]
    for node in record.nodes[1:]:
        for key in sorted(set(record.shown.get(first, {})) | set(record.shown.get(node, {}))):
            one, other = record.shown.get(first, {}).get(key, {}), record.shown.get(node, {}).get(key, {})
            for name in sorted(set(one) | set(other)):
                if one.get(name) != other.get(name):
                    broken.append(f"{key} {name}: {first} shows {one.get(name)!r}, {node} {other.get(name)!r}")
    texts = {text for seen in record.noted.values() for text in seen}
    for text in sorted(texts):
        missing = [node for node in record.nodes if text not in record.noted.get(node, {})]
        if missing:
            broken.append(f"the {text} is not shown by {', '.join(missing)}")
    for node, seen in record.shown.items():
        broken += [f"{node} does not show {key} as acknowledged" for key in record.acknowledged
                   if seen.get(key, {}).get("problem_has_been_acknowledged") != "1"]
    broken += [f"the table of {one} is not that of {other}" for one, other in record.unequal]
    return broken, f"{len(record.shown.get(first, {}))} objects, {len(texts)} comments and downtimes on {len(record.nodes)} nodes"


def core_first(record):
    """I8: neither core nor merlind ends by itself."""
    return [f"the {what} of {node} ended by itself at {when}" for node, what, when in record.deaths], "processes looked at every second"


def bounded(record):
    """I9: merlind's size at the end is that at the beginning, and its log is short."""
    broken, largest = [], 0
    minutes = max(1.0, (record.end_ms - record.start_ms) / 60_000)
    for node, rows in record.sizes.items():
        largest = max(largest, *(row[2] for row in rows))
        before, after = rows[:5], rows[-5:]
        for column, bound, what in ((1, DESCRIPTOR_GROWTH, "descriptors"), (2, RESIDENT_GROWTH_KIB, "KiB of memory")):
            small, large = max(row[column] for row in before), min(row[column] for row in after)
            if large > small + bound:
                broken.append(f"merlind of {node} had {small} {what} at the beginning and {large} at the end")
    for node, lines in record.log_lines.items():
        if lines > LOG_LINES_PER_MINUTE * minutes:
            broken.append(f"merlind of {node} wrote {lines} lines into its log in {minutes:.1f} minutes")
    return broken, f"at most {largest} KiB, log lines {sum(record.log_lines.values())}"


INVARIANTS = {"I1": no_loss, "I2": order, "I3": once, "I4": one_owner, "I5": small_moves, "I6": notified_once, "I7": agreement, "I8": core_first, "I9": bounded}


def why_void(record):
    """Reasons why the run proves nothing, or an empty list."""
    why = [f"{fault.word} of {', '.join(fault.nodes)}: {fault.trouble or 'it was not seen to happen'}" for fault in record.faults
           if fault.trouble or not fault.evidence]
    if not record.faults:
        return ["no fault was drawn: give it more minutes"]
    stretches = {"before the first fault": (record.start_ms, record.faults[0].begin_ms),
                 "after the last one": (max(fault.end_ms for fault in record.faults), record.end_ms)}
    stretches.update({f"during {fault.word}": (fault.begin_ms - 1000, fault.end_ms + 1000) for fault in record.faults})
    for what, (since, until) in stretches.items():
        if not any(since <= row[3] <= until for row in record.checks):
            why.append(f"no check was run {what}")
        if not any(since <= row[1] <= until for row in record.handled):
            why.append(f"no result from outside was handled {what}")
    if record.late_ms > LATE_MS:
        why.append(f"this machine hung for {record.late_ms} ms")
    return why


def judge(record, only=None):
    return [Verdict(name, *look(record)) for name, look in INVARIANTS.items() if not only or name in only]

"""The invariants, judged by a Record alone. Each function gives (broken promises, one line of what was looked at).

What a fault excuses follows docs/rules.md: who cannot hear the other may run and tell the same (R1, R4), and after each change I4
allows the time that it takes to be noticed, two beats and one exchange.
"""
from collections import defaultdict
from dataclasses import dataclass

BEAT_MS = 1000
EXCHANGE_MS = 1000
RECONNECT_MS = 8000  # until TCP tries again after a cut, or the link is made anew
SLACK_MS = 2500  # the core's own: its loop, its spreading of checks, the start of a plugin
GRACE_MS = 10_000  # isolation_grace: a core without daemon runs all that it knows afterwards
SHOWN_AFTER_MS = 6000  # a fault's end: the link anew, tables compared, status.dat, which is written every three seconds
AT_ONCE_MS = 2000  # what a core took just before it was killed is in nobody else's hands
TOLD_AFTER_MS = 8000  # an ask's time-out and the notification command itself
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
    """How long after a change of it views may still differ (I4)."""
    return fault.detection_s * 1000 + 2 * BEAT_MS + EXCHANGE_MS


def splits(record, fault):
    """A pair that is cut hears each other through the others, unless none of those could relay at the same time."""
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
    """What I4 adds for the changes within that time: all of the beginnings, for an end only the handing over."""
    total = 0
    for fault in record.faults:
        within = [moment for moment in fault.moments if since_ms - SLACK_MS <= moment <= until_ms]
        total += settle_ms(fault) * min(1, len(within)) + (2 * BEAT_MS + EXCHANGE_MS) * max(0, len(within) - 1)
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
    """Taken by a core that we ended, or reloaded, at that moment."""
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
    """Whether a newer result of the service took its place while its core had no way to others, or before anybody could see it there:
    only the newest state is passed on."""
    number, node, host, service, when = sent
    faults = [fault for fault in record.faults if node in fault.nodes and fault.begin_ms - AT_ONCE_MS <= when <= fault.end_ms + AT_ONCE_MS]
    return any(other[0] > number and other[0] in arrived and other[2:4] == [host, service] and other[4] <= fault.end_ms + SHOWN_AFTER_MS
               for fault in faults for other in record.sent)


def overtaken(record, handled, sent):
    """Whether it waited for an owner that was gone when its taker became the owner and was given a newer one, or when a core that
    had stood still read an older one: what a core handles later stands, and what it has outdone is not handled after it."""
    number, node, host, service, when = sent
    for fault in record.faults:
        if not fault.begin_ms - AT_ONCE_MS <= when <= fault.end_ms + AT_ONCE_MS:
            continue
        for other, taker, _, _, _ in (other for other in record.sent if other[2:4] == [host, service]):
            at = [moment for moment, by in handled.get(other, ()) if by == taker and when <= moment <= fault.end_ms + SHOWN_AFTER_MS]
            if at and (taker == node and other > number or taker in fault.nodes and other < number):
                return True
    return False


def no_loss(record):
    """I1: what a core was given is handled by an owner, or has at least become the state that other cores show: without its daemon a core
    runs no command for a result."""
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
            broken.append(f"result {number} for {host};{service}, given to {node} at {when}, was handled by no core and shown by no other")
    for kind, text, node, when in record.notes:
        if kind != "acknowledgement" and not lost_with_its_core(record, node, when) and not any(text in seen for seen in record.noted.values()):
            broken.append(f"the {text}, made at {node} at {when}, is shown nowhere")
    return broken, (f"{len(record.sent)} results and {len(record.notes)} comments, downtimes and acknowledgements given; {by_state} of the results only became "
                    f"state or were replaced, {unsure} were in the hands of a core that we killed")


def order(record):
    """I2: of one service, what one core took is handled in that order."""
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
        # The notes of two results at once are written by two processes.
        if last and number < last[0] and when - last[1] > 1000:
            broken.append(f"{node} handled result {number} of {key[2]};{key[3]}, taken by {key[1]}, {when - last[1]} ms after result {last[0]}")
        if not last or number > last[0]:
            newest[key] = (number, when)
    return broken, f"{pairs} pairs of results of one service and one core"


def once(record):
    """I3: no result is handled twice, no comment or downtime is there twice."""
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


def one_runner(record):
    """I4: no check waits longer than allowed, and none is run twice where no fault excuses it."""
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
            continue  # tried again, and its host looked at, whenever something fails
        for (a, one), (b, other) in zip(times, times[1:]):
            if b - a >= record.interval_s * 500:
                continue
            if excused(record, a, b):
                doubled += 1
                continue
            broken.append(f"{host};{service} was run by {one} at {a} and {b - a} ms later by {other}")
    return broken, f"{sum(map(len, runs.values()))} runs of {len(record.checks_known)} checks, longest wait {longest} ms; {doubled} run twice where a fault allows it"


def small_moves(record):
    """I5: when all is well again, each host is where it was."""
    broken = []
    for node in record.nodes:
        after = record.owners_after.get(node, {})
        moved = [host for host, owner in record.owners_before.items() if after.get(host) != owner]
        if moved:
            broken.append(f"{node} says that {len(moved)} hosts are not where they were: {moved[0]} was run by {record.owners_before[moved[0]]}, now by {after.get(moved[0])}")
    return broken, f"{len(record.owners_before)} hosts before and after"


def hard_after_ms(record, since_ms):
    """When a check that fails from `since_ms` on must have been told: three attempts, and what faults delay."""
    must = since_ms + record.interval_s * 1000 + 2 * max(1, record.interval_s // 6) * 1000 + SLACK_MS + TOLD_AFTER_MS
    for _ in range(3):  # the delay itself makes room for more faults
        must = since_ms + record.interval_s * 1000 + 2 * max(1, record.interval_s // 6) * 1000 + SLACK_MS + TOLD_AFTER_MS + allowed_ms(record, since_ms, must)
    return must


def told_again(record, lines, what):
    broken = []
    for a, b in zip(lines, lines[1:]):
        if not excused(record, a[1], b[1]):
            broken.append(f"{what} was told by {a[0]} at {a[1]} and {b[1] - a[1]} ms later by {b[0]}")
    return broken


def told_once(record):
    """I6: each problem that lasts is told, once, and so is its end."""
    broken, problems, recoveries = [], 0, 0
    told = sorted(record.told, key=lambda row: row[1])
    for host, service, since, until in record.problems:
        mine = [row for row in told if row[4:6] == [host, service]]
        later = min([start for h, s, start, _ in record.problems if (h, s) == (host, service) and start > since], default=record.end_ms)
        first = [row for row in mine if row[3] == "PROBLEM" and row[7] == "1" and since <= row[1] < later]
        ends = [row for row in mine if row[3] == "RECOVERY" and since <= row[1] < later]
        what = f"the problem of {host};{service} from {since} to {until}"
        problems += len(first)
        recoveries += len(ends)
        broken += told_again(record, first, what) + told_again(record, ends, f"the end of {what}")
        if not first and until > hard_after_ms(record, since):
            broken.append(f"{what} was never told")
        if first and not ends and later > hard_after_ms(record, until):
            broken.append(f"the end of {what} was never told")
        if ends and not first:
            broken.append(f"{what} was not told, its end was")
    return broken, f"{len(record.problems)} problems made, {problems} told, {recoveries} ends told"


def agreement(record):
    """I7: all nodes show the same, and no table differs."""
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
    """I8: nothing of ours ends a core, or merlind."""
    return [f"the {what} of {node} ended by itself at {when}" for node, what, when in record.deaths], "processes looked at every second"


def bounded(record):
    """I9: merlind is as large at the end as at the beginning, and its log is short."""
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


INVARIANTS = {"I1": no_loss, "I2": order, "I3": once, "I4": one_runner, "I5": small_moves, "I6": told_once, "I7": agreement, "I8": core_first, "I9": bounded}


def void(record):
    """Why the run proves nothing, or an empty list."""
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
        why.append(f"this machine stood still for {record.late_ms} ms")
    return why


def judge(record, only=None):
    return [Verdict(name, *look(record)) for name, look in INVARIANTS.items() if not only or name in only]

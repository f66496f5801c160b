"""The tables of a run, and its JSON document."""
import json
import sys
import time

from .judge import EXAMPLES

STARTED = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", file=sys.stderr, flush=True)


def print_faults(record):
    print(f"{'FAULT':<16} {'IDS':<8} {'NODES':<22} {'AT':>7} {'FOR':>7}  SEEN")
    for fault in record.faults:
        at, lasted = (fault.begin_ms - record.start_ms) / 1000, (fault.end_ms - fault.begin_ms) / 1000
        said = fault.trouble or fault.evidence or "NOT SEEN"
        print(f"{fault.word:<16} {fault.ids:<8} {','.join(fault.nodes):<22} {at:>5.1f} s {lasted:>5.1f} s  {said}")


def print_verdicts(verdicts, why_void):
    print()
    for verdict in verdicts:
        print(f"{verdict.name}  {'FAILED' if verdict.broken else 'ok':<7} {verdict.looked_at}")
        for line in verdict.broken[:EXAMPLES]:
            print(f"      {line}")
        if len(verdict.broken) > EXAMPLES:
            print(f"      and {len(verdict.broken) - EXAMPLES} more")
    for line in why_void:
        print(f"VOID: {line}")


def write(path, command, record, verdicts, why_void):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"repeat": command, "void": why_void,
                   "faults": [{"fault": fault.word, "ids": fault.ids.split(), "nodes": fault.nodes, "begin_ms": fault.begin_ms, "end_ms": fault.end_ms,
                               "seen": fault.evidence, "trouble": fault.trouble} for fault in record.faults],
                   "verdicts": [{"invariant": verdict.name, "ok": not verdict.broken, "broken": verdict.broken, "looked_at": verdict.looked_at}
                                for verdict in verdicts]}, file, indent=1)
        file.write("\n")

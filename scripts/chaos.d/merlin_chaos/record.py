"""Everything known after a run, as plain data: tests judge it without nodes, and a run can be judged again."""
import json
from dataclasses import asdict, dataclass, field

# The record contains fields of the fault's class, because the judge needs them even if a run is read from a file.


@dataclass
class Struck:
    """A fault as it happened."""
    word: str
    nodes: list
    begin_ms: int
    end_ms: int
    moments: list
    detection_s: float = 3
    splits: bool = False
    ends_core: bool = False
    ends_daemon: bool = False
    ids: str = ""
    evidence: str = ""
    trouble: str = ""  # why it could not be caused or ended


@dataclass
class Record:
    nodes: list
    interval_s: int
    checks_known: list  # [host, service]
    troubled: list = field(default_factory=list)  # hosts whose checks fail on purpose
    start_ms: int = 0
    end_ms: int = 0
    faults: list = field(default_factory=list)  # Struck
    checks: list = field(default_factory=list)  # [node, host, service, time_ms], by time
    sent: list = field(default_factory=list)  # [number, node, host, service, time_ms]
    handled: list = field(default_factory=list)  # [node, time_ms, host, service, state, output]
    results_shown: dict = field(default_factory=dict)  # node: numbers of results that its core showed at some time
    problems: list = field(default_factory=list)  # [host, service, since_ms, until_ms]
    notifications: list = field(default_factory=list)  # [node, time_ms, contact, type, host, service, state, number]
    notes: list = field(default_factory=list)  # [kind, text, node, time_ms]: comments, downtimes, acknowledgements
    shown: dict = field(default_factory=dict)  # node: {object: {field: value}} at the end
    noted: dict = field(default_factory=dict)  # node: {text: how often it shows the comment or downtime}
    acknowledged: list = field(default_factory=list)  # objects that must be shown as acknowledged
    unequal: list = field(default_factory=list)  # pairs of nodes whose tables differ at the end
    owners_before: dict = field(default_factory=dict)
    owners_after: dict = field(default_factory=dict)  # node: {host: owner}
    deaths: list = field(default_factory=list)  # [node, what, time_ms] of processes that no fault ended
    sizes: dict = field(default_factory=dict)  # node: [[time_ms, descriptors, resident_kib]] of merlind
    log_lines: dict = field(default_factory=dict)  # node: lines of merlind's log
    late_ms: int = 0  # the longest time that this machine delayed the test

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)


def read(path):
    with open(path, encoding="utf-8") as file:
        record = Record(**json.load(file))
    record.faults = [Struck(**fault) for fault in record.faults]
    return record

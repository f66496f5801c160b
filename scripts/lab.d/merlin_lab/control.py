"""Starts, stops, cuts and inspects the nodes of a running lab."""
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

from . import hosts, plain
from .util import LabError, read_file, stat_fields, wait_until, write_file

CORE_LIMIT_S = 300
CORE_GONE_S = 3  # the parent ends a moment before the pid file exists
DAEMON_LIMIT_S = 20
CORE_PIDFILE = "/run/nagios4/nagios4.pid"
DAEMON_PIDFILE = "/run/merlin/merlind.pid"
SSHD_PIDFILE = "/run/sshd.pid"
CORE_LOG = "/var/log/nagios4/nagios.log"
# The last line of the core before its event loop (Debian's nagios4 4.4.6).
CORE_IN_LOOP = "Successfully launched command file worker with pid"
FLAG_STATES = {"ok": 0, "up": 0, "warning": 1, "critical": 2, "down": 2, "unknown": 3}


def together(work, items):
    """work(item) for all items in parallel; the first failure is raised once all have ended."""
    with ThreadPoolExecutor(max_workers=max(1, len(items))) as pool:
        return [future.result() for future in [pool.submit(work, item) for item in items]]


def make_node(lab, record):
    if lab.state["mode"] == "plain":
        return plain.PlainNode(record, lab.folder, lab.state["stage"])
    return hosts.HostNode(record)


def running(lab):
    """The lab's state; a LabError if it does not run."""
    if lab.is_running():
        return lab.state
    if lab.exists():
        raise LabError(f"'{lab.name}' has ended without 'lab down'; 'scripts/lab up' or 'down' clears what it left")
    raise LabError(f"'{lab.name}' is not running; start it with 'scripts/lab up'")


def node_of(lab, name):
    records = running(lab)["nodes"]
    for record in records:
        if record["name"] == name:
            return make_node(lab, record)
    raise LabError(f"'{lab.name}' has no node {name}; it has {', '.join(r['name'] for r in records)}")


def nodes_of(lab, names=()):
    if names:
        return [node_of(lab, name) for name in names]
    return [make_node(lab, record) for record in running(lab)["nodes"]]


def pid_from(node, pidfile, program):
    """The id in a pid file, in node.proc, if that process lives and is the program; else None."""
    text = (read_file(node.path(pidfile)) or "").strip()
    if not text.isdigit() or (read_file(f"{node.proc}/{text}/comm") or "").strip() != program:
        return None
    return int(text) if stat_fields(text, node.proc) else None


def core_pid(node):
    return pid_from(node, CORE_PIDFILE, "nagios4")


def daemon_pid(node):
    return pid_from(node, DAEMON_PIDFILE, "merlind")


def sshd_pid(node):
    return pid_from(node, SSHD_PIDFILE, "sshd") if node.has_sshd else None


def state_of(node, pid):
    fields = stat_fields(pid, node.proc) if pid else None
    if not fields:
        return "down"
    return "frozen" if fields[0] in "Tt" else "running"


def log_size(node):
    try:
        return os.path.getsize(node.path(CORE_LOG))
    except OSError:
        return 0


def log_since(node, offset):
    try:
        with open(node.path(CORE_LOG), "rb") as log:
            log.seek(offset)
            return log.read().decode("utf-8", "replace")
    except OSError:
        return ""


def start_core(node):
    """Starts the core and returns once it is in its event loop."""
    if core_pid(node):
        raise LabError(f"{node.name}: its core is running already")
    if os.path.exists(node.path(CORE_PIDFILE)):
        os.unlink(node.path(CORE_PIDFILE))
    offset = log_size(node)
    node.start_core()
    last_seen = [time.monotonic()]

    def said():
        return f"{node.name}: the core does not start; its log ends: {' / '.join(log_since(node, offset).splitlines()[-3:])}"

    def in_loop():
        if CORE_IN_LOOP in log_since(node, offset):
            return True
        if core_pid(node):
            last_seen[0] = time.monotonic()
        elif time.monotonic() - last_seen[0] > CORE_GONE_S:
            raise LabError(said())
        return False
    wait_until(in_loop, CORE_LIMIT_S, said)


def start_daemon(node):
    if daemon_pid(node):
        raise LabError(f"{node.name}: its daemon is running already")
    node.start_daemon()
    wait_until(lambda: daemon_pid(node), DAEMON_LIMIT_S, f"{node.name}: merlind is not running; see 'lab logs'")


def wait_for_merlin(node):
    """Waits until `mon node status` answers there."""
    def answers():
        try:
            return "nodes" in json.loads(node.run(["mon", "node", "status", "--json"], "mon node status"))
        except (LabError, ValueError):
            return False
    wait_until(answers, DAEMON_LIMIT_S, f"{node.name}: 'mon node status --json' gives no answer", interval_s=0.2)


def start(node, what, with_merlin):
    if what in ("all", "sshd") and node.has_sshd and not sshd_pid(node):
        node.start_sshd()
    if what in ("all", "daemon") and with_merlin and not (what == "all" and daemon_pid(node)):
        start_daemon(node)
    if what in ("all", "core") and not (what == "all" and core_pid(node)):
        start_core(node)


def kill(node, what, number):
    """Sends a signal to the core's main process, to the daemon, or to every process of the node."""
    if what == "all":
        node.signal_all(number)
        return
    pid = core_pid(node) if what == "core" else daemon_pid(node)
    if not pid:
        raise LabError(f"{node.name}: its {what} is not running")
    node.signal(pid, number)


def down(lab):
    """Ends everything of a lab, even of one that crashed; returns whether there was something."""
    if not lab.exists():
        return False
    hosts.stop(lab)
    plain.stop(lab)
    lab.forget()
    return True


def set_cuts(lab, cuts):
    state = running(lab)
    if state["mode"] == "plain":
        raise LabError("a --plain lab has one network for all its nodes: nothing can be cut there")
    hosts.apply_cuts(nodes_of(lab), state["nodes"], cuts)
    state["cuts"] = cuts
    lab.save(state)


def cut(lab, first, second, one_way):
    for name in filter(None, (first, second)):
        node_of(lab, name)
    if first == second:
        raise LabError("a node cannot be cut from itself")
    other = second or "*"
    added = [[first, other]] + ([] if one_way else [[other, first]])
    set_cuts(lab, lab.state["cuts"] + [way for way in added if way not in lab.state["cuts"]])


def flags_folder(lab):
    return os.path.join(lab.folder, "flags") if lab.state["mode"] == "plain" else hosts.flags_folder(lab)


def set_flag(lab, target, state, text, sleep_s, node):
    """Makes the check of HOST or HOST;SERVICE end in `state`; "ok" without text and sleep removes the flag."""
    running(lab)
    if state not in FLAG_STATES:
        raise LabError(f"no state is called '{state}'; one of: {', '.join(FLAG_STATES)}")
    if "/" in target or target.startswith("."):
        raise LabError(f"'{target}' is no HOST or HOST;SERVICE")
    folder = flags_folder(lab)
    if node:
        folder = os.path.join(folder, node_of(lab, node).name)
    path = os.path.join(folder, target)
    if FLAG_STATES[state] == 0 and not text and not sleep_s:
        if os.path.exists(path):
            os.unlink(path)
        return
    write_file(path, f"{FLAG_STATES[state]} {sleep_s:g} {text or state.upper()}\n")


def lines_of(lab, file, names, since_ms):
    """Lines of one of the plugin's logs from all nodes, by time; since_ms: only later lines."""
    position = 3 if file == "checks.log" else 1
    found = []
    for node in nodes_of(lab, names):
        for line in (read_file(node.path(f"/var/log/lab/{file}")) or "").splitlines():
            fields = line.split(" ", position + 1)
            if len(fields) > position and fields[position].isdigit() and int(fields[position]) > since_ms:
                found.append((int(fields[position]), line))
    return [line for _, line in sorted(found)]


def status(lab):
    state = running(lab)
    nodes = []
    for node in nodes_of(lab):
        core, daemon, sshd = core_pid(node), daemon_pid(node), sshd_pid(node)
        nodes.append({"name": node.name, "process": node.pid, "address4": node.address4, "address6": node.address6,
                      "root": node.path(""), "core": state_of(node, core), "core_pid": core,
                      "daemon": state_of(node, daemon), "daemon_pid": daemon, "sshd": state_of(node, sshd)})
    return {"name": lab.name, "mode": state["mode"], "hub": state["hub"][0], "options": state["options"],
            "cuts": state["cuts"], "nodes": nodes}

"""Labs as the measurements need them: processor time per process, bytes on the wire, and the times in ns at which a second module in
the cores (probe.c) saw results."""
import json
import mmap
import os
import re
import socket
import struct
import subprocess
import sys
import time
from contextlib import contextmanager

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "scripts", "lab.d"))

from lab_client import Cluster, Failed, wait_for  # noqa: E402

PROBE_FILE = "/var/lib/nagios4/probe.data"
PROBE_MODULE = "/var/lib/nagios4/probe.so"
RECORD_BYTES = 64
CONFIG = "/etc/nagios4/nagios.cfg"


def build_probe():
    """probe.so, compiled if its source is newer."""
    source, target = os.path.join(HERE, "probe.c"), os.path.join(TOP, "build", "bench", "probe.so")
    if os.path.exists(target) and os.path.getmtime(target) >= os.path.getmtime(source):
        return target
    os.makedirs(os.path.dirname(target), exist_ok=True)
    headers = subprocess.run([os.path.join(TOP, "scripts", "get-core-headers")], capture_output=True, text=True, check=True).stdout.strip()
    include = [f"-I{headers}", f"-I{headers}/include", f"-I{headers}/lib"]
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", *include, "-o", target, source], check=True)
    return target


class Probe:
    """The records of one node's probe.so; `mark` discards the earlier ones."""

    def __init__(self, path):
        self.path = path
        self.first = 0
        with open(path, "rb") as file:
            self.map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def count(self):
        return struct.unpack_from("Q", self.map, 0)[0]

    def mark(self):
        self.first = self.count()

    def records(self):
        """[(ns, kind, text)] since the mark."""
        found = []
        for number in range(self.first, self.count()):
            at = RECORD_BYTES * (number + 1)
            moment, kind = struct.unpack_from("Qc", self.map, at)
            text = self.map[at + 9:at + RECORD_BYTES].split(b"\0", 1)[0]
            found.append((moment, kind.decode(), text.decode("utf-8", "replace")))
        return found


class Nodes(Cluster):
    merlin = True

    def module_says(self, node):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(5)
            link.connect(self.path(node, "/var/lib/nagios4/rw/nagios.qh"))
            link.sendall(b"@merlin status\0")
            answer = b""
            while b"\0" not in answer and not answer.rstrip().endswith(b"}}"):
                data = link.recv(1 << 16)
                if not data:
                    break
                answer += data
        return json.loads(answer.rstrip(b"\0\n"))

    def core_pid(self, node):
        """The core's process id inside the node."""
        return int(self.read(node, "/run/nagios4/nagios4.pid"))

    def pids(self, node):
        found = {"core": self.core_pid(node)}
        if self.merlin:
            found["daemon"] = self.status(node)["daemon"]["pid"]
        return found

    def outer_pids(self, node):
        """{core, daemon}: process ids on this machine; cached until `signal` has used them."""
        inner = {pid: name for name, pid in self.pids(node).items()}
        space = os.readlink(self.path(node, "").removesuffix("/root") + "/ns/pid")
        self.outer = {}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{entry}/status", encoding="ascii", errors="replace") as file:
                    seen = re.search(r"^NSpid:.*\s(\d+)$", file.read(), re.M)
                if seen and int(seen.group(1)) in inner and os.readlink(f"/proc/{entry}/ns/pid") == space:
                    self.outer[inner[int(seen.group(1))]] = int(entry)
            except OSError:
                continue  # the process has ended meanwhile
        return self.outer

    def signal(self, node, what, number):
        """Sends the signal at once, while `kill` first starts a program."""
        os.kill(self.outer[what], number)

    def cpu_s(self, node):
        """{core, daemon}: seconds of processor time so far."""
        pids = self.pids(node)
        text = self.run(node, "cat", *[f"/proc/{pid}/schedstat" for pid in pids.values()])
        return {name: int(line.split()[0]) / 1e9 for name, line in zip(pids, text.splitlines())}

    def resident_mb(self, node):
        pids = self.pids(node)
        text = self.run(node, "cat", *[f"/proc/{pid}/status" for pid in pids.values()])
        return {name: int(kb) / 1024 for name, kb in zip(pids, re.findall(r"^VmRSS:\s+(\d+)", text, re.M))}

    def wire_bytes(self, node):
        """Bytes in and out of the node's network card."""
        text = self.run(node, "cat", "/proc/net/dev")
        fields = re.search(r"eth0:(.*)", text).group(1).split()
        return int(fields[0]) + int(fields[8])

    def configure_core(self, node, *, module=None, probe=None):
        """Sets the broker lines of nagios.cfg; None leaves a line unchanged, False removes it."""
        lines = self.read(node, CONFIG).splitlines()
        merlin = [line for line in lines if line.lstrip("#").startswith("broker_module=") and "merlin" in line]
        rest = [line for line in lines if not line.lstrip("#").startswith("broker_module=")]
        had_probe = any(PROBE_MODULE in line for line in lines if not line.startswith("#"))
        merlin = [line.lstrip("#") for line in merlin] if module or module is None else ["#" + line.lstrip("#") for line in merlin]
        if probe or (probe is None and had_probe):
            rest.append(f"broker_module={PROBE_MODULE} {PROBE_FILE}")
        self.write(node, CONFIG, "\n".join(rest + merlin) + "\n")

    def restart_core(self, node):
        self.kill(node, "core", "TERM")
        wait_for(f"the core of {node} ends", lambda: not self.core_runs(node), 60)
        self.start(node, "core")

    def core_runs(self, node):
        try:
            pid = self.core_pid(node)
        except (OSError, ValueError):
            return False
        return self.run(node, "test", "-d", f"/proc/{pid}", check_status=False).returncode == 0

    def add_probe(self, node):
        """Loads probe.so into the node's core and restarts the core."""
        with open(build_probe(), "rb") as source, open(self.path(node, PROBE_MODULE), "wb") as target:
            target.write(source.read())
        os.chmod(self.path(node, PROBE_MODULE), 0o755)
        self.configure_core(node, probe=True)
        self.restart_core(node)
        wait_for(f"the probe of {node}", lambda: os.path.exists(self.path(node, PROBE_FILE)))

    def probe(self, node):
        return Probe(self.path(node, PROBE_FILE))

    @contextmanager
    def command_pipe(self, node):
        with open(self.path(node, "/var/lib/nagios4/rw/nagios.cmd"), "w", encoding="ascii", buffering=1) as pipe:
            yield pipe

    def tables_equal(self, node):
        document = self.status(node)
        return document is not None and all(entry["table_equal"] for entry in document["nodes"])


@contextmanager
def nodes(name, count, hosts, services, interval, merlin=True, passive=0):
    """A separate lab; it ends with the `with` block."""
    lab = Nodes(f"bench-{name}-{os.getpid()}", count, hosts, services, interval, passive)
    lab.merlin = merlin
    try:
        lab.up(*([] if merlin else ["--no-merlin"]))
        if merlin:
            lab.wait_settled(timeout_s=120)
        yield lab
    finally:
        lab.lab("down", check_status=False)


def monotonic_s():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


__all__ = ["Failed", "Nodes", "Probe", "monotonic_s", "nodes", "wait_for"]

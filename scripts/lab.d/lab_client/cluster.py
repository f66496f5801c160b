"""One lab of real nodes: their status, and the records of their plugins."""
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections import Counter, defaultdict

from .waiting import Failed, check, wait_for

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
LAB = os.path.join(TOP, "scripts", "lab")


class Cluster:
    def __init__(self, name, nodes, hosts, services, interval, passive=0):
        self.name, self.hosts, self.services, self.interval, self.passive = name, hosts, services, interval, passive
        self.nodes = [f"peer{number:02d}" for number in range(1, nodes + 1)]

    # ---- the lab

    def lab(self, *words, check_status=True, timeout_s=120):
        done = subprocess.run([LAB, "--name", self.name, *map(str, words)], capture_output=True, text=True, timeout=timeout_s, check=False)
        if check_status and done.returncode != 0:
            raise Failed(f"lab {' '.join(map(str, words))}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def run(self, node, *command, check_status=True, timeout_s=60, stdin=None):
        done = subprocess.run([LAB, "--name", self.name, "run", node, "--", *map(str, command)], capture_output=True, text=True,
                              timeout=timeout_s, check=False, input=stdin)
        if check_status and done.returncode != 0:
            raise Failed(f"{node}: {' '.join(map(str, command))}: status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return done if not check_status else done.stdout

    def path(self, node, path):
        if not hasattr(self, "_roots"):
            self._roots = {}
        if node not in self._roots:
            self._roots[node] = self.lab("root", node).strip()
        return self._roots[node] + path

    def read(self, node, path):
        with open(self.path(node, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def write(self, node, path, text):
        with open(self.path(node, path), "w", encoding="utf-8") as file:
            file.write(text)

    def kill(self, node, what, signal="KILL"):
        self.lab("kill", node, what, signal)

    def start(self, node, what):
        self.lab("start", node, what)

    def command(self, node, line):
        """Submits an external command by the core's pipe."""
        with open(self.path(node, "/var/lib/nagios4/rw/nagios.cmd"), "w", encoding="utf-8", errors="surrogateescape") as pipe:
            pipe.write(f"[{int(time.time())}] {line}\n")

    def spool(self, node, host, service, state, output):
        """Writes a passive result into the core's check result folder, as other programs do."""
        self.spooled = getattr(self, "spooled", 0) + 1
        path, now = self.path(node, f"/var/lib/nagios4/spool/checkresults/c{self.spooled:06d}"), int(time.time())
        fields = {"host_name": host, "service_description": service, "check_type": 1, "check_options": 0, "scheduled_check": 1,
                  "reschedule_check": 1, "latency": 0, "start_time": f"{now}.0", "finish_time": f"{now}.0", "early_timeout": 0,
                  "exited_ok": 1, "return_code": state, "output": output}
        text = f"file_time={now}\n" + "".join(f"{name}={value}\n" for name, value in fields.items())
        for name, content in ((path, text), (f"{path}.ok", "")):
            with open(name, "w", encoding="utf-8") as file:
                file.write(content)
            shutil.chown(name, "nagios", "nagios")

    # ---- status of the nodes

    def ask(self, node, **request):
        """merlind's answer on its control socket, as mon gets it; None if there is none. Costs far less than mon."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(5)
                link.connect(self.path(node, "/run/merlin/control.sock"))
                link.sendall(json.dumps(request).encode() + b"\n")
                with link.makefile("rb") as answer:
                    return json.loads(answer.readline())
        except (OSError, ValueError):
            return None

    def status(self, node):
        """The document of `mon node status --json`, or None if the node does not answer."""
        return self.ask(node, command="status")

    def about(self, node, other):
        """`node`'s status of `other`."""
        document = self.status(node) or {"nodes": []}
        return next((entry for entry in document["nodes"] if entry["name"] == other), None)

    def is_active(self, node, other):
        entry = self.about(node, other)
        return entry is not None and entry["state"] == "active"

    def unequal_tables(self):
        """[[node, other]] where the node does not report that the other's table, as of its last heartbeat, equals its own."""
        equal = {(node, entry["name"]) for node in self.nodes for entry in (self.status(node) or {"nodes": []})["nodes"] if entry["table_equal"]}
        return [[node, other] for node in self.nodes for other in self.nodes if (node, other) not in equal]

    def shares(self, nodes=None, hosts=None):
        """[hosts of each node, by its own report] once every one of `nodes` sees exactly these active and ready, and each host has
        one owner; else None."""
        nodes, shares = nodes or self.nodes, []
        for node in nodes:
            document = self.status(node)
            if document is None:
                return None
            active = {entry["name"]: entry for entry in document["nodes"]
                      if entry["state"] == "active" and entry["core"] in ("running", "busy")}
            if set(active) != set(nodes) or any(entry["phase"] != "ready" for entry in active.values()):
                return None
            shares.append([active[name]["hosts_owned"] for name in nodes])
            if sum(shares[-1]) != (hosts or self.hosts):
                return None
        return shares

    def settled(self, nodes=None, hosts=None):
        return self.shares(nodes, hosts) is not None

    def in_place(self, node):
        """Whether the first node in each host's ranking owns it, by the node's report: no handover is pending."""
        for host in self.host_names():
            answer = self.ask(node, command="owner", host=host)
            first = next((entry["node"] for entry in (answer or {}).get("ranking", []) if entry["active"] and entry["knows"]), None)
            if first is None or answer["owner"] != first:
                return False
        return True

    def wait_settled(self, nodes=None, timeout_s=45.0, hosts=None):
        """Waits until the nodes share all hosts by their ranking, and nothing has moved for half a second."""
        seen = []

        def unmoved():
            seen.append(self.shares(nodes, hosts))
            still = len(seen) > 3 and seen[-1] is not None and all(shares == seen[-1] for shares in seen[-4:])
            return still and all(self.in_place(node) for node in nodes or self.nodes)
        try:
            wait_for(f"{', '.join(nodes or self.nodes)} share {hosts or self.hosts} hosts", unmoved, timeout_s, 0.15)
        except Failed:
            self.print_views()
            raise

    def print_views(self):
        """Prints each node's view of each other node, for finding the cause of a failure."""
        for node in self.nodes:
            for entry in (self.status(node) or {"nodes": []})["nodes"]:
                print(f"{node} says: {entry['name']} {entry['state']} ({entry['why']}), core {entry['core']}, {entry['phase']}, "
                      f"{entry['hosts_owned']} hosts, tables {'equal' if entry['table_equal'] else 'differ'}")
            print(f"{node} has all hosts in place: {self.in_place(node)}")

    # ---- records of the plugins

    def checks(self, since_ms=0, until_ms=None):
        """[(node, host, service, time_ms)], by time."""
        rows = []
        for line in self.lab("checks", "--since", since_ms).splitlines():
            node, host, service, time_text = line.split()
            if until_ms is None or int(time_text) <= until_ms:
                rows.append((node, host, service, int(time_text)))
        return sorted(rows, key=lambda row: row[3])

    def objects(self):
        """Number of checked objects: hosts and services."""
        return self.hosts * (1 + self.services)

    def known_checks(self):
        """{(host, service)} that all nodes of the lab have configured; service "-" is the host's own check."""
        services = ["-"] + [f"svc{number:02d}" for number in range(1, self.services + 1)]
        return {(host, service) for host in self.host_names() for service in services}

    def runs(self, since_ms, until_ms):
        """{(host, service): [(time_ms, node)]}, each by time."""
        runs = defaultdict(list)
        for node, host, service, when in self.checks(since_ms, until_ms):
            runs[(host, service)].append((when, node))
        return runs

    def longest_wait_ms(self, since_ms, until_ms, runs=None, expected=None):
        """The longest time for which an object of `expected` (default: all known) was not checked between the two times, by `runs` (default:
        all recorded); both ends count as checks. Fails if a service or host was not checked at all."""
        runs = self.runs(since_ms, until_ms) if runs is None else runs
        expected = self.known_checks() if expected is None else expected
        missing = sorted(key for key in expected if not runs.get(key))
        check(not missing, f"{len(missing)} of {len(expected)} checks were not run at all in {until_ms - since_ms} ms: {missing[:3]}")
        longest = 0
        for key in expected:
            if key[1] != "-":
                times = [since_ms, *(when for when, _ in runs[key]), until_ms]
                longest = max(longest, *(b - a for a, b in zip(times, times[1:])))
        return longest

    def run_twice(self, since_ms, until_ms, within_ms):
        """[(object, first, second)]: the same check run by two nodes closer together than that."""
        last, found = {}, []
        for node, host, service, when in self.checks(since_ms, until_ms):
            key = (host, service)
            if key in last and last[key][0] != node and when - last[key][1] < within_ms:
                found.append((f"{host};{service}", last[key], (node, when)))
            last[key] = (node, when)
        return found

    def notifications(self, since_ms=0):
        return [line.split() for line in self.lab("notifications", "--since", since_ms).splitlines()]

    def handlers(self, since_ms=0):
        return [line.split() for line in self.lab("handlers", "--since", since_ms).splitlines()]

    def results(self, since_ms=0):
        """[(node, time_ms, host, service, state, output)] of the results that cores processed for `--passive` services."""
        rows = [line.split(" ", 5) for line in self.lab("results", "--since", since_ms).splitlines()]
        return [(row[0], int(row[1]), *row[2:]) for row in rows]

    def host_names(self):
        return [f"host{number:04d}" for number in range(1, self.hosts + 1)]

    def address(self, host):
        return f"198.18.{int(host[4:]) >> 8}.{int(host[4:]) & 255}"

    def owner(self, host, node=None):
        """The host's owner by `node`'s report; None if there is none or more than one."""
        document = json.loads(self.run(node or self.nodes[0], "mon", "node", "owner", host, "--json"))
        return document["owner"]

    def owners(self, node=None):
        """{host: its only owner, or None} for all hosts, by `node`'s report."""
        answers = {host: self.ask(node or self.nodes[0], command="owner", host=host) for host in self.host_names()}
        return {host: answer and answer["owner"] for host, answer in answers.items()}

    def status_blocks(self, node, kinds):
        """[(kind, {name: value})] of those kinds from the core's own status file."""
        text = self.read(node, "/var/lib/nagios4/status.dat")
        return [(kind, dict(line.strip().split("=", 1) for line in body.splitlines() if "=" in line))
                for kind, body in re.findall(rf"^({'|'.join(kinds)}) \{{\n(.*?)\n\t\}}", text, re.M | re.S)]

    def status_dat(self, node):
        """{host: {...}, (host, service): {...}}"""
        blocks = self.status_blocks(node, ("hoststatus", "servicestatus"))
        return {fields["host_name"] if kind == "hoststatus" else (fields["host_name"], fields["service_description"]): fields for kind, fields in blocks}

    def notes(self, node):
        """{text: how often} for the comments and scheduled downtimes that the core shows."""
        blocks = self.status_blocks(node, ("hostcomment", "servicecomment", "hostdowntime", "servicedowntime"))
        return Counter(fields["comment_data" if kind.endswith("comment") else "comment"] for kind, fields in blocks)

    # ---- starting, stopping and repairing

    def is_up(self):
        done = subprocess.run([LAB, "--name", self.name, "status", "--json"], capture_output=True, text=True, check=False)
        try:
            return done.returncode == 0 and len(json.loads(done.stdout)["nodes"]) == len(self.nodes)
        except ValueError:
            return False

    def up(self, *words):
        self.lab("up", "-n", len(self.nodes), "--hosts", self.hosts, "--services", self.services, "--interval", self.interval, "--passive",
                 self.passive, "-q", *words, timeout_s=600)

    def repair(self):
        """Restores the lab's health: no cuts, no flags, nothing stopped, nothing drained."""
        self.lab("heal")
        for node in self.nodes:
            for what in ("core", "daemon"):
                self.lab("kill", node, what, "CONT", check_status=False)
            self.lab("start", node, "all")
            if self.about(node, node) and self.about(node, node)["phase"] == "drained":
                self.run(node, "mon", "node", "undrain", "--no-wait")
        self.wait_settled(timeout_s=60)

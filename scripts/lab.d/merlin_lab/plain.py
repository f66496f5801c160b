"""Nodes that are only processes: for machines that permit no namespaces or overlays, and for users who are not root.

Each node has a folder of its own, laid out as a host's file system, and an address 127.151.LAB.NODE. Cuts and ssh do not
exist. A variable in their environment identifies the processes.
"""
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

from . import build, cores
from .util import LabError, identity, is_alive, read_file, run, stat_fields, write_file

MARK = "MERLIN_LAB_ID"
STOP_LIMIT_S = 5
START_LIMIT_S = 20
PROGRAMS = ("usr/sbin/merlind", "usr/bin/mon", "usr/lib/merlin/merlin.so")
FOLDERS = ("etc/merlin", "etc/merlin/tls", "etc/nagios4/conf.d", "run/merlin", "run/nagios4", "tmp", "var/lib/merlin",
           "var/lib/nagios4/rw", "var/lib/nagios4/spool/checkresults", "var/log/lab", "var/log/merlin",
           "var/log/nagios4/archives")


def run_as():
    """Nodes that root starts run as the core's own user, as on a real host."""
    return {"user": "nagios", "group": "nagios", "extra_groups": []} if os.getuid() == 0 else {}


class PlainNode:
    """One node; the same interface as hosts.HostNode."""

    def __init__(self, record, lab_folder, stage):
        self.name = record["name"]
        self.pid = None
        self.address4 = record["address4"]
        self.address6 = None
        self.folder = os.path.join(lab_folder, record["name"])
        self.lab_folder = lab_folder
        self.stage = stage
        self.proc = "/proc"
        self.has_sshd = False

    def path(self, inside):
        return self.folder + inside

    def environment(self):
        staged = [os.path.join(self.stage, d) for d in ("usr/bin", "usr/sbin")] if self.stage else []
        return dict(os.environ, MERLIN_CONF=self.path("/etc/merlin/merlin.conf"), MERLIN_LAB_ID=self.lab_folder,
                    MERLIN_LAB_NODE=self.name,
                    PATH=":".join(staged + [os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))

    def run(self, command, what, **options):
        return run(command, f"{self.name}: {what}", env=self.environment(), cwd=self.folder, **options)

    def execute(self, command):
        os.chdir(self.folder)
        environment = self.environment()
        del environment[MARK]  # `lab down` must not end what the user runs
        os.execvpe(command[0], command, environment)

    def signal(self, pid, number):
        os.kill(pid, number)

    def signal_all(self, number):
        for pid in marked(self.lab_folder):
            if f"MERLIN_LAB_NODE={self.name}".encode() in environ_of(pid):
                os.kill(pid, number)

    def begin(self, command, what, log):
        """Runs a program that goes to the background by itself, and waits until it has."""
        with open(self.path(log), "ab") as out:
            begun = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environment(),
                                     cwd=self.folder, start_new_session=True, **run_as())
        try:
            status = begun.wait(START_LIMIT_S)
        except subprocess.TimeoutExpired:
            begun.kill()
            status = f"not ready after {START_LIMIT_S} s"
        if status != 0:
            said = (read_file(self.path(log)) or "").strip().splitlines()
            raise LabError(f"{self.name}: starting {what} failed ({status}): {' / '.join(said[-4:])}")

    def start_core(self):
        self.begin(["nagios4", "-d", self.path("/etc/nagios4/nagios.cfg")], "nagios4", "/var/log/nagios4/start.log")

    def start_daemon(self):
        self.begin(["merlind", "--config", self.path("/etc/merlin/merlin.conf")], "merlind", "/var/log/merlin/start.log")

    def start_sshd(self):
        pass


def environ_of(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as text:
            return text.read().split(b"\0")
    except OSError:
        return []


def marked(folder):
    """Ids of the lab's processes, except this one."""
    wanted = f"{MARK}={folder}".encode()
    return [int(pid) for pid in os.listdir("/proc")
            if pid.isdigit() and int(pid) != os.getpid() and wanted in environ_of(pid) and stat_fields(pid)]


def stop_processes(folder):
    end = time.monotonic() + STOP_LIMIT_S
    found = set()  # an ending process has no environment, but still exists
    while True:
        for pid in marked(folder):
            with contextlib.suppress(ProcessLookupError):
                found.add(tuple(identity(pid) or ()))
                os.kill(pid, signal.SIGKILL)
        left = [who[0] for who in found if who and is_alive(who)]
        if not left:
            return
        if time.monotonic() > end:
            raise LabError(f"processes that cannot be ended: {left}")
        time.sleep(0.02)


def start_keeper(lab, commit):
    """The main process of the lab. It ends what was started if `commit` is closed without a byte."""
    begun = subprocess.Popen([sys.executable, os.path.join(build.HERE, "keeper.py"), lab.name, str(commit)], pass_fds=[commit],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             start_new_session=True, cwd="/")
    return identity(begun.pid)


def keep(lab, commit):
    word = os.read(commit, 1)
    if not word:
        stop_processes(lab.folder)
        lab.forget()
        return
    while True:
        signal.pause()


def stop(lab):
    stop_processes(lab.folder)
    hub = lab.state["hub"] if lab.state else None
    if is_alive(hub):
        os.kill(hub[0], signal.SIGKILL)


def start_node(lab, record, tools, stage, options):
    node = PlainNode(record, lab.folder, stage)
    for folder in FOLDERS:
        os.makedirs(f"{node.folder}/{folder}", exist_ok=True)
    module = None
    if options["merlin"]:
        module = f"{stage}/usr/lib/merlin/merlin.so {node.path('/etc/merlin/merlin.conf')}"
    objects = options["hosts"] * (options["services"] + options["passive"] + 1)
    write_file(node.path("/etc/nagios4/nagios.cfg"), cores.nagios_cfg(node.folder, module, objects, options["passive"]))
    write_file(node.path("/etc/nagios4/resource.cfg"),
               cores.resource_cfg(lab.folder, node.path("/var/log/lab"), os.path.join(lab.folder, "flags"), node.name))
    for name, text in cores.object_files(options["hosts"], options["services"], options["interval"], options["passive"]).items():
        write_file(node.path(f"/etc/nagios4/conf.d/{name}"), text)
    os.chmod(node.path("/etc/merlin/tls"), 0o700)
    return node


def prepare(lab, tools, stage):
    """Copies what all nodes use into the lab's own folder: the nodes' user may not enter this checkout. Returns the tree of Merlin's files there."""
    os.makedirs(os.path.join(lab.folder, "flags"), exist_ok=True)
    shutil.copy(os.path.join(tools, "check_lab"), os.path.join(lab.folder, "check_lab"))
    if not stage:
        return stage
    own = os.path.join(lab.folder, "stage")
    shutil.copytree(stage, own, symlinks=True)
    if shutil.which("strip"):  # symbols would fill a small /run
        run(["strip", "--strip-debug", *(os.path.join(own, name) for name in PROGRAMS)], "stripping Merlin's programs")
    return own


def hand_over(node):
    """Makes the user of the node's programs the owner of its files."""
    if os.getuid() == 0:
        run(["chown", "-R", "nagios:nagios", node.folder], f"{node.name}: owner of its files")


def fingerprint(node):
    printed = node.run(["merlind", "--config", node.path("/etc/merlin/merlin.conf"), "--init"], "merlind --init", **run_as())
    found = [word for word in printed.split() if word.startswith("SHA256:")]
    if not found:
        raise LabError(f"{node.name}: merlind --init printed no fingerprint but: {printed.strip()[:100]}")
    return found[-1]

"""How each fault is caused, ended and detected. The class of a fault contains what the judge has to know about it.

`detection_s`: until others react (I4). `splits`: nodes that cannot hear each other may both run and notify everything meanwhile.
`ends_core`, `ends_daemon`: the fault ends this process, so the watch does not report it; the core's unsent data may be lost.
"""
import os
import threading
import time

from lab_client import Failed, check, now_ms, wait_for
from lab_client.files import CORE_LOG, log_end, log_since

CORE_PID = "/run/nagios4/nagios4.pid"
DAEMON_PID = "/run/merlin/merlind.pid"
STATE_DIR = "/var/lib/merlin"
STATE_MIB = 64
LOSS_PERCENT = 25
RATE = "256kbit"
TURN_S = 3  # between two nodes of a rolling restart
FLAP_S = 2


def process_state(c, node, pid_file):
    """State letter of the process that a pid file names: R, S, T, ...; None if there is no such process."""
    try:
        with open(c.path(node, f"/proc/{int(c.read(node, pid_file))}/stat"), encoding="utf-8", errors="replace") as file:
            state = file.read().rsplit(")", 1)[1].split()[0]
    except (OSError, ValueError, IndexError):
        return None
    return None if state in "ZX" else state


class Fault:
    word = ids = ""
    lasts_s = (6, 20)
    targets = 1
    network = splits = ends_core = ends_daemon = False
    detection_s = 3

    def __init__(self, c, nodes):
        self.c, self.nodes, self.node = c, nodes, nodes[0]
        self.moments = []

    def changed(self):
        """Records that the fault has just made something worse or better."""
        self.moments.append(now_ms())

    def begin(self):
        raise NotImplementedError

    def seen(self):
        """Evidence that the fault is in effect, or None."""
        raise NotImplementedError

    def end(self):
        pass

    @staticmethod
    def available(c):
        """Whether this machine can cause the fault; tried on a lab."""
        return c is not None


class Killed(Fault):
    what = ()

    def begin(self):
        self.changed()
        for what in self.what:
            self.c.kill(self.node, what)

    def seen(self):
        files = [CORE_PID if what == "core" else DAEMON_PID for what in self.what]
        return "no process" if all(process_state(self.c, self.node, file) is None for file in files) else None

    def end(self):
        self.c.start(self.node, self.what[0] if len(self.what) == 1 else "all")
        self.changed()


class KillCore(Killed):
    word, ids, what, ends_core = "kill-core", "F02", ("core",), True


class KillDaemon(Killed):
    # After isolation_grace without its daemon, the core runs everything.
    word, ids, what, ends_daemon, splits = "kill-daemon", "F01", ("daemon",), True, True


class KillBoth(Killed):
    word, ids, what, ends_core, ends_daemon = "kill-both", "F03", ("daemon", "core"), True, True


class CrashLoop(Fault):
    """merlind starts and dies, three times."""
    word, ids, ends_daemon, splits = "crash-loop", "F07", True, True
    lasts_s = (1, 2)
    deaths = 3

    def begin(self):
        for _ in range(self.deaths):
            self.changed()
            self.c.kill(self.node, "daemon")
            time.sleep(1)
            self.c.start(self.node, "daemon")
            self.changed()

    def seen(self):
        return f"{self.deaths} deaths" if len(self.moments) == 2 * self.deaths else None


class Stopped(Fault):
    what = pid_file = ""

    def begin(self):
        self.changed()
        self.c.kill(self.node, self.what, "STOP")

    def seen(self):
        return "process state T" if process_state(self.c, self.node, self.pid_file) == "T" else None

    def end(self):
        self.changed()
        self.c.kill(self.node, self.what, "CONT")


class StopCore(Stopped):
    word, ids, what, pid_file, detection_s = "stop-core", "F05", "core", CORE_PID, 5


class StopDaemon(Stopped):
    word, ids, what, pid_file, splits = "stop-daemon", "F04", "daemon", DAEMON_PID, True


class Pause(Fault):
    """All processes of a node are stopped, as in a virtual machine that is paused."""
    word, ids = "pause", "F33"

    def begin(self):
        self.changed()
        self.c.kill(self.node, "all", "STOP")

    def seen(self):
        return "process states T" if all(process_state(self.c, self.node, file) == "T" for file in (CORE_PID, DAEMON_PID)) else None

    def end(self):
        self.changed()
        self.c.kill(self.node, "all", "CONT")


class ReloadCore(Fault):
    word, ids, lasts_s = "reload-core", "F08", (5, 8)

    def begin(self):
        self.from_here = log_end(self.c, self.node, CORE_LOG)
        self.changed()
        self.c.kill(self.node, "core", "HUP")

    def seen(self):
        lines = log_since(self.c, self.node, self.from_here, CORE_LOG)
        return "the core says so" if any("Caught SIGHUP" in line for line in lines) else None

    def end(self):
        self.changed()


class RollingRestart(Fault):
    """merlind is restarted on one node after the other, as in an upgrade."""
    word, ids, ends_daemon, lasts_s = "rolling-restart", "F06", True, (1, 2)

    def begin(self):
        before = [self.c.read(node, DAEMON_PID) for node in self.c.nodes]
        for node in self.c.nodes:
            self.changed()
            self.c.run(node, "/etc/init.d/merlind", "restart")
            self.changed()
            time.sleep(TURN_S)
        self.others = all(one != self.c.read(node, DAEMON_PID) for one, node in zip(before, self.c.nodes))

    def seen(self):
        return "all processes are new" if self.others else None


class Cut(Fault):
    network = True

    def ways(self):
        """[words of `lab cut`]."""
        raise NotImplementedError

    def begin(self):
        self.changed()
        for words in self.ways():
            self.c.lab("cut", *words)

    def seen(self):
        other = self.nodes[1] if len(self.nodes) > 1 else next(node for node in self.c.nodes if node != self.node)
        done = self.c.run(self.node, "ping", "-c", "1", "-W", "1", other, check_status=False)
        return "no answer to ping" if done.returncode != 0 else None

    def end(self):
        self.c.lab("heal")
        self.changed()


class CutPair(Cut):
    word, ids, targets = "cut-pair", "F12", 2

    def ways(self):
        return [self.nodes]


class OneWay(Cut):
    word, ids, splits = "one-way", "F12", True

    def ways(self):
        return [(self.node, "--one-way")]


class Isolate(Cut):
    word, ids, splits = "isolate", "F10 F11", True

    def ways(self):
        return [(self.node,)]


class Flap(Cut):
    word, ids, splits, targets = "flap", "F13", True, 2
    lasts_s = (1, 2)
    times = 3

    def ways(self):
        return [self.nodes]

    def begin(self):
        self.said = None
        for _ in range(self.times):
            Cut.begin(self)
            self.said = self.said or Cut.seen(self)
            time.sleep(FLAP_S)
            Cut.end(self)
            time.sleep(FLAP_S)

    def seen(self):
        return self.said


class Lossy(Fault):
    """A part of the packets that a node receives is dropped."""
    word, ids, network, splits = "lossy", "F14", True, True
    rules = f"""table inet chaos {{
  chain loss {{ type filter hook prerouting priority raw; policy accept; iifname eth0 numgen random mod 100 < {LOSS_PERCENT} counter drop; }}
}}
"""

    def begin(self):
        self.changed()
        self.c.run(self.node, "nft", "-f", "-", stdin=self.rules)

    def seen(self):
        words = self.c.run(self.node, "nft", "list", "table", "inet", "chaos").split()
        dropped = int(words[words.index("packets") + 1])
        return f"{dropped} packets dropped" if dropped else None

    def end(self):
        self.c.run(self.node, "nft", "delete", "table", "inet", "chaos")
        self.changed()

    @staticmethod
    def available(c):
        done = c.run(c.nodes[0], "nft", "-c", "-f", "-", stdin=Lossy.rules, check_status=False)
        return done.returncode == 0


class Shaped(Fault):
    """Packets wait in a queue before a node's network card."""
    network = splits = True
    words = ()

    def begin(self):
        self.changed()
        self.c.run(self.node, "tc", "qdisc", "add", "dev", "eth0", "root", *self.words)

    def seen(self):
        words = self.c.run(self.node, "tc", "-s", "qdisc", "show", "dev", "eth0").split()
        return "the queue is in place" if self.words[0] in words else None

    def end(self):
        self.c.run(self.node, "tc", "qdisc", "del", "dev", "eth0", "root")
        self.changed()

    @classmethod
    def available(cls, c):
        done = c.run(c.nodes[0], "tc", "qdisc", "add", "dev", "lo", "root", *cls.words, check_status=False)
        c.run(c.nodes[0], "tc", "qdisc", "del", "dev", "lo", "root", check_status=False)
        return done.returncode == 0


class Delayed(Shaped):
    word, ids, words = "delay", "F15", ("netem", "delay", "300ms", "100ms")


class Slow(Shaped):
    word, ids, words = "slow", "F16", ("tbf", "rate", RATE, "burst", "4kb", "latency", "2s")


class DiskFull(Fault):
    """The file system of merlind's state is full to the last byte; freed space is filled again."""
    word, ids = "disk-full", "F40"

    def begin(self):
        self.changed()
        self.stop = threading.Event()
        self.keeper = threading.Thread(target=self.keep)
        self.keeper.start()

    def keep(self):
        while not self.stop.is_set():
            with open(self.c.path(self.node, f"{STATE_DIR}/fill"), "ab", buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(1 << 16))
                except OSError:
                    pass
            self.stop.wait(0.1)

    def seen(self):
        room = os.statvfs(self.c.path(self.node, STATE_DIR))
        return "no block is free" if room.f_bfree == 0 else None

    def end(self):
        self.stop.set()
        self.keeper.join()
        os.unlink(self.c.path(self.node, f"{STATE_DIR}/fill"))
        self.changed()


class ReadOnly(Fault):
    word, ids = "read-only", "F41"

    def begin(self):
        self.changed()
        # While files are open for writing, the file system cannot become read-only: then a read-only mount covers it.
        self.c.run(self.node, "sh", "-c", f"mount -o remount,ro {STATE_DIR} || {{ mount --bind {STATE_DIR} {STATE_DIR} && mount -o remount,bind,ro {STATE_DIR}; }}")

    def seen(self):
        done = self.c.run(self.node, "touch", f"{STATE_DIR}/try", check_status=False)
        return "nothing can be written" if done.returncode != 0 else None

    def end(self):
        self.c.run(self.node, "sh", "-c", f"mount -o remount,rw {STATE_DIR}; if ! touch {STATE_DIR}/try; then umount {STATE_DIR}; fi; rm -f {STATE_DIR}/try")
        check(self.seen() is None, f"{self.node}: {STATE_DIR} cannot be made writable again")
        self.changed()


KINDS = {kind.word: kind for kind in (KillCore, KillDaemon, KillBoth, CrashLoop, StopCore, StopDaemon, Pause, ReloadCore, RollingRestart, CutPair, OneWay,
                                      Isolate, Flap, Lossy, Delayed, Slow, DiskFull, ReadOnly)}


def give_state_disks(c):
    """Gives merlind's state a small file system of its own on each node, so that it can be filled."""
    for node in c.nodes:
        c.run(node, "/etc/init.d/merlind", "stop")
        c.run(node, "sh", "-c", f"""set -e
cp -a {STATE_DIR} /run/chaos-kept
mount -t tmpfs -o size={STATE_MIB}m chaos-state {STATE_DIR}
cp -a /run/chaos-kept/. {STATE_DIR}/
chown --reference=/run/chaos-kept {STATE_DIR}
chmod --reference=/run/chaos-kept {STATE_DIR}
rm -r /run/chaos-kept""")
        c.start(node, "daemon")


def wait_seen(fault, timeout_s=4):
    """Waits for evidence that the fault is in effect; None if there is none."""
    try:
        return wait_for(f"{fault.word} of {', '.join(fault.nodes)} is seen", fault.seen, timeout_s, 0.05)
    except Failed:
        return None

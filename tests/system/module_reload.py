# The core is reloaded twice and stopped: the module announces its end, its link closes although the core's forked worker still runs, and it reconnects with its full state.
# F08
import os
import signal
import time

import protocol
from lone_core import LoneCore, check, run, wait_until


def descriptors(pid):
    return sorted(filter(None, (target(pid, fd) for fd in os.listdir(f"/proc/{pid}/fd"))))


def target(pid, fd):
    try:
        return os.readlink(f"/proc/{pid}/fd/{fd}").split(":[")[0]
    except FileNotFoundError:
        return ""


def worker_of(core):
    """The command file worker: a child process of the core that runs the core's program without --worker."""
    for pid in open(f"/proc/{core.process.pid}/task/{core.process.pid}/children", encoding="utf-8").read().split():
        if b"--worker" not in open(f"/proc/{pid}/cmdline", "rb").read():
            return pid
    return None


def test():
    with LoneCore() as core:
        core.start()
        daemon = core.daemon
        counts = []
        boots = set()
        for turn in range(3):
            daemon.accept()
            boots.add(daemon.welcome(instance=1)["boot_id"])
            daemon.expect("CoreRows", lambda rows: rows.get("kind") == 2)
            claims = next(fields for name, fields in daemon.seen if name == "CoreClaims")
            check(claims["added"] == [], f"a core that was just loaded claims {claims}")
            daemon.send("Epoch", number=1, term=2 + turn, side=2, whole=True, added=[protocol.key("host0")])
            daemon.expect("CoreRows", lambda rows: not rows.get("kind"))
            counts.append(descriptors(core.process.pid))
            worker = wait_until(lambda: worker_of(core), "the command file worker")
            held = [name for name in descriptors(worker) if "eventfd" in name or "timerfd" in name]
            check(not held, f"the command file worker holds {held} of the module")
            since = time.time()
            core.signal(signal.SIGHUP if turn < 2 else signal.SIGTERM)
            away = daemon.expect("CoreAway")
            check(bool(away.get("reload")) == (turn < 2), f"CoreAway says {away}")
            try:
                daemon.listen_for(2)
                raise AssertionError("the link did not end with the core's loop")
            except ConnectionError:
                check(time.time() - since < 2, "the link ended late")
        check(core.process.wait(10) == 0, "the core did not end well")
        check(len(boots) == 3, "a reloaded core has the boot id of the one before")
        check(len(counts[0]) == len(counts[2]), f"descriptors: {counts[0]}, then {counts[2]}")
        check("internal error" not in core.log(), "the module failed")


run(test)

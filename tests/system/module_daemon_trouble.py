# Whatever its daemon does (missing, killed, restarted, stopped, sending garbage, not reading), the core keeps monitoring, alone if necessary, and
# returns to the cluster; a core that was stopped asks before it runs checks that others may have taken over.
# F01 F04 F05 F50 I8
import os
import signal
import time

import protocol
from lone_core import LoneCore, check, run, wait_until


def silence():
    """A stopped merlind: its socket stays open and accepts data."""
    with LoneCore(start_daemon=True, merlin="core_timeout = 1s\n") as core:
        daemon = core.daemon
        core.start()
        daemon.start()
        daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        daemon.expect("CoreClaims", lambda claims: claims.get("epoch") == 1)
        daemon.silent = True
        wait_until(lambda: "the daemon has been silent for 600 ms" in core.log(), "the silence to be noticed", 3)
        wait_until(lambda: '"mode": "isolated"' in core.query(), "the core to monitor alone", 3)
        daemon.silent = False
        daemon.start(instance=2)
        daemon.send("Epoch", number=1, term=3, side=2, whole=True, added=[protocol.key("host1")])
        daemon.expect("CoreClaims", lambda claims: claims.get("epoch") == 1)
        daemon.expect("CoreHeartbeat")
        time.sleep(0.3)

        # A stopped core: another node may own its hosts by now.
        daemon.silent = True
        core.signal(signal.SIGSTOP)
        time.sleep(2 * core.interval)
        since = time.time()
        core.signal(signal.SIGCONT)
        time.sleep(0.3)
        check(not core.runs(since), f"it ran {core.runs(since)} before the daemon had spoken")
        check("this core hung" in core.log(), "the stall is not in the log")
        daemon.send("Epoch", number=2, term=4, side=2, added=[protocol.key("host2")], removed=[protocol.key("host1")])
        daemon.listen_for(0.1)
        daemon.silent = False
        wait_until(lambda: core.runs(since), "checks to go on", 4)
        time.sleep(1)
        check({host for host, _ in core.runs(since)} == {"host2"}, f"after the stall it ran {core.runs(since)}")
        check(core.stop() == 0, "the core did not end well")


def trouble():
    with LoneCore(start_daemon=True) as core:
        daemon = core.daemon
        daemon.close()
        core.start()
        # The daemon is missing: after start_hold the core runs everything.
        wait_until(lambda: {host for host, _ in core.runs()} == set(core.hosts), "the core to run all its checks by itself")
        check("this core runs all its checks itself" in core.log(), "isolation is not in the log")

        # The daemon starts: the core claims what it runs and sends the results that it has meanwhile.
        daemon.open()
        initial = daemon.start(instance=1)
        check(initial["rows"], "no initial rows")
        claims = next(fields for name, fields in daemon.seen if name == "CoreClaims")
        check(set(claims["added"]) == {protocol.key(host) for host in core.hosts}, "an isolated core's claims are not spelled out")
        versions = {entry["version"]["side"] if "side" in entry["version"] else 0 for entry in initial["rows"]}
        check(versions == {0}, f"rows written alone have sides {versions}")
        daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        daemon.expect("CoreClaims")
        time.sleep(0.3)  # lets running checks finish
        since = time.time()
        time.sleep(core.interval + 1)
        check({host for host, _ in core.runs(since)} == {"host0"}, "the epoch was not followed")

        # The daemon is killed and restarted within the grace period: the core continues with the same hosts.
        since = time.time()
        daemon.hang_up()
        daemon.start(instance=2)
        daemon.send("Epoch", number=1, term=3, side=2, whole=True, added=[protocol.key("host0")])
        daemon.expect("CoreClaims")
        check({host for host, _ in core.runs(since)} <= {"host0"}, "other hosts were run in the grace")

        # Several kinds of garbage: the core closes the link, counts and logs it once, and connects again.
        for garbage in (b"GET / HTTP/1.1\r\n\r\n" * 10, protocol.frame("CoreWelcome", {"node_id": b"short"}), b"\x4d\x4c\x01\x29\0\0\0\0\xff\xff\xff\xff",
                        os.urandom(4000)):
            daemon.link.sendall(garbage)
            daemon.accept()
        check(core.log().count("is not Merlin's protocol") == 1, "garbage is logged other than once")
        daemon.hang_up()

        # The daemon is connected but does not read: the core does not wait.
        daemon.accept()
        daemon.welcome(instance=3)
        daemon.send("Epoch", number=1, term=4, side=2, whole=True, everything=True)
        since = time.time()
        time.sleep(2 * core.interval + 1)
        check(len(core.runs(since)) >= 2 * 12, "checks waited for a daemon that does not read")
        # An announced absence extends the grace period beyond isolation_grace.
        daemon.send("Epoch", number=2, term=4, side=2, whole=True, added=[protocol.key("host0")])
        daemon.send("DaemonAway", away_ms=60000)
        daemon.expect("CoreClaims", lambda claims: claims.get("epoch") == 2)
        daemon.close()
        time.sleep(0.3)
        since = time.time()
        time.sleep(core.interval + 1)
        check({host for host, _ in core.runs(since)} == {"host0"}, "a daemon that said it would be back was not waited for")
        check(core.running(), "the core died")
        check(core.stop() == 0, "the core did not end well")


def test():
    silence()
    trouble()


run(test)

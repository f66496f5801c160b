# With an invalid or missing merlin.conf, or with event_broker_options that omit what the module needs, the core monitors alone and reports why;
# a file that becomes invalid while the core runs changes nothing at a reload.
import signal
import time

import protocol
from lone_core import LoneCore, check, run, wait_until


def all_run(core, since):
    return {host for host, _ in core.runs(since)} == set(core.hosts)


def test():
    with LoneCore(start_daemon=False, merlin="pulse_intervall = 1s\npartition = some\n") as core:
        core.start()
        wait_until(lambda: all_run(core, 0), "all checks to run")
        log = core.log()
        lines = core.read("merlin.conf").splitlines()
        for wrong, said in (("pulse_intervall = 1s", "did you mean 'pulse_interval'"), ("partition = some", "partition")):
            place = f"{core.dir}/merlin.conf:{lines.index(wrong) + 1}:"
            check(any(place in line and said in line for line in log.splitlines()), f"{wrong} is not named with its place")
        check("Merlin is disabled" in log, "it is not said that Merlin is off")
        check("disabled" in core.query(), "the query interface does not say it")
        core.write_merlin("")
        core.signal(signal.SIGHUP)
        wait_until(lambda: "ms for merlind before running checks" in core.log(), "the corrected file to be used after a reload")
        for text in (b"core_timeoutt = 1s\n", b"\0\xff{{{" * 1000):
            core.write("merlin.conf", text)
            seen = core.log().count("continues with the settings from before the reload")
            core.signal(signal.SIGHUP)
            wait_until(lambda: core.log().count("continues with the settings from before the reload") > seen, "the last good settings to be used")
            # The core ignores a signal that arrives while it starts.
            wait_until(lambda: core.log().rfind("ms for merlind before running checks") > core.log().rfind("continues with the settings from before the reload"), "the core's loop")
        check("did you mean 'core_timeout'" in core.log(), "the mistake is not named at a reload")
        check(core.stop() == 0, "the core did not end well")
    with LoneCore(start_daemon=True) as core:
        core.start()
        core.daemon.start()
        core.write("merlin.conf", "partition = some\n")
        core.signal(signal.SIGHUP)
        core.daemon.start(instance=2)
        core.daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        claims = core.daemon.expect("CoreClaims", lambda claims: claims.get("epoch") == 1)
        check(claims["added"] == [protocol.key("host0")], "with the last good settings the daemon was not followed")
        check(core.stop() == 0, "the core did not end well")
    with LoneCore(start_daemon=False, nagios="event_broker_options=1\n") as core:
        core.start()
        wait_until(lambda: all_run(core, 0), "all checks to run")
        check("event_broker_options leaves out" in core.log(), "missing broker options are not said")
        check(core.stop() == 0, "the core did not end well")
    with LoneCore(start_daemon=False) as core:
        core.write("merlin.conf", b"\0\xff{{{" * 1000)
        core.start()
        wait_until(lambda: all_run(core, time.time() - 60), "all checks to run")
        check("Merlin is disabled" in core.log(), "it is not said that Merlin is off")
        check(core.stop() == 0, "the core did not end well")


run(test)

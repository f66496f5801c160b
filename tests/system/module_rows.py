# A core runs only the checks of its epoch, sends each result at once as a row, and shows other nodes' rows like its own: all fields, log, status.
import time

import protocol
from lone_core import LoneCore, check, row, run, wait_until


def states(rows):
    return [protocol.decode("CheckRegister", entry["value"]) for entry in rows["rows"]]


def test():
    with LoneCore() as core:
        core.start()
        daemon = core.daemon
        daemon.start()
        names = [name for name, _ in daemon.seen if name not in ("CoreHeartbeat",)]
        check(names[:3] == ["CoreHello", "Inventory", "CoreClaims"], f"the module began with {names}")
        check(core.runs() == [], "checks were run before the first epoch")

        daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0"), protocol.key("unknown")])
        claims = daemon.expect("CoreClaims")
        check(claims["added"] == [protocol.key("host0")] and claims["epoch"] == 1, f"claims are {claims}")
        wait_until(lambda: len(core.runs()) >= 6, "two rounds of the owned host's checks")
        check({host for host, _ in core.runs()} == {"host0"}, "checks of another node's hosts were run")
        core.set_bad("host0", "svc0")
        rows = daemon.expect("CoreRows", lambda rows: any(state.get("current_state") == 2 for state in states(rows)))
        check(rows["epoch"] == 1 and not rows.get("kind"), "the result was not sent as a write of this epoch")
        bad = next(entry for entry in rows["rows"] if entry["host"] == protocol.key("host0") and protocol.decode("CheckRegister", entry["value"])["current_state"] == 2)
        check(bad["version"]["term"] == 2 and bad["version"]["writer"] == b"S" * 16, f"version is {bad['version']}")
        delay = time.time() - bad["base_ms"] / 1000
        check(delay < 0.5, f"the row took {delay:.3f} s")

        log_before = core.log()
        daemon.send("RowsToCore", batch=1, imposed=[row("host2", "svc0", current_state=1, state_type=1, current_attempt=2, output=b"silent")],
                    live=[row("host1", "svc0", current_state=2, state_type=0, current_attempt=1, output=b"loud", long_output=b"two", perf_data=b"a=1",
                              notification_number=3, last_state_change=-30, execution_time_s=0.25)])
        check(daemon.expect("RowsConfirmed")["batch"] == 1, "the batch was not confirmed")
        shown = wait_until(lambda: core.status("host1", "svc0").get("plugin_output") == "loud" and core.status("host1", "svc0"), "the live row in status.dat")
        wanted = {"current_state": "2", "state_type": "0", "current_attempt": "1", "long_plugin_output": "two", "performance_data": "a=1",
                  "current_notification_number": "3", "check_execution_time": "0.250"}
        check(all(shown[field] == value for field, value in wanted.items()), f"status.dat has {shown}")
        check(core.status("host2", "svc0")["plugin_output"] == "silent", "the imposed row is not in status.dat")
        news = core.log()[len(log_before):]
        check("SERVICE ALERT: host1;svc0;CRITICAL;SOFT;1;loud [node there]" in news, "no alert line for the live row")
        check("host2" not in news, "an imposed row caused a log line")

        # An older row changes nothing; a recovery is logged as the core would log its own.
        old = row("host1", "svc0", term=1, current_state=1, output=b"old")
        daemon.send("RowsToCore", batch=2, live=[old, row("host1", "svc0", current_state=0, output=b"well")])
        daemon.expect("RowsConfirmed")
        wait_until(lambda: "SERVICE ALERT: host1;svc0;OK;SOFT;2;well [node there]" in core.log(), "the recovery's alert line")
        check("old" not in core.log()[len(log_before):], "a row of an older term was taken")

        # After the release the core starts no further check, and its results carry the version of the old epoch.
        daemon.send("Epoch", number=2, term=2, side=2, removed=[protocol.key("host0")], added=[protocol.key("host3")])
        claims = daemon.expect("CoreClaims")
        check(claims["removed"] == [protocol.key("host0")] and claims["added"] == [protocol.key("host3")], f"claims are {claims}")
        moved = time.time()
        wait_until(lambda: ("host3", "svc1") in core.runs(moved), "the host taken up is run")
        time.sleep(core.interval)
        check({host for host, _ in core.runs(moved)} == {"host3"}, "a released host was still run")
        check(core.stop() == 0, "the core did not end well")
        daemon.expect("CoreAway")


run(test)

# Only the owner of an object sends its notifications, runs its event handlers and its obsess command; elsewhere the counters do not move.
# I6
import time

import protocol
from lone_core import LoneCore, check, run, wait_until


def result(host, service, code, text="passive"):
    return f"PROCESS_SERVICE_CHECK_RESULT;{host};{service};{code};{text}"


def test():
    with LoneCore(nagios="obsess_over_services=1\nocsp_command=obsess\n") as core:
        core.start()
        daemon = core.daemon
        daemon.start()
        daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        daemon.expect("CoreClaims")
        # Hard problems on both sides of the split; the second result makes them hard.
        core.set_bad("host0", "svc0")
        for _ in range(3):
            core.command(result("host1", "svc0", 2))
            time.sleep(0.3)
        forwarded = daemon.expect("CoreResults")["results"][0]
        check(forwarded["passive"] and forwarded["return_code"] == 2 and forwarded["output"] == b"passive", f"forwarded: {forwarded}")
        wait_until(lambda: "PROBLEM host0 svc0 1" in core.read("told"), "the owner's notification")
        wait_until(lambda: "host0 svc0" in core.read("handled"), "the owner's event handler")
        rows = daemon.expect("CoreRows", lambda rows: any(protocol.decode("CheckRegister", entry["value"]).get("notification_number") == 1 for entry in rows["rows"]))
        check(rows is not None, "the number is not in the row")
        time.sleep(1.2)
        shown = core.status("host1", "svc0")
        check(shown["current_state"] == "2" and shown["current_notification_number"] == "0", f"a non-owner's counter moved: {shown}")
        check("host1" not in core.read("told") and "host1" not in core.read("handled"), "a non-owner told or handled")
        check("EVENT HANDLER: host1" not in core.log(), "the log tells of an event handler that did not run")
        check("host0 svc0" in core.read("obsessed") and "host1" not in core.read("obsessed"), "a non-owner obsessed, or the owner did not")
        check(core.status("host1", "svc0")["obsess"] == "1" and "obsess_over_services=1" in core.read("status.dat"), "a switch was left off")
        core.set_bad("host0", "svc0", False)
        wait_until(lambda: "RECOVERY host0 svc0" in core.read("told"), "the recovery")
        check(core.read("told").count("svc0") == 2, f"told: {core.read('told')}")
        check(core.stop() == 0, "the core did not end well")


run(test)

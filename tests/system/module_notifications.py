# A core notifies only after its daemon has granted it, once and with its own numbers; a core that does not own the object neither notifies, counts, handles nor obsesses; an isolated core notifies what is still true.
# I6
import time

import protocol
from lone_core import LoneCore, check, run, wait_until

DROP, SEND, TOLD = range(3)
PROBLEM, RECOVERY, ACKNOWLEDGEMENT, CUSTOM = 0, 1, 2, 9


def result(host, service, code, text="passive"):
    return f"PROCESS_SERVICE_CHECK_RESULT;{host};{service};{code};{text}"


def notified(core):
    return core.read("notified").splitlines()


def expect_request(core, service, kind):
    return core.daemon.expect("NotifyRequest", lambda asked: asked["notification"]["service"] == protocol.key("host0", service) and
                              asked["notification"].get("kind", PROBLEM) == kind)


def answer(core, asked, decision, **changes):
    core.daemon.send("NotifyVerdict", request=asked["request"], decision=decision, notification=dict(asked["notification"], **changes),
                     valid_ms=3000, question=7)


def granted(core, asked, line):
    answer(core, asked, SEND)
    done = core.daemon.expect("NotifyDone")
    check(done.get("sent") and done.get("contacts") == 1, f"done: {done}")
    wait_until(lambda: line in notified(core), f"{line}; notified: {notified(core)}")


def numbers_in_rows(core, service):
    key = protocol.key("host0", service)
    return [protocol.decode("CheckRegister", row["value"]).get("notification_number", 0)
            for name, fields in core.daemon.seen if name == "CoreRows" for row in fields["rows"] if row.get("service") == key]


def another_node_owns_it(core):
    for _ in range(3):
        core.command(result("host1", "svc0", 2))
        time.sleep(0.3)
    forwarded = core.daemon.expect("CoreResults")["results"][0]
    check(forwarded["passive"] and forwarded["return_code"] == 2 and forwarded["output"] == b"passive", f"forwarded: {forwarded}")
    core.command("SEND_CUSTOM_SVC_NOTIFICATION;host1;svc0;6;ann;read this")
    core.command("ACKNOWLEDGE_SVC_PROBLEM;host1;svc0;1;1;0;ann;known")


def test_asking(core):
    asked = expect_request(core, "svc0", PROBLEM)
    notification = asked["notification"]
    check(notification["number"] == 1 and notification["state"] == 2, f"asked was {notification}")
    check(numbers_in_rows(core, "svc0"), "it asked before it sent the state")
    core.daemon.listen_for(2.5)  # one or two further results
    check(sum(name == "NotifyRequest" for name, _ in core.daemon.seen) == 1, "it asked twice")
    check(not notified(core) and core.status("host0", "svc0")["current_notification_number"] == "0", f"notified before it was granted: {notified(core)}")
    granted(core, asked, "PROBLEM host0 svc0 1")
    core.daemon.listen_for(0.5)
    check(numbers_in_rows(core, "svc0")[-1] == 1, "the number is not in the row")
    core.command("ACKNOWLEDGE_SVC_PROBLEM;host0;svc0;1;1;0;ann;known")
    core.command("REMOVE_SVC_ACKNOWLEDGEMENT;host0;svc0")
    core.set_bad("host0", "svc0", False)
    asked = expect_request(core, "svc0", ACKNOWLEDGEMENT)
    check((asked["notification"]["author"], asked["notification"]["text"]) == (b"ann", b"known"), f"asked was {asked}")
    answer(core, asked, DROP)
    asked = expect_request(core, "svc0", RECOVERY)
    check(asked["notification"]["number"] == 1 and asked["notification"]["notified_on"] == 4, f"asked was {asked}")
    time.sleep(1)
    check(len(notified(core)) == 1, f"notified before it was granted: {notified(core)}")
    granted(core, asked, "RECOVERY host0 svc0 2")
    wait_until(lambda: core.status("host0", "svc0")["current_notification_number"] == "0", "the core counts anew")
    core.command("SEND_CUSTOM_SVC_NOTIFICATION;host0;svc0;6;ann;read this")
    asked = expect_request(core, "svc0", CUSTOM)
    check((asked["notification"]["options"], asked["notification"]["author"], asked["notification"]["text"]) == (6, b"ann", b"read this"),
          f"asked was {asked}")
    granted(core, asked, "CUSTOM host0 svc0 1")


def test_sent_elsewhere(core):
    core.set_bad("host0", "svc1")
    answer(core, expect_request(core, "svc1", PROBLEM), TOLD, number=3)
    wait_until(lambda: core.status("host0", "svc1")["current_notification_number"] == "3", "the core counts on from what another node has sent")
    shown = core.status("host0", "svc1")
    check(int(shown["next_notification"]) > time.time() + 900, f"the next is not put off: {shown}")
    core.set_bad("host0", "svc1", False)
    answer(core, expect_request(core, "svc1", RECOVERY), DROP)


def test_alone(core):
    core.set_bad("host0", "svc0")
    asked = expect_request(core, "svc0", PROBLEM)
    core.daemon.hang_up()
    # The custom notification was sent with the option to increment the number (4).
    wait_until(lambda: notified(core)[3:] == ["PROBLEM host0 svc0 2"], f"what was not granted in time is notified alone; notified: {notified(core)}", 5)
    core.daemon.accept()
    core.daemon.send("DaemonHeartbeat")  # the core considers the daemon lost and connects again
    core.daemon.start(instance=2)
    core.daemon.send("Epoch", number=1, term=3, side=2, whole=True, added=[protocol.key("host0")])
    done = core.daemon.expect("NotifyDone", lambda done: done["notification"].get("start") == asked["notification"]["start"])
    check(done["sent"], f"done: {done}")


def test():
    with LoneCore(nagios="obsess_over_services=1\nocsp_command=obsess\n") as core:
        core.start()
        daemon = core.daemon
        daemon.start()
        daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        daemon.expect("CoreClaims")
        # Hard problems of an owned object and of another node's object.
        core.set_bad("host0", "svc0")
        another_node_owns_it(core)
        test_asking(core)
        wait_until(lambda: "host0 svc0" in core.read("handled"), "the owner's event handler")
        test_sent_elsewhere(core)
        asked = [fields["notification"] for name, fields in daemon.seen if name == "NotifyRequest"]
        check({notification["host"] for notification in asked} == {protocol.key("host0")}, f"a non-owner asked: {asked}")
        check({notification.get("kind", PROBLEM) for notification in asked} == {PROBLEM, RECOVERY, ACKNOWLEDGEMENT, CUSTOM}, f"asked was: {asked}")
        shown = core.status("host1", "svc0")
        check(shown["current_state"] == "2" and shown["current_notification_number"] == "0", f"a non-owner's counter moved: {shown}")
        check("host1" not in core.read("handled"), "a non-owner handled")
        check("EVENT HANDLER: host1" not in core.log(), "the log contains an event handler that did not run")
        check("host0 svc0" in core.read("obsessed") and "host1" not in core.read("obsessed"), "a non-owner obsessed, or the owner did not")
        check(core.status("host1", "svc0")["obsess"] == "1" and "obsess_over_services=1" in core.read("status.dat"), "a setting was left off")
        check(len(notified(core)) == 3, f"notified: {notified(core)}")
        test_alone(core)
        check(not [line for line in notified(core)[:4] if "host1" in line], f"a non-owner notified: {notified(core)}")
        check(core.stop() == 0, "the core did not end well")


run(test)

# A command that the core rejects writes no register; one that it executes does, even with an empty value; and the core's own modified flags are unchanged.
import protocol
from lone_core import OTHER, LoneCore, check, run, wait_until

ATTRIBUTE = 4


def attributes(rows):
    return [protocol.decode("AttributeRegister", entry["value"]) for entry in rows["rows"] if entry.get("kind") == ATTRIBUTE]


def written(core, seconds=0.6):
    """(name, value) of the attributes that are written in that time."""
    return [(attribute["name"], attribute.get("value", b"")) for name, fields in core.daemon.listen_for(seconds)
            if name == "CoreRows" and not fields.get("kind") for attribute in attributes(fields)]


def set_variable(core, what, value):
    name = {"SVC": "host0;svc0", "HOST": "host0", "CONTACT": "somebody"}[what]
    core.command(f"CHANGE_CUSTOM_{what}_VAR;{name};{value}")


def test():
    with LoneCore(nagios="execute_service_checks=0\nexecute_host_checks=0\nlog_external_commands=1\n") as core:
        core.start()
        core.daemon.start()
        core.daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        core.daemon.expect("CoreClaims")
        for what in ("SVC", "HOST", "CONTACT"):
            for rejected in ("OWNER;", "OWNER", "", "NO SUCH;somebody"):
                set_variable(core, what, rejected)
        core.command("CHANGE_CUSTOM_SVC_VAR;host0;no such;OWNER;somebody")
        core.command("CHANGE_CUSTOM_HOST_VAR;no such;OWNER;somebody")
        core.command("REMOVE_SVC_ACKNOWLEDGEMENT;host0;no such")
        core.command("REMOVE_SVC_ACKNOWLEDGEMENT;host0")
        found = core.daemon.listen_for(1)
        kinds = [entry["kind"] for name, fields in found if name == "CoreRows" and not fields.get("kind") for entry in fields["rows"] if entry.get("kind")]
        check(not kinds, f"commands that the core rejected were written: kinds {kinds}")
        wait_until(lambda: core.status("host0", "svc0").get("_OWNER") == "0;nobody", "the service's variable is not marked as modified")
        check(core.status("host0")["_OWNER"] == "0;nobody", f"the host's variable is {core.status('host0')}")

        for what in ("SVC", "HOST", "CONTACT"):
            set_variable(core, what, "owner;ann")
        check(written(core) == [(b"_OWNER", b"ann")] * 3, "what the core carried out was not written")
        set_variable(core, "SVC", "OWNER;")
        check(written(core) == [], "a later one that was rejected was written")
        wait_until(lambda: core.status("host0", "svc0").get("_OWNER") == "1;ann", "the mark of a variable that was set stays")
        set_variable(core, "SVC", "OWNER;;")
        check(written(core) == [(b"_OWNER", b"")], "an empty value was not written")
        set_variable(core, "HOST", "OWNER;ann")
        check(written(core) == [(b"_OWNER", b"ann")], "the same value again is a write")

        core.daemon.send("RowsToCore", batch=1, live=[
            {"host": protocol.key("host1"), "service": protocol.key("host1", "svc0"), "kind": ATTRIBUTE, "item": 5,
             "version": {"term": 3, "side": 3, "hlc": 1 << 60, "writer": OTHER},
             "value": protocol.encode("AttributeRegister", {"name": b"_OWNER", "value": b""})}])
        core.daemon.expect("RowsConfirmed")
        wait_until(lambda: core.status("host1", "svc0").get("_OWNER") == "1;", "another node's empty value is set")
        check(core.stop() == 0, "the core did not end well")


run(test)

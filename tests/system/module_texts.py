# Texts of every kind contain a line that closes a block, and impossible times: none of it appears as a separate line in retention.dat, status.dat or nagios.log, and the core keeps running.
# I8 I9
import json
import time

import protocol
from lone_core import OTHER, LoneCore, check, row, run, wait_until

EVIL = "evil\n\t}\nservice {\nhost_name=host0\nservice_description=svc0\ncheck_command=evil\n\t}\n"
MARKED = "red\x1b[31m\x07\x7f\ttab"
ABSURD = 1 << 62


def register(message, item, /, **content):
    now = int(time.time())
    kinds = {"AcknowledgementRegister": 1, "CommentRegister": 2, "DowntimeRegister": 3, "AttributeRegister": 4}
    entry = row("host1", "svc0")
    entry.update(kind=kinds[message], item=item, value=protocol.encode(message, content), base_ms=now * 1000)
    return entry


def evil_rows(text):
    """One row of each kind that has texts, with this text in each of them."""
    now = int(time.time())
    data = text.encode()
    return [row("host1", "svc0", current_state=2, output=data), row("host2", "svc0", current_state=2, perf_data=data),
            row("host3", "svc0", current_state=2, long_output=data),
            register("AcknowledgementRegister", 0, set=True, sticky=True, persistent=True, author=data, text=data, entry_s=now),
            register("CommentRegister", 11, author=data, text=data, entry_s=now, persistent=True),
            register("DowntimeRegister", 12, author=data, comment=data, entry_s=now, start_s=now, end_s=now + 900, fixed=True, duration_s=900),
            register("AttributeRegister", 13, name=b"_PLACE", value=data)]


def files_are_clean(core, what):
    for name in ("status.dat", "retention.dat", "nagios.log"):
        text = core.read(name)
        check(text, f"{name} is empty")
        # The core logs a command's text before it asks its modules.
        text = "\n".join(line for line in text.split("\n") if "EXTERNAL COMMAND:" not in line)
        check("check_command=evil" not in text and "\n\t}\nservice {\nhost_name=host0\nservice_description=svc0\ncheck_command=evil" not in text,
              f"{what}: {name} has the foreign block")
        check("\x1b" not in text and "\x07" not in text, f"{what}: {name} has control characters")


def status_of_module(core):
    return json.loads(core.query())


def test():
    with LoneCore() as core:
        core.start()
        daemon = core.daemon
        daemon.start()
        daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        daemon.expect("CoreClaims")
        batch = 0
        for text in (EVIL, MARKED):
            for live in (True, False):
                batch += 1
                daemon.send("RowsToCore", batch=batch, **{"live" if live else "imposed": evil_rows(text)})
                daemon.expect("RowsConfirmed")
        daemon.send("CoreWelcome", node_id=b"S" * 16, node_name="here" + MARKED, program_version="test", daemon_instance=1,
                    names=[{"node_id": OTHER, "name": "there\n}"}])
        core.command("ADD_SVC_COMMENT;host1;svc1;1;an\x1bna;" + MARKED)
        core.command("SAVE_STATE_INFORMATION")
        wait_until(lambda: "evil" in core.read("status.dat") or "red" in core.read("status.dat"), "the texts in status.dat")
        wait_until(lambda: "red" in core.read("retention.dat"), "the texts in retention.dat")
        files_are_clean(core, "rows")
        said = wait_until(lambda: status_of_module(core)["link"]["rejected"] and status_of_module(core), "rejected rows in the module's status")
        check(said["mode"] == "following", f"the module is {said['mode']}")

        # Impossible times: the core refuses the command; then a service fails.
        now = int(time.time())
        core.command(f"SCHEDULE_SVC_DOWNTIME;host0;svc0;{now};{now + 900};0;0;{ABSURD};anna;x")
        with open(f"{core.dir}/rw/nagios.cmd", "w", encoding="utf-8") as pipe:
            pipe.write(f"[{ABSURD}] ADD_SVC_COMMENT;host0;svc0;1;anna;from the end of time\n")
        wait_until(lambda: "refused the command SCHEDULE_SVC_DOWNTIME;host0;svc0" in core.log(), "the refused command in the log")
        core.set_bad("host0", "svc0")
        wait_until(lambda: core.status("host0", "svc0").get("current_state") == "2", "the failing service")
        check("from the end of time" not in core.read("status.dat"), "a comment from the end of time came in")
        check("servicedowntime {\n\thost_name=host0\n" not in core.read("status.dat"), "the impossible downtime came in")
        check(core.running(), "the core has died")


run(test)

# A peer with a valid key puts line breaks into every text of every kind of row, result and notification: no other node writes a forged line to status.dat, retention.dat, nagios.log or merlind's log, even after its core has restarted.
# F50 I7 I9
import time

import hostile
from cluster import check, cluster, main, wait_for

EVIL, TARGET, OTHER = "peer03", "peer01", "peer02"
MARK = "forged-by-a-hostile-peer"
FORGED = f"fine\n\t}}\nservice {{\nhost_name=host0001\nservice_description=svc01\ncheck_command=check_lab!{MARK}\n"
FILES = ("/var/lib/nagios4/status.dat", "/var/lib/nagios4/retention.dat", "/var/log/nagios4/nagios.log", "/var/log/merlin/merlind.log")


def rows(evil, now):
    host, service = "host0001", "svc01"
    window = {"entry_s": now, "start_s": now, "end_s": now + 900, "fixed": True, "duration_s": 900}
    yield from (evil.check_row(host, service, state=2, **{field: FORGED.encode()}) for field in ("output", "long_output", "perf_data"))
    for item, (author, text) in enumerate(((FORGED, "text"), ("anna", FORGED)), 1):
        yield evil.row("comment", host, {"author": author, "text": text, "entry_s": now}, service, item=item)
        yield evil.row("downtime", host, {"author": author, "comment": text, **window}, service, item=10 + item)
        yield evil.row("acknowledgement", host, {"set": True, "author": author, "text": text, "entry_s": now}, service)
        yield evil.row("notification", host, {"notification": {"author": author, "text": text}, "told_s": now}, service, item=20 + item)
    yield evil.row("attribute", host, {"name": "_NOTE", "value": FORGED}, service, item=30)
    yield evil.row("attribute", host, {"name": FORGED, "value": "1"}, service, item=31)


def forged_lines(c, node):
    found = []
    for path in FILES:
        for line in c.read(node, path).splitlines():
            if line.strip().startswith((f"check_command=check_lab!{MARK}", "host_name=host0001;")) or line.startswith(MARK):
                found.append(f"{path}: {line}")
    return found


def log_has_marked_lines(c, node):
    return [line for line in c.read(node, FILES[2]).splitlines() if MARK in line]


def send_result_of_several_lines(c, evil):
    """The owner's core parses this output as it parses a plugin's, so only its first line is the output; the nodes share the parsed result."""
    host = next(host for host in c.host_names() if c.owner(host, TARGET) == TARGET)
    c.command(TARGET, f"DISABLE_SVC_CHECK;{host};svc01")
    shown = [lambda node=node: c.status_dat(node)[(host, "svc01")] for node in (TARGET, OTHER)]
    wait_for("its own checks are off", lambda: all(state()["active_checks_enabled"] == "0" for state in shown), 15)
    evil.send_result(host, "svc01", output=FORGED.encode(), return_code=1)
    wait_for("the core has the result", lambda: all(state()["plugin_output"] == "fine" and state()["current_state"] == "1" for state in shown), 15)
    lines = FORGED.split("\n", 1)[1].strip().replace("\n", "\\n")
    for state in shown:
        text = state()["long_plugin_output"].strip().removesuffix("\\n")
        check(text == lines, f"the other lines are {text!r} instead of {lines!r}")


def test():
    with cluster(interval=4, fresh=True) as c:
        with hostile.peer(c, EVIL, TARGET) as evil:
            c.wait_settled([TARGET, OTHER], timeout_s=30)
            now = int(time.time())
            all_rows = list(rows(evil, now))
            evil.send_rows(*all_rows)
            wait_for("all rows are rejected", lambda: hostile.rejected(c, TARGET, EVIL)["count"] >= len(all_rows), 10)
            check(hostile.rejected(c, TARGET, EVIL)["reasons"] == {"line_break": len(all_rows)}, f"rejected for {hostile.rejected(c, TARGET, EVIL)}")
            send_result_of_several_lines(c, evil)
            evil.say("NotifyTell", notification={**hostile.object_of("host0001"), "kind": 9, "author": "anna", "text": FORGED})
            evil.say("Goodbye", away_ms=1000, text=FORGED)
            time.sleep(1)
            check(evil.is_open(), f"the link ended: {evil.closed}")
        for node in (TARGET, OTHER):
            c.run(node, "/etc/init.d/nagios4", "restart")
        c.wait_settled(timeout_s=60)
        time.sleep(c.interval)
        for node in (TARGET, OTHER):
            check(not forged_lines(c, node), f"{node}: {forged_lines(c, node)[:3]}")
            check(not log_has_marked_lines(c, node), f"{node}: {log_has_marked_lines(c, node)[:3]}")
            ran = c.run(node, "sh", "-c", f"grep -rl {MARK} /var/lib/nagios4 /run 2>/dev/null", check_status=False).stdout
            kept = ("status.dat", "retention.dat")  # inside the line of the result
            check(not [path for path in ran.split() if not path.endswith(kept)], f"{node} has it in {ran}")
        c.lab("down")


main(test)

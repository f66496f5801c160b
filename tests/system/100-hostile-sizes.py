# A peer with a valid key sends oversized data (outputs of 5 MB, 64 results of 70 kB, rows of 1.2 MB and 4 MiB, a Rows message of exactly 4 MiB): the target rejects and counts it, no process ends, no core spins, and checks continue.
# F50 F51 I7 I9
import os
import time

import hostile
import protocol
from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each

EVIL, TARGET, OTHER = "peer03", "peer01", "peer02"
FRAME = 4 * 1024 * 1024
LIMIT = 256 * 1024
PIDS = ("/run/nagios4/nagios4.pid", "/run/merlin/merlind.pid")


def processes(c):
    return {(node, path): c.read(node, path).strip() for node in (TARGET, OTHER) for path in PIDS}


def cpu_s(c, node, path):
    fields = c.run(node, "cat", f"/proc/{pid_of(c, node, path)}/stat").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pid_of(c, node, path):
    """Process ids of one node; each node has its own process ids."""
    return c.read(node, path).strip()


def wait_rejected(c, what, count):
    def enough():
        found = hostile.rejected(c, TARGET, EVIL)
        return found["count"] >= count and found

    return wait_for(f"{what} is rejected and counted", enough, 15)


def not_checked(c, node):
    return c.status_dat(node)[("host0002", "svc02")]["active_checks_enabled"] == "0"


def send_too_large(c, evil):
    counted = 0
    evil.send_rows(evil.check_row("host0001", "svc01", output=b"x" * 1_200_000))
    counted += 1
    wait_rejected(c, "a row of 1.2 MB", counted)
    for _ in range(2):
        evil.send_result("host0001", "svc01", number=1, output=b"y" * 4_000_000)
    counted += 2
    wait_rejected(c, "a result of 4 MB", counted)
    # Each of these rows is within the bounds; together they fill the message to its last byte.
    rows = [evil.check_row("host0002", f"svc{number:02d}", output=b"z" * LIMIT) for number in (1, 2, 3, 4, 5)]
    evil.send_rows(*rows)
    # As large as a frame may be, in the shortest encoding: a node that relays it must not fail because its own encoding is one byte longer.
    rest = FRAME - len(protocol.encode("Rows", {"rows": [{"value": b""}]})) - 3
    whole = protocol.encode("Rows", {"rows": [{"value": b"v" * rest}]})
    whole = protocol.encode("Rows", {"rows": [{"value": b"v" * (rest - (len(whole) - FRAME))}]})
    check(len(whole) == FRAME, f"the message has {len(whole)} bytes")
    evil.frame("Rows", whole)
    counted += 1
    found = wait_rejected(c, "a Rows message of 4 MiB", counted)
    check(set(found["reasons"]) == {"text_too_long"}, f"rejected for {found['reasons']}")
    for number in range(64):
        evil.send_result("host0003", "svc01", number=2 + number, output=b"r" * 70_000)
    return counted


def test():
    with cluster(interval=4, fresh=True) as c:
        began = processes(c)
        with hostile.peer(c, EVIL, TARGET) as evil:
            c.wait_settled([TARGET, OTHER], timeout_s=30)
            # An object without active checks keeps the row that it receives.
            c.command(TARGET, "DISABLE_SVC_CHECK;host0002;svc02")
            wait_for("the check is off", lambda: all(not_checked(c, node) for node in (TARGET, OTHER)), 15)
            time.sleep(2)  # let running checks finish
            spent = {(node, path): cpu_s(c, node, path) for node, path in began}
            counted = send_too_large(c, evil)
            wait_for("a row at the limit is shown", lambda: len(c.status_dat(TARGET)[("host0002", "svc02")]["plugin_output"]) == LIMIT, 15)
            c.command(TARGET, "ENABLE_SVC_CHECK;host0002;svc02")
            time.sleep(6)
            since = now_ms()
            check(evil.is_open(), f"the link ended: {evil.closed}")
            used = {place: cpu_s(c, *place) - before for place, before in spent.items()}
            check(all(seconds < 3 for seconds in used.values()), f"seconds of processor time: {used}")
            check(processes(c) == began, f"another process: {processes(c)} instead of {began}")
            found = hostile.rejected(c, TARGET, EVIL)
            check(found["count"] == counted, f"counted {found}, sent {counted}")
            for node in (TARGET, OTHER):
                check(c.about(node, node)["core"] == "running", f"the core of {node} is {c.about(node, node)['core']}")
            problems = [entry["text"] for entry in c.status(TARGET)["problems"]]
            check(any(f"data from {EVIL} was rejected" in text for text in problems), f"not shown: {problems}")
            check(f"data from {EVIL} was rejected" in c.run(TARGET, "mon", "node", "status", check_status=False).stdout, "mon does not show it")
            time.sleep(2 * c.interval)
            check_one_owner_each(c, since, now_ms())
        c.wait_settled(timeout_s=60)
        c.lab("down")  # the hostile peer's rows would remain


main(test)

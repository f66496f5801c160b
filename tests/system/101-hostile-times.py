# A peer with a valid key sends times and durations of 2^62 in comments, downtimes, acknowledgements and states: the first node rejects each of them, no core ends, and no store or file contains one.
# F50 I7 I9
import time

import hostile
from cluster import check, cluster, main, wait_for

EVIL, TARGET, OTHER = "peer03", "peer01", "peer02"
HUGE = 1 << 62
TEXT = "from a hostile peer"
CORE_PID = "/run/nagios4/nagios4.pid"


def rows(evil, now):
    host, service = "host0001", "svc01"
    author = {"author": "anna", "entry_s": now}
    window = {"start_s": now, "end_s": now + 900, "comment": TEXT, **author}
    yield "comment expires", evil.row("comment", host, {"text": TEXT, "expire_s": HUGE, **author}, service, item=1)
    yield "comment made before 1970", evil.row("comment", host, {"text": TEXT, "author": "anna", "entry_s": -HUGE}, service, item=2)
    yield "downtime's duration", evil.row("downtime", host, {**window, "duration_s": HUGE}, service, item=3)
    yield "downtime's negative duration", evil.row("downtime", host, {**window, "duration_s": -1}, service, item=4)
    yield "downtime's end", evil.row("downtime", host, {**window, "fixed": True, "end_s": HUGE}, service, item=5)
    yield "downtime that ends before it starts", evil.row("downtime", host, {**window, "fixed": True, "end_s": now - 1}, service, item=6)
    yield "downtime's begin", evil.row("downtime", host, {**window, "duration_s": 60, "flexible_start_s": HUGE}, service, item=7)
    yield "acknowledgement", evil.row("acknowledgement", host, {"set": True, "text": TEXT, "author": "anna", "entry_s": HUGE}, service)
    yield "next check", evil.check_row(host, service, output=TEXT.encode(), next_check=HUGE)
    yield "last check", evil.check_row(host, service, output=TEXT.encode(), last_check=-HUGE)
    yield "base", evil.row("comment", host, {"text": TEXT, **author}, service, item=8, base_ms=HUGE)
    yield "notification record", evil.row("notification", host, {"notification": {"host": 1, "text": TEXT}, "told_s": HUGE}, service)


def test():
    with cluster(interval=4, fresh=True) as c:
        pids = {node: c.read(node, CORE_PID) for node in (TARGET, OTHER)}
        with hostile.peer(c, EVIL, TARGET) as evil:
            c.wait_settled([TARGET, OTHER], timeout_s=30)
            for count, (what, row) in enumerate(rows(evil, int(time.time())), 1):
                evil.send_rows(row)
                wait_for(f"the {what} is rejected", lambda: hostile.rejected(c, TARGET, EVIL)["count"] >= count, 5)
                found = hostile.rejected(c, TARGET, EVIL)
                check(found["count"] == count, f"after the {what}: {found}")
            # A valid comment on the same link is accepted.
            evil.send_rows(evil.row("comment", "host0002", {"text": "a good comment", "author": "anna", "entry_s": int(time.time())}, item=9))
            wait_for("a good comment is shown", lambda: c.notes(TARGET)["a good comment"] == 1, 15)
            check(evil.is_open(), f"the link ended: {evil.closed}")
        time.sleep(12)  # such a value used to end the core again ten seconds after each start
        check({node: c.read(node, CORE_PID) for node in (TARGET, OTHER)} == pids, "a core is another process")
        for node in (TARGET, OTHER):
            check(c.notes(node)[TEXT] == 0, f"{node} shows it")
            store = c.run(node, "sh", "-c", f"grep -c -a '{TEXT}' /var/lib/merlin/store.db*", check_status=False).stdout
            check(all(line.endswith(":0") for line in store.split()), f"the store of {node} has it: {store}")
        c.lab("down")


main(test)

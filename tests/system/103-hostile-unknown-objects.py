# A peer with a valid key sends 1,000,000 rows of unknown objects, rows of 200 kB, endless comments and 4,096 invented event streams: the others' memory and disk stay within bounds, the excess is counted, and real objects and events keep working.
# F50 I7 I9
import secrets
import struct
import time

import hostile
import protocol
from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each

EVIL, TARGET, OTHER = "peer03", "peer01", "peer02"
ROWS, ROWS_A_MESSAGE = 1_000_000, 20_000
MAX_ROWS, MAX_BYTES = 20_000, 16 * 1024 * 1024  # of unknown objects from one peer
MAX_ITEM_BYTES = 16 * 1024 * 1024               # of one object's comments
STREAMS, MAX_STREAMS = 4096, 256                # of unknown nodes from one peer
ROW_BYTES = 200_000
GROWTH = 128 * 1024 * 1024                      # rows within the bounds, with what the allocator keeps of the messages


def memory(c, node):
    pid = c.read(node, "/run/merlin/merlind.pid").strip()
    status = c.run(node, "cat", f"/proc/{pid}/status")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def disk(c, node):
    return c.status(node)["store"]["bytes"]


def refused(c, node):
    return sum(entry["reasons"].get("full", 0) for entry in c.status(node)["rejected"] if entry["node"] == EVIL)


def rows(c, node):
    return c.status(node)["rows"]


def send_many(evil):
    """Rows that differ only in their host, so that one encoding serves all of them."""
    mark = struct.pack("<Q", 0x1122334455667788)
    row = evil.check_row({"host": 0x1122334455667788, "service": 0})
    encoded = protocol.encode("Rows", {"rows": [row]})
    before, after = encoded.split(mark)
    for start in range(0, ROWS, ROWS_A_MESSAGE):
        evil.frame("Rows", b"".join(before + struct.pack("<Q", 1 + number) + after for number in range(start, start + ROWS_A_MESSAGE)))


def send_large(evil, count):
    """Rows of further unknown objects, and comments of an object that every node has configured."""
    for number in range(count):
        evil.send_rows(evil.check_row({"host": 1 << 40 | number, "service": 0}, output=b"x" * ROW_BYTES))
        evil.send_rows(evil.row("comment", "host0001", {"author": "anna", "text": "y" * 60_000}, item=1 + number))


def send_streams(evil):
    evil.say("EventMarks", marks=[{"node": secrets.token_bytes(16), "epoch": 1, "first": 1, "last": 5} for _ in range(STREAMS)])


def restarted_starts_are_in_the_history(c):
    """Each start of merlind begins an event stream of its own."""
    streams = {entry["epoch"] for entry in c.status(TARGET)["events"]["streams"]}
    c.kill(OTHER, "daemon")
    c.start(OTHER, "daemon")
    c.wait_settled([TARGET, OTHER], timeout_s=30)
    c.command(OTHER, "ADD_HOST_COMMENT;host0002;1;anna;after the restart")
    wait_for("events of the new start reach the target",
             lambda: any(entry["epoch"] not in streams and entry["last"] > 0 for entry in c.status(TARGET)["events"]["streams"]), 20)


def test():
    with cluster(interval=4, fresh=True) as c:
        with hostile.peer(c, EVIL, TARGET) as evil:
            c.wait_settled([TARGET, OTHER], timeout_s=30)
            before = {node: (memory(c, node), disk(c, node)) for node in (TARGET, OTHER)}
            began = time.monotonic()
            send_many(evil)
            wait_for("all rows were received", lambda: refused(c, TARGET) >= ROWS - MAX_ROWS, 30)
            print(f"1,000,000 rows in {time.monotonic() - began:.1f} s")
            # The other node receives none of them; rows of its own objects are still being added while checks come in.
            real = rows(c, OTHER)
            check(rows(c, TARGET) <= real + MAX_ROWS + 100, f"{rows(c, TARGET)} rows at the target, {real} at the other node")
            counted = refused(c, TARGET)
            send_large(evil, 400)
            send_streams(evil)
            wait_for("400 rows of 200 kB, comments and streams are refused",
                     lambda: refused(c, TARGET) >= counted + 400 + 400 - MAX_ITEM_BYTES // 60_000 + STREAMS - MAX_STREAMS, 30)
            check(evil.is_open(), f"the link ended: {evil.closed}")
            check(len(c.status(TARGET)["events"]["streams"]) <= MAX_STREAMS + 30, "more streams than are accepted")
            time.sleep(6)  # merlind stores check registers every five seconds
            for node, (memory_before, disk_before) in before.items():
                grown, written = memory(c, node) - memory_before, disk(c, node) - disk_before
                print(f"{node}: {rows(c, node)} rows, {grown // 1024} KiB of memory, {written // 1024} KiB of disk more")
                check(grown < GROWTH, f"merlind of {node} has {grown // 1024} KiB more")
                check(written < 2 * MAX_BYTES + 2 * MAX_ITEM_BYTES, f"the store of {node} has {written // 1024} KiB more")
            problems = [entry["text"] for entry in c.status(TARGET)["problems"]]
            check(any(f"data from {EVIL} was rejected" in text and "full" in text for text in problems), f"not shown: {problems}")
            restarted_starts_are_in_the_history(c)
            check(refused(c, OTHER) == 0, "what the target has not accepted reached the other node")
            c.wait_settled([TARGET, OTHER], timeout_s=30)
            since = now_ms()
            time.sleep(2 * c.interval)
            check_one_owner_each(c, since, now_ms())
        c.lab("down")  # the hostile peer's rows would remain


main(test)

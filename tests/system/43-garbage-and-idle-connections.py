# Port 15551 receives garbage and 1,000 idle connections: no check is late, no node is lost, and a returning node gets a connection; merlind closes and counts all of them, and logs little (I9).
# F50 F55 F56 I9
import os
import threading
import time

from cluster import check, cluster, main, now_ms, wait_for
from intruder import connect
from judging import check_one_owner_each
from nodefiles import log_end, log_since

TARGET = "peer01"
BACK = "peer02"
IDLE = 1000
IDLE_SOURCES = 125
HANDSHAKE_LIMIT_S = 10
PLACES = 64 + 8  # connections in the TLS handshake: of strangers, and of one known host; docs/protocol.md
GARBAGE = (b"GET / HTTP/1.1\r\nHost: merlin\r\n\r\n" * 20, b"\x16\x03\x01\xff\xff" + b"\0" * 4000, b"\x4d\x4c\x01\x01\0\0\0\0\xff\xff\xff\xff", b"\0" * 70000)


def is_ended(link, timeout_s):
    link.settimeout(timeout_s)
    try:
        while link.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


def send_garbage(c, stop, sent, alive):
    """Sends the texts one after the other until `stop` is set."""
    while not stop.is_set():
        for text in (*GARBAGE, os.urandom(4000)):
            link = connect(c, "peer03", TARGET)
            try:
                link.sendall(text)
            except ConnectionError:
                pass
            # An incomplete record is ended by the time-out of the handshake.
            (sent if is_ended(link, HANDSHAKE_LIMIT_S + 3) else alive).append(text[:10])
            link.close()
        time.sleep(0.05)


def resident_kib(c, pid):
    lines = c.read(TARGET, f"/proc/{pid}/status").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def refused(c):
    return sum(c.status(TARGET)["links"]["refused"].values())


def test():
    with cluster() as c:
        pid = c.read(TARGET, "/run/merlin/merlind.pid").strip()
        descriptors = f"/proc/{pid}/fd"
        counted, memory = refused(c), resident_kib(c, pid)
        open_before = len(os.listdir(c.path(TARGET, descriptors)))
        ends = {node: log_end(c, node) for node in c.nodes}
        since = now_ms()
        stop, sent, alive = threading.Event(), [], []
        garbage = threading.Thread(target=send_garbage, args=(c, stop, sent, alive))
        garbage.start()
        try:
            idle = [connect(c, TARGET, "127.0.0.1", f"127.0.43.{1 + number % IDLE_SOURCES}") for number in range(IDLE)]
            opened = time.monotonic()
            wait_for("all but the newest have given way", lambda: c.status(TARGET)["links"]["unauthenticated"] <= PLACES, 5)
            check(len(os.listdir(c.path(TARGET, descriptors))) <= open_before + PLACES + 20, "the connections hold descriptors")
            # A node that has to connect again gets through.
            c.run(BACK, "/etc/init.d/merlind", "restart")
            wait_for(f"{BACK} is linked again", lambda: c.about(TARGET, BACK)["linked"], 5)
            ended = [is_ended(link, max(0.1, opened + HANDSHAKE_LIMIT_S + 3 - time.monotonic())) for link in idle]
            check(all(ended), f"{ended.count(False)} of {IDLE} idle connections are still open after {HANDSHAKE_LIMIT_S + 3} s")
            for link in idle:
                link.close()
        finally:
            stop.set()
            garbage.join()
        until = now_ms()
        check(not alive, f"garbage was not ended: {alive[:3]}")
        check(len(sent) >= 5, f"only {len(sent)} times garbage")
        check(refused(c) >= counted + IDLE + len(sent), f"{refused(c) - counted} counted of {IDLE + len(sent)}")
        lines = [line for line in log_since(c, TARGET, ends[TARGET]) if "refused link" in line]
        of_garbage = [line for line in lines if "127.0.43." not in line]
        check(len(of_garbage) == 1, f"garbage is logged other than once a minute: {of_garbage}")
        check(len(lines) <= 60, f"{len(lines)} lines in the log")
        check(resident_kib(c, pid) < memory + 30000, f"merlind grew from {memory} to {resident_kib(c, pid)} KiB")
        check(c.read(TARGET, "/run/merlin/merlind.pid").strip() == pid, "merlind is another process")
        lost = [line for node in c.nodes for line in log_since(c, node, ends[node]) if "no longer active" in line]
        check(not lost, f"a node was lost meanwhile: {lost}")
        check(c.settled(), "the cluster is not whole")
        check_one_owner_each(c, since, until)


main(test)

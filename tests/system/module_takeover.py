# A core that takes over a schedule continues it: the longest overdue checks first, at the given rate; checks still running elsewhere wait for their results, which count.
import time

import protocol
from lone_core import OTHER, LoneCore, check, row, run, wait_until


def test():
    with LoneCore(hosts=40, services=1, interval=60) as core:
        core.start()
        daemon = core.daemon
        daemon.start()
        daemon.send("Epoch", number=1, term=2, side=2, whole=True)
        daemon.expect("CoreClaims")
        # The services of host0..host29 are overdue, those with higher numbers for longer; the other services and all hosts are due in 50 s.
        overdue = [row(f"host{i}", "svc0", last_check=-100 - i, next_check=-40 - i) for i in range(30)]
        later = [row(f"host{i}", "svc0", last_check=-10, next_check=50) for i in range(30, 40)] + [row(host, last_check=-10, next_check=50) for host in core.hosts]
        daemon.send("RowsToCore", batch=1, imposed=overdue + later)
        daemon.expect("RowsConfirmed")
        check(core.runs() == [], "something was run before it was taken up")
        since = time.time()
        daemon.send("Epoch", number=2, term=2, side=1, added=[protocol.key(host) for host in core.hosts], takeover_rate=10.0,
                    in_flight=[{"host": protocol.key("host29"), "service": protocol.key("host29", "svc0"), "wait_ms": 20000}])
        claims = daemon.expect("CoreClaims")
        check(len(claims["added"]) == 40, "not all was claimed")
        wait_until(lambda: len(core.runs()) >= 29, "the overdue checks", 8)
        took = time.time() - since
        order = [int(host[4:]) for host, service in core.runs() if service == "svc0"]
        check(2.0 < took < 5, f"29 checks at 10 a second took {took:.1f} s")
        check(29 not in order, "a check was started that another node still runs")
        check(all(abs(place - (28 - number)) <= 4 for place, number in enumerate(order)), f"not oldest first: {order}")
        check(set(order) == set(range(29)), f"run: {order}")

        # The old owner's result is forwarded: from then on it is this core's result and determines the next check.
        now = int(time.time() * 1000)
        taken = {"host": protocol.key("host29"), "service": protocol.key("host29", "svc0"), "return_code": 0, "exited_ok": True,
                 "start_ms": now - 500000 - 900, "finish_ms": now - 500000 - 100, "sent_ms": now - 500000, "output": b"late|x=2\nmore\nlines"}
        daemon.send("ResultsToCore", results=[{"taker": OTHER, "taker_instance": 9, "number": 4, "result": taken}])
        check(daemon.expect("ResultsTaken")["taken"] == [{"taker": OTHER, "taker_instance": 9, "number": 4}], "not taken")
        rows = daemon.expect("CoreRows", lambda rows: any(entry["service"] == protocol.key("host29", "svc0") for entry in rows["rows"]))
        entry = next(entry for entry in rows["rows"] if entry["service"] == protocol.key("host29", "svc0"))
        state = protocol.decode("CheckRegister", entry["value"])
        check(state["output"] == b"late" and state["perf_data"] == b"x=2" and state["long_output"] == b"more\\nlines", f"{state}")
        check(-3000 < state["last_check"] <= 0, f"its age was not kept: {state['last_check']} ms")
        time.sleep(1.5)
        check(("host29", "svc0") not in core.runs(), "it was run although its result had come")
        check(len(core.runs()) == 29, "a check was run that is not due")
        check(core.stop() == 0, "the core did not end well")


run(test)

# A third node joins two running ones by `mon node add --everywhere` and leaves by `mon node remove --everywhere`, with and without draining it first and without any restart; the two never miss a check.
import time

from bare import LOGIN, bare_nodes
from cluster import check, main, now_ms, wait_for

TWO = ["peer01", "peer02"]
THIRD = "peer03"
PID_FILES = ("/run/nagios4/nagios4.pid", "/run/merlin/merlind.pid")


def processes(c):
    return {(node, path): c.read(node, path).strip() for node in c.nodes for path in PID_FILES}


def join(c):
    c.mon("peer01", "node", "add", THIRD, "type=peer", "--everywhere", *LOGIN, "--accept-new")


def leave(c):
    c.mon("peer01", "node", "remove", THIRD, "--everywhere")


def two_are_alone(c):
    c.wait_settled(TWO)
    wait_for("nobody shows the removed node", lambda: all(c.about(node, THIRD) is None for node in TWO), 10)
    check(all(c.about(THIRD, node) is None for node in TWO), f"{THIRD} still shows those whom it removed")
    wait_for("the third runs everything alone", lambda: (c.about(THIRD, THIRD) or {}).get("hosts_owned") == c.hosts, 15)


def check_waits(c, since, until, belongs, slack_ms):
    """Checks that the third node runs count only at times for which `belongs` returns true."""
    runs = {key: [(when, node) for when, node in run if node != THIRD or belongs(when)] for key, run in c.runs(since, until).items()}
    longest = c.longest_wait_ms(since, until, runs)
    check(longest <= c.interval * 1000 + slack_ms, f"a check waited {longest} ms at an interval of {c.interval} s")


def check_join(c, before):
    joined = now_ms()
    since = joined - c.interval * 1000  # before the third node joined
    join(c)
    wait_for("all say that the third has the share that its place in the ranking gives",
             lambda: all(c.owners(node) == before for node in c.nodes), 20, 0.5)
    c.wait_settled()
    settled = now_ms()
    time.sleep(c.interval + 1)
    until = now_ms()
    doubled = c.run_twice(settled + 500, until, c.interval * 1000 / 2)
    check(not doubled, f"{len(doubled)} checks were run twice: {doubled[:3]}")
    check_waits(c, since, until, lambda when: when >= joined, 2500)
    return settled


def test():
    with bare_nodes(hosts=60) as c:
        c.make_cluster()
        before, running = c.owners(), processes(c)
        since = now_ms()
        time.sleep(c.interval)
        c.run("peer01", "mon", "node", "drain", THIRD)
        drained = now_ms()
        leave(c)
        two_are_alone(c)
        time.sleep(c.interval + 1)
        check_waits(c, since, now_ms(), lambda when: when <= drained, 2500)
        c.run(THIRD, "mon", "node", "undrain", "--no-wait")
        settled = check_join(c, before)

        left = now_ms()
        leave(c)
        two_are_alone(c)
        time.sleep(c.interval + 1)
        # Without draining, its removal counts as a loss, which takes until the last node that heard it through the other has missed its heartbeats.
        check_waits(c, settled, now_ms(), lambda when: when <= left, 7000)
        check(processes(c) == running, "a process is another one than before")


main(test)

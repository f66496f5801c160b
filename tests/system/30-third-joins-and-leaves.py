# A third node joins two running ones by `mon node add` and leaves by `mon node remove`, drained first or not, without any restart; the two never miss a check.
import json
import time

from cluster import check, cluster, main, now_ms, wait_for

TWO = ["peer01", "peer02"]
THIRD = "peer03"
PID_FILES = ("/run/nagios4/nagios4.pid", "/run/merlin/merlind.pid")


def processes(c):
    return {(node, path): c.read(node, path).strip() for node in c.nodes for path in PID_FILES}


def known_to(c, node):
    """{name: words of `mon node add`} of the other nodes in its merlin.conf."""
    document = json.loads(c.run(node, "mon", "node", "show", "--json"))
    return {entry["name"]: [f"address={entry['address']}", f"fingerprint={','.join(entry['fingerprint'])}"] for entry in document["nodes"]}


def join(c, words_of):
    for node in TWO:
        c.run(THIRD, "mon", "node", "add", node, "type=peer", *words_of[node])
    for node in TWO:
        c.run(node, "mon", "node", "add", THIRD, "type=peer", *words_of[THIRD])


def leave(c):
    for node in TWO:
        c.run(node, "mon", "node", "remove", THIRD)
    c.run(THIRD, "mon", "node", "remove", *TWO)


def two_are_alone(c):
    c.wait_settled(TWO)
    wait_for("nobody shows the removed node", lambda: all(c.about(node, THIRD) is None for node in TWO), 10)
    check(all(c.about(THIRD, node) is None for node in TWO), f"{THIRD} still shows those whom it removed")
    wait_for("the third runs everything alone", lambda: (c.about(THIRD, THIRD) or {}).get("hosts_owned") == c.hosts, 15)


def check_waits(c, since, until, belongs, slack_ms):
    """What the third runs counts while `belongs` says that it belongs to the cluster."""
    runs = {key: [(when, node) for when, node in run if node != THIRD or belongs(when)] for key, run in c.runs(since, until).items()}
    longest = c.longest_wait_ms(since, until, runs)
    check(longest <= c.interval * 1000 + slack_ms, f"a check waited {longest} ms at an interval of {c.interval} s")


def check_join(c, words_of, before):
    joined = now_ms()
    since = joined - c.interval * 1000  # the two alone
    join(c, words_of)
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
    with cluster(fresh=True) as c:
        words_of = {**known_to(c, "peer01"), **known_to(c, "peer02")}
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
        settled = check_join(c, words_of, before)

        left = now_ms()
        leave(c)
        two_are_alone(c)
        time.sleep(c.interval + 1)
        # Not drained before, it counts as lost: until the last that had heard it through the other has missed its beats.
        check_waits(c, settled, now_ms(), lambda when: when <= left, 7000)
        check(processes(c) == running, "a process is another one than before")
        join(c, words_of)  # as the lab was


main(test)

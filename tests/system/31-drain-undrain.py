# A drained node hands over all its checks, and undrain returns exactly those; no check is missed or runs twice. If all nodes are drained, this is a problem (I4). Every
# node shows reason and end of a drain, also after a restart of merlind, and at its end the drain is over.
# I4 I5
import time

from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import follow_fix, problem


def check_all_drained(c):
    for node in c.nodes:
        c.run(node, "mon", "node", "drain", "--no-wait")
    words = ["all 3 active nodes are drained"]
    fixes = [wait_for(f"{node} shows that all are drained", lambda node=node: problem(c, node, words), 10)[1] for node in c.nodes]
    check(fixes == [f"mon node undrain {node}" for node in c.nodes], f"the fixes are {fixes}")
    for node, fix in zip(c.nodes, fixes):
        follow_fix(c, node, fix + " --no-wait")
    c.wait_settled(timeout_s=60)
    check(all(problem(c, node, words) is None for node in c.nodes), "mon still says that all nodes are drained")


def check_reason_and_end(c):
    for words in (("--until=2020-01-01T12:00",), ("--until=500d",), ("--reason=" + "x" * 257,)):
        refused = c.run("peer01", "mon", "node", "drain", "peer02", *words, check_status=False)
        check(refused.returncode != 0 and refused.stderr, f"drain {words} is accepted")
    check(c.about("peer01", "peer02")["phase"] == "ready", "a refused drain drained the node")
    until = int(time.time()) + 40
    c.run("peer01", "mon", "node", "drain", "peer02", "--reason=new kernel", "--until=40s")
    for node in c.nodes:
        drain = c.about(node, "peer02")["drain"]
        check(drain and drain["reason"] == "new kernel" and abs(drain["until"] - until) <= 3, f"{node} says of the drain: {drain}")
        text = c.run(node, "mon", "node", "status", check_status=False).stdout
        check("reason: new kernel" in text, f"mon node status on {node} lacks the reason: {text}")
    c.kill("peer02", "daemon")
    c.start("peer02", "daemon")
    wait_for("peer02 is drained after its restart", lambda: c.is_active("peer01", "peer02") and c.about("peer01", "peer02")["drain"] == drain, 20)
    check(time.time() < until, "the restart took too long for this test")
    wait_for("the drain ends by itself", lambda: c.about("peer01", "peer02")["phase"] != "drained", until - time.time() + 10)
    check(time.time() >= drain["until"], "the drain ended early")
    check("the end of the drain is reached" in c.read("peer02", "/var/log/merlin/merlind.log"), "merlind does not log the end of the drain")
    c.wait_settled(timeout_s=60)


def test():
    with cluster() as c:
        before = c.owners()
        since = now_ms()
        time.sleep(c.interval)
        c.run("peer01", "mon", "node", "drain", "peer02")
        drained = now_ms()
        for node in c.nodes:
            entry = c.about(node, "peer02")
            check(entry["phase"] == "drained" and entry["hosts_owned"] == 0, f"{node} says of the drained node: {entry}")
        owners = c.owners()
        check(None not in owners.values() and "peer02" not in owners.values(), "a host is not run, or still by the drained node")
        moved = [host for host, owner in before.items() if owner != "peer02" and owners[host] != owner]
        check(not moved, f"{len(moved)} hosts of other nodes moved: {moved[:5]}")
        time.sleep(c.interval)
        late = [row for row in c.checks(drained + 500) if row[0] == "peer02"]
        check(not late, f"the drained node still ran {len(late)} checks: {late[:3]}")
        c.run("peer02", "mon", "node", "undrain", timeout_s=150)
        c.wait_settled()
        check(c.owners() == before, "not everyone has the same hosts as before")
        check(c.owners("peer02") == before, "peer02 sees other owners")
        time.sleep(c.interval)
        until = now_ms()
        longest = c.longest_wait_ms(since, until)
        check(longest <= c.interval * 1000 + 2000, f"a check waited {longest} ms at an interval of {c.interval} s")
        doubled = c.run_twice(since, until, c.interval * 1000 / 2)
        check(not doubled, f"{len(doubled)} checks were run twice: {doubled[:3]}")
        check_reason_and_end(c)
        check_all_drained(c)


main(test)

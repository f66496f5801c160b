# A merlin.conf that becomes invalid while Merlin runs changes nothing, and the error names the place; a core that starts with it monitors alone and reports that, until the file is fixed.
import time

from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each
from nodefiles import CORE_LOG, MERLIN_CONF, edit, log_end, log_since, problem, reload_core, reload_daemon, terms

NODE = "peer02"
GOOD = "  port = 15551\n  fingerprint"
MISTAKES = {"prot = 15551": "did you mean 'port'", "pulse_interval = soon": "pulse_interval"}


def place_of(c, wrong):
    lines = [line.strip() for line in c.read(NODE, MERLIN_CONF).splitlines()]
    return f"{MERLIN_CONF}:{lines.index(wrong) + 1}:"


def check_named(c, lines, who):
    for wrong, said in MISTAKES.items():
        place = place_of(c, wrong)
        check(any(place in line and said in line for line in lines), f"{who} does not name '{wrong}' at {place}: {lines}")


def check_daemon_keeps_the_old(c):
    before, owners, end = terms(c), c.owners(), log_end(c, NODE)
    since = now_ms()
    reload_daemon(c, NODE)
    wait_for(f"mon on {NODE} says that merlin.conf is wrong, and the last good one in effect",
             lambda: problem(c, NODE, ["merlin.conf is invalid, the last valid one stays in effect"]), 5)
    check_named(c, log_since(c, NODE, end), "merlind's log")
    check_named(c, [" ".join((entry["text"], entry["fix"])) for entry in c.status(NODE)["problems"]], "mon node status")
    done = c.run(NODE, "mon", "node", "add", "other", "type=peer", "address=10.0.0.1", check_status=False)
    check(done.returncode == 1, f"mon edits a wrong file: {done}")
    check_named(c, done.stderr.splitlines(), "mon node add")
    time.sleep(c.interval + 1)
    check(c.settled() and terms(c) == before and c.owners() == owners, "a wrong merlin.conf changed something")
    check_one_owner_each(c, since, now_ms())


def check_core_alone(c):
    others = [node for node in c.nodes if node != NODE]
    end = log_end(c, NODE, CORE_LOG)
    c.kill(NODE, "core", "TERM")
    c.wait_settled(others, timeout_s=10)
    wait_for("the core has ended", lambda: not c.run(NODE, "pidof", "nagios4", check_status=False).stdout, 10)
    c.start(NODE, "core")
    lines = log_since(c, NODE, end, CORE_LOG)
    check_named(c, lines, "the core's log")
    check(any("Merlin is disabled" in line for line in lines), "the core's log does not say that it monitors alone")
    since = now_ms()
    time.sleep(c.interval + 3)
    ran = {key for key, run in c.runs(since, now_ms()).items() if NODE in {node for _, node in run}}
    check(len(ran) == c.objects(), f"the core with a wrong merlin.conf ran {len(ran)} of its {c.objects()} checks")
    check(c.settled(others), "the others do not share what it does not run for them")
    check(problem(c, others[0], ["core of " + NODE]), f"mon on {others[0]} does not speak of the core of {NODE}")


def test():
    with cluster(fresh=True) as c:
        before, text = c.owners(), c.read(NODE, MERLIN_CONF)
        edit(c, NODE, "cluster = lab\n", "cluster = lab\npulse_interval = soon\n")
        c.write(NODE, MERLIN_CONF, c.read(NODE, MERLIN_CONF).replace(GOOD, "  prot = 15551\n  fingerprint", 1))
        check_daemon_keeps_the_old(c)
        check_core_alone(c)
        c.write(NODE, MERLIN_CONF, text)
        reload_daemon(c, NODE)
        reload_core(c, NODE)
        c.wait_settled()
        wait_for("all share as before", lambda: c.owners() == before, 10)
        check(problem(c, NODE, ["merlin.conf is invalid"]) is None, "mon still says that merlin.conf is wrong")


main(test)

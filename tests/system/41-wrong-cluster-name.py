# A node whose merlin.conf names another cluster is refused by both sides with one clear line, is not active for any node, and returns once the name is corrected.
# F59 I10
import time

from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each
from nodefiles import edit, log_end, log_since, problem, reload_daemon

NODE = "peer03"
NAMES = ("cluster = lab\n", "cluster = south\n")


def refusals(c, node, end, of):
    return [line for line in log_since(c, node, end) if "refused link with" in line and of in line]


def test():
    with cluster(fresh=True) as c:
        others = [node for node in c.nodes if node != NODE]
        before = c.owners()
        ends = {node: log_end(c, node) for node in c.nodes}
        edit(c, NODE, *NAMES)
        reload_daemon(c, NODE)
        c.wait_settled(others, timeout_s=10)
        wait_for(f"{NODE} runs everything alone", lambda: c.about(NODE, NODE)["hosts_owned"] == c.hosts, 15)
        since = now_ms()
        time.sleep(c.interval + 1)
        until = now_ms()
        for node in others:
            entry = c.about(node, NODE)
            check(entry["state"] == "refused" and entry["hosts_owned"] is None, f"{node} says of {NODE}: {entry}")
            for one, other in ((node, NODE), (NODE, node)):
                lines = refusals(c, one, ends[one], other)
                check(len(lines) == 1, f"{one} has {len(lines)} lines of the refusal of {other}: {lines}")
                check("lab" in lines[0] and "south" in lines[0], f"the line does not name both clusters: {lines[0]}")
                found = problem(c, one, [other, "cluster", "lab", "south"])
                check(found and "cluster = NAME" in found[1], f"mon on {one} does not say what to do about {other}: {found}")
                check("both check the hosts that both have" in found[0], f"mon on {one} does not say that hosts are checked twice: {found[0]}")
            check(c.status(node)["links"]["refused"].get("cluster", 0) > 0, f"{node} does not count the refusals")
        run_by_third = {row[1:3] for row in c.checks(since, until) if row[0] == NODE}
        check(len(run_by_third) == c.objects(), f"{NODE} alone ran {len(run_by_third)} of {c.objects()} checks")
        run_by_others = {row[1:3] for row in c.checks(since, until) if row[0] != NODE}
        check(len(run_by_others) == c.objects(), f"the others ran {len(run_by_others)} of {c.objects()} checks")

        edit(c, NODE, *reversed(NAMES))
        reload_daemon(c, NODE)
        # Nodes retry refused connections with growing pauses.
        wait_for("all share as before", lambda: all(c.owners(node) == before for node in c.nodes), 30, 0.5)
        c.wait_settled()
        settled = now_ms()
        time.sleep(c.interval + 2)
        check_one_owner_each(c, settled, now_ms())
        check(all(problem(c, node, ["cluster"]) is None for node in c.nodes), "mon still speaks of another cluster")


main(test)

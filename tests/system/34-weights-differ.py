# The nodes' files contain different weights: all nodes compute one split from one weight, a node's announced weight overrides the files, and the shares follow (R1).
# F59 I4
import time
from collections import Counter

from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each
from nodefiles import follow_fix, edit, problem, reload_daemon
from protocol import XXHASH

HEAVY = "peer03"
OWN_WEIGHT = ("cluster = lab\n", "cluster = lab\nweight = 2\n")


def ranking(c, weights):
    """{host: the node that should own it}, by the published rule."""
    ids = {entry["name"]: bytes.fromhex(entry["id"]) for entry in c.status("peer01")["nodes"]}

    def draw(node, host):
        texts = [ids[node] + number.to_bytes(4, "little") + host.encode() for number in range(weights[node])]
        return max(XXHASH.XXH3_64bits(text, len(text)) for text in texts)
    return {host: max(c.nodes, key=lambda node: draw(node, host)) for host in (f"host{number:04d}" for number in range(1, c.hosts + 1))}


def agreed(c, weight):
    """All nodes use this weight and share the hosts by it."""
    expected = ranking(c, {node: weight if node == HEAVY else 1 for node in c.nodes})
    wait_for(f"{HEAVY} has the weight {weight} for all", lambda: all(c.about(node, HEAVY)["weight"] == weight for node in c.nodes), 10)
    wait_for(f"all nodes split by the weights 1:1:{weight}", lambda: all(c.owners(node) == expected for node in c.nodes), 20, 0.5)
    c.wait_settled()
    return expected


def test():
    with cluster() as c:
        first = agreed(c, 1)
        c.run("peer01", "mon", "node", "edit", HEAVY, "weight=4")
        c.run("peer02", "mon", "node", "edit", HEAVY, "weight=3")
        second = agreed(c, 3)
        moved = {owner for host, owner in second.items() if first[host] != owner}
        check(moved == {HEAVY}, f"more weight for {HEAVY} gave hosts to {moved}")
        settled = now_ms()
        time.sleep(c.interval + 2)
        owners = check_one_owner_each(c, settled, now_ms())
        check({host: owners[(host, "-")] for host in second} == second, "what ran is not what the weights say")

        edit(c, HEAVY, *OWN_WEIGHT)
        reload_daemon(c, HEAVY)
        own = agreed(c, 2)
        print("hosts by the weights 1:1:1, 1:1:3, 1:1:2:", *(dict(sorted(Counter(split.values()).items())) for split in (first, second, own)))
        for node in ("peer01", "peer02"):
            found = problem(c, node, [HEAVY, "weight", "but 2 is in effect"])
            check(found, f"{node} does not say that its file has another weight")
            follow_fix(c, node, found[1])
            check(problem(c, node, [HEAVY, "weight"]) is None, f"{node} still complains about the weight after: {found[1]}")
        check(all(c.owners(node) == own for node in c.nodes), "1:1:2 agreed by all is not 1:1:2 by the node's own word")

        for node in ("peer01", "peer02"):
            c.run(node, "mon", "node", "edit", HEAVY, "weight=")
        edit(c, HEAVY, *reversed(OWN_WEIGHT))
        reload_daemon(c, HEAVY)
        agreed(c, 1)


main(test)

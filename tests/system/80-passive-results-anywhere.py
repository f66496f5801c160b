# F01 F10 Passive results given to any node by pipe are handled by the owner alone and once, and shown everywhere; also those given while the owner or the taker's daemon dies or a node is cut off (I1, I3).
import random
import time

from cluster import check, cluster, main, now_ms, wait_for


class Source:
    """Gives results to nodes; each has a word of its own, by which its handling is found again."""

    def __init__(self, c, name, hosts):
        self.c, self.name, self.hosts, self.given = c, name, hosts, {}
        self.random = random.Random(7)
        self.begun = now_ms()

    def give(self, nodes, count):
        for _ in range(count):
            word = f"{self.name}{len(self.given):03d}at{self.begun}"
            host = self.random.choice(self.hosts)
            node = self.random.choice(nodes)
            self.c.command(node, f"PROCESS_SERVICE_CHECK_RESULT;{host};passive01;{self.random.choice((0, 2))};{word}")
            self.given[word] = (node, host)
            time.sleep(0.02)

    def missing(self):
        return sorted(set(self.given) - {row[5].strip() for row in self.c.results()})


def doubled(c, given):
    seen = {}
    for row in c.results():
        seen.setdefault(row[5].strip(), []).append(row[0])
    return {word: nodes for word, nodes in seen.items() if word in given and len(nodes) > 1}


def test():
    with cluster(passive=1) as c:
        hosts = sorted(c.owners())
        owners = c.owners()
        source = Source(c, "quiet", hosts)
        source.give(c.nodes, 60)
        wait_for("each result is handled", lambda: not source.missing(), 15)
        wrong = [row for row in c.results() if row[5].strip() in source.given and row[0] != owners[row[2]]]
        check(not wrong, f"{len(wrong)} results were handled by another node than the owner: {wrong[:3]}")
        check(not doubled(c, source.given), f"handled twice: {doubled(c, source.given)}")

        # The taker's merlind is killed with results in hand.
        theirs = [host for host in hosts if owners[host] != "peer01"]
        taker = Source(c, "taker", theirs)
        taker.give(["peer01"], 20)
        c.kill("peer01", "daemon")
        taker.give(["peer01"], 20)
        time.sleep(1)
        c.start("peer01", "daemon")
        wait_for("each result that peer01 took around its merlind's death is handled", lambda: not taker.missing(), 40)

        # The owner dies with results on their way.
        c.wait_settled(timeout_s=45)
        owners = c.owners()
        theirs = [host for host in hosts if owners[host] == "peer02"]
        dying = Source(c, "owner", theirs)
        dying.give(["peer01", "peer03"], 10)
        c.kill("peer02", "all")
        dying.give(["peer01", "peer03"], 30)
        wait_for("each result for the dead owner's services is handled", lambda: not dying.missing(), 30)
        c.start("peer02", "daemon")
        c.start("peer02", "core")
        c.wait_settled(timeout_s=60)

        # A node is cut off, not yet noticed.
        owners = c.owners()
        theirs = [host for host in hosts if owners[host] == "peer03"]
        cut = Source(c, "cut", theirs)
        cut.give(["peer01", "peer02"], 5)
        c.lab("cut", "peer03")
        cut.give(["peer01", "peer02"], 40)
        wait_for("each result for the lost node's services is handled", lambda: not cut.missing(), 30)
        c.lab("heal")
        c.wait_settled(timeout_s=60)
        for one in (source, taker, dying, cut):
            twice = doubled(c, one.given)
            check(not twice, f"handled twice: {twice}")


main(test)

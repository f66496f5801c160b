# Passive results submitted to any node by pipe (by host name or address) or spool are processed once, by the owner, and shown everywhere, even if the owner or the receiving node's daemon dies or a node is cut off.
# F01 F10 I1 I3
import random
import time

from cluster import check, cluster, main, now_ms, wait_for


class Source:
    """Submits results to nodes; each one contains a unique word by which the test finds it again."""

    def __init__(self, c, name, hosts):
        self.c, self.name, self.hosts, self.submitted = c, name, hosts, {}
        self.random = random.Random(7)
        self.begun = now_ms()

    def submit(self, nodes, count, ways=("name",)):
        for _ in range(count):
            word = f"{self.name}{len(self.submitted):03d}at{self.begun}"
            host = self.random.choice(self.hosts)
            node = self.random.choice(nodes)
            state = self.random.choice((0, 2))
            way = self.random.choice(ways)
            if way == "spool":
                self.c.spool(node, host, "passive01", state, word)
            else:
                named = self.c.address(host) if way == "address" else host
                self.c.command(node, f"PROCESS_SERVICE_CHECK_RESULT;{named};passive01;{state};{word}")
            self.submitted[word] = (node, host)
            time.sleep(0.02)

    def missing(self):
        return sorted(set(self.submitted) - {row[5].strip() for row in self.c.results()})


def doubled(c, submitted):
    seen = {}
    for row in c.results():
        seen.setdefault(row[5].strip(), []).append(row[0])
    return {word: nodes for word, nodes in seen.items() if word in submitted and len(nodes) > 1}


def test():
    with cluster(passive=1) as c:
        hosts = sorted(c.owners())
        owners = c.owners()
        source = Source(c, "quiet", hosts)
        source.submit(c.nodes, 90, ways=("name", "address", "spool"))
        wait_for("each result is handled", lambda: not source.missing(), 15)
        wrong = [row for row in c.results() if row[5].strip() in source.submitted and row[0] != owners[row[2]]]
        check(not wrong, f"{len(wrong)} results were handled by another node than the owner: {wrong[:3]}")
        check(not doubled(c, source.submitted), f"handled twice: {doubled(c, source.submitted)}")

        # The receiving node's merlind is killed while it holds results.
        theirs = [host for host in hosts if owners[host] != "peer01"]
        receiver = Source(c, "receiver", theirs)
        receiver.submit(["peer01"], 20)
        c.kill("peer01", "daemon")
        receiver.submit(["peer01"], 20)
        time.sleep(1)
        c.start("peer01", "daemon")
        wait_for("each result that peer01 received around its merlind's death is processed", lambda: not receiver.missing(), 40)

        # The owner dies while results are on their way to it.
        c.wait_settled(timeout_s=45)
        owners = c.owners()
        theirs = [host for host in hosts if owners[host] == "peer02"]
        dying = Source(c, "owner", theirs)
        dying.submit(["peer01", "peer03"], 10)
        c.kill("peer02", "all")
        dying.submit(["peer01", "peer03"], 30)
        wait_for("each result for the dead owner's services is handled", lambda: not dying.missing(), 30)
        c.start("peer02", "daemon")
        c.start("peer02", "core")
        c.wait_settled(timeout_s=60)

        # A node is cut off, and the others have not noticed yet.
        owners = c.owners()
        theirs = [host for host in hosts if owners[host] == "peer03"]
        cut = Source(c, "cut", theirs)
        cut.submit(["peer01", "peer02"], 5)
        c.lab("cut", "peer03")
        cut.submit(["peer01", "peer02"], 40)
        wait_for("each result for the lost node's services is handled", lambda: not cut.missing(), 30)
        c.lab("heal")
        c.wait_settled(timeout_s=60)
        for one in (source, receiver, dying, cut):
            twice = doubled(c, one.submitted)
            check(not twice, f"handled twice: {twice}")


main(test)

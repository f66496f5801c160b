# Each notification is in its sender's log, and once in the log of each other node's core, marked with the sender: also after a split in which both sides notified, after restarts
# of merlind and of a core, but not where merlin.conf has `log_notifications = own`.
# I1 F10
import re
import time

from cluster import check, cluster, main, wait_for
from nodefiles import CORE_LOG, edit, log_end, reload_core

HOST, SERVICE = "host0005", "svc01"
OWN = ("cluster = lab\n", "cluster = lab\nlog_notifications = own\n")


class Logs:
    """The notifications of one service in the log of each core."""

    def __init__(self, c):
        self.c = c
        self.begin = {node: log_end(c, node, CORE_LOG) for node in c.nodes}

    def lines(self, node):
        text = self.c.read(node, CORE_LOG)[self.begin[node]:]
        return re.findall(rf"^\[\d+\] (SERVICE NOTIFICATION: \w+;{HOST};{SERVICE};.*)$", text, re.MULTILINE)

    def own(self, node):
        return [line for line in self.lines(node) if not re.search(r" \[node \w+\]$", line)]

    def of(self, node, sender):
        """Those of the sender in the node's log, without the mark."""
        mark = f" [node {sender}]"
        return [line.removesuffix(mark) for line in self.lines(node) if line.endswith(mark)]

    def agree(self, nodes):
        """Whether each of these nodes has logged what each other one has sent, in order and once."""
        return all(self.of(node, sender) == self.own(sender) for node in nodes for sender in self.c.nodes if sender != node)

    def wait_agreed(self, what, sent, nodes=None):
        nodes = nodes or self.c.nodes
        wait_for(f"{what}: {sent} notifications", lambda: sum(len(self.own(node)) for node in self.c.nodes) >= sent, 30)
        try:
            wait_for(f"{what}: all logs have them", lambda: self.agree(nodes), 20)
        finally:
            print(what, {node: (self.own(node), {sender: self.of(node, sender) for sender in self.c.nodes if sender != node}) for node in self.c.nodes})
        time.sleep(2)
        check(self.agree(nodes), f"{what}: a notification was logged again")

    def sent(self):
        return sum(len(self.own(node)) for node in self.c.nodes)


def test():
    with cluster(hosts=12, services=2, interval=2, fresh=True) as c:
        target = f"{HOST};{SERVICE}"
        owner = c.owner(HOST)
        first, second = [node for node in c.nodes if node != owner]
        logs = Logs(c)
        c.lab("flag", target, "critical", "the fan is broken")
        logs.wait_agreed("a problem", 1)
        check(logs.own(owner) and not logs.own(first) and not logs.own(second), "another node than the owner has notified")

        c.kill(first, "daemon")
        c.start(first, "daemon")
        c.lab("flag", target, "ok")
        logs.wait_agreed("the recovery, and a restart of merlind", 2)
        c.wait_settled()

        c.lab("cut", owner, first)
        before = logs.sent()
        c.lab("flag", target, "critical", "again")
        logs.wait_agreed("a link that is cut", before + 1)
        c.lab("cut", owner)
        wait_for("both sides see the split", lambda: not c.is_active(first, owner) and not c.is_active(owner, second), 10)
        before = logs.sent()
        c.lab("flag", target, "ok")
        wait_for("a recovery is notified", lambda: logs.sent() > before, 30)
        time.sleep(3 * c.interval)
        c.lab("heal")
        logs.wait_agreed("after a split", before + 1)
        c.wait_settled(timeout_s=60)

        edit(c, first, *OWN)
        for node in (first, second):
            reload_core(c, node)
        c.wait_settled(timeout_s=60)
        logs.wait_agreed("after a reload", before + 1)
        before, marked = logs.sent(), {sender: logs.of(first, sender) for sender in c.nodes}
        c.lab("flag", target, "critical", "once more")
        others = [owner, second]
        logs.wait_agreed("one node logs its own only", before + 1, others)
        check({sender: logs.of(first, sender) for sender in c.nodes} == marked, f"{first} logs notifications of other nodes: {logs.lines(first)}")
        c.lab("flag", target, "ok")


main(test)

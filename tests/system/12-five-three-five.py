# Two of five nodes die under load and return: every result submitted to a surviving node is processed once, no check is late, only the dead nodes' hosts move, and all five nodes agree.
# F03 F66 I1 I3 I4 I5 I7
import threading
import time

from cluster import check, cluster, main, now_ms, wait_for

DYING = ["peer02", "peer04"]


class Load:
    """Submits ten results per second, for services of all hosts, to the surviving nodes while the `with` block runs."""

    def __init__(self, c):
        self.c, self.submitted, self.stop = c, [], threading.Event()
        self.receivers = [node for node in c.nodes if node not in DYING]
        self.thread = threading.Thread(target=self.submit)

    def submit(self):
        hosts = self.c.host_names()
        while not self.stop.wait(0.1):
            number = len(self.submitted)
            word = f"load{number}at{now_ms()}"
            node = self.receivers[number % len(self.receivers)]
            self.c.command(node, f"PROCESS_SERVICE_CHECK_RESULT;{hosts[number % len(hosts)]};passive01;0;{word}")
            self.submitted.append(word)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, error, trace):
        self.stop.set()
        self.thread.join()

    def handled(self):
        """{word: number of cores that processed it}"""
        counts = dict.fromkeys(self.submitted, 0)
        for row in self.c.results():
            word = row[5].strip()
            if word in counts:
                counts[word] += 1
        return counts


def handled_by_dying(c, since):
    return [row for row in c.results(since) if row[0] in DYING]


def test():
    with cluster(nodes=5, hosts=30, services=2, passive=1, fresh=True) as c:
        before, since = c.owners(), now_ms()
        with Load(c) as load:
            wait_for("the dying nodes process results", lambda: handled_by_dying(c, since), 10)
            for node in DYING:
                c.kill(node, "all")
            c.wait_settled([node for node in c.nodes if node not in DYING], timeout_s=20)
            during = c.owners("peer01")
            moved = [host for host, owner in before.items() if owner not in DYING and during[host] != owner]
            check(not moved, f"{len(moved)} hosts of nodes that live have moved: {moved[:3]}")
            time.sleep(2)
            for node in DYING:
                c.start(node, "all")
            c.wait_settled(timeout_s=60)
            back = now_ms()
            wait_for("the returned nodes process results", lambda: handled_by_dying(c, back), 10)
        wait_for("every result is handled", lambda: 0 not in load.handled().values(), 15)
        twice = [word for word, count in load.handled().items() if count > 1]
        # A killed core may have processed a result that it had not yet sent to any other node.
        check(len(twice) <= len(DYING) * 5, f"{len(twice)} of {len(load.submitted)} results were handled twice: {twice[:3]}")
        check(c.owners() == before, "hosts are not where they were")
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 6000, f"a check waited {longest} ms")


main(test)

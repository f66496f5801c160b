# Two of five nodes die under load and come back: every result given to one that lives is handled once, no check waits long, only the dead ones' hosts move, and all five agree.
# F03 F66 I1 I3 I4 I5 I7
import threading
import time

from cluster import check, cluster, main, now_ms, wait_for

DYING = ["peer02", "peer04"]


class Load:
    """Ten results a second for services of all hosts, given to nodes that live all the time, from the beginning to the end of a `with`."""

    def __init__(self, c):
        self.c, self.given, self.stop = c, [], threading.Event()
        self.takers = [node for node in c.nodes if node not in DYING]
        self.thread = threading.Thread(target=self.give)

    def give(self):
        hosts = self.c.host_names()
        while not self.stop.wait(0.1):
            number = len(self.given)
            word = f"load{number}at{now_ms()}"
            node = self.takers[number % len(self.takers)]
            self.c.command(node, f"PROCESS_SERVICE_CHECK_RESULT;{hosts[number % len(hosts)]};passive01;0;{word}")
            self.given.append(word)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, error, trace):
        self.stop.set()
        self.thread.join()

    def handled(self):
        """{word: how many cores handled it}"""
        counts = dict.fromkeys(self.given, 0)
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
            wait_for("those who will die handle results", lambda: handled_by_dying(c, since), 10)
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
            wait_for("those who died handle results again", lambda: handled_by_dying(c, back), 10)
        wait_for("every result is handled", lambda: 0 not in load.handled().values(), 15)
        twice = [word for word, count in load.handled().items() if count > 1]
        # A core that is killed may have handled what nobody else learned of.
        check(len(twice) <= len(DYING) * 5, f"{len(twice)} of {len(load.given)} results were handled twice: {twice[:3]}")
        check(c.owners() == before, "hosts are not where they were")
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 6000, f"a check waited {longest} ms")


main(test)

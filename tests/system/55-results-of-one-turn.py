# Several results of one service in one turn of the core's loop cause the same notifications as in a core without Merlin: each problem and each recovery once, in order, with its own text.
# R4 I6
import time

from cluster import check, cluster, main
from plain_core import check_same, commands, plain_core

SERVICE = "passive01"


def result(host, state, text):
    return f"PROCESS_SERVICE_CHECK_RESULT;{host};{SERVICE};{state};{text}"


def test():
    with cluster(hosts=4, services=0, interval=60, passive=2) as c, plain_core(c) as plain:
        host = c.host_names()[0]
        owner = c.owner(host)
        problem = [(2, "bad 1"), (2, "bad 2"), (2, "bad 3")]
        for batch in (problem + [(0, "well")], problem + [(0, "well again"), (2, "bad 4"), (2, "bad 5"), (2, "bad 6")],
                      [(1, "slow"), (2, "bad 7"), (0, "well at last")]):
            lines = [result(host, state, text) for state, text in batch]
            commands(plain, "peer01", lines)
            commands(c, owner, lines)
            time.sleep(2)
            notified = check_same(c, plain, "SERVICE NOTIFICATION", f";{host};{SERVICE};")
        check(len(notified) >= 6, f"the plain core notified only {notified}")


main(test)

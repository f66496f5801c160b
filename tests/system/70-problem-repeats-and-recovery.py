# A problem, its repeats and its recovery are told exactly once in the cluster, numbered as one core would, whoever runs the host meanwhile.
# I6
from cluster import check, cluster, main
from telling import Telling


def test():
    with cluster(hosts=12, services=2, interval=2) as c:
        target = Telling(c, "host0005", "svc01")
        owner = c.owner(target.host)
        target.flag("critical", "the fan is broken")
        target.wait_told(2, timeout_s=10 * c.interval + 15)
        target.flag("ok")
        target.wait_told(3)
        target.stays([(owner, "PROBLEM", 1), (owner, "PROBLEM", 2), (owner, "RECOVERY", 3)], "told of the first problem")
        # And of the next, which counts anew.
        target.flag("critical", "again")
        target.wait_told(4)
        target.flag("ok")
        target.wait_told(5)
        check(target.told()[3:] == [(owner, "PROBLEM", 1), (owner, "RECOVERY", 2)], f"told of the second problem: {target.told()[3:]}")


main(test)

# A service recovers in the moment in which its owner dies, and another in which its owner comes back: each recovery is told once, and the problem not again.
# F03 F62 I6
import time

from cluster import cluster, main
from telling import Telling


def test():
    with cluster(hosts=12, services=2, interval=2, fresh=True) as c:
        dying, returning = Telling(c, "host0005", "svc01"), Telling(c, "host0005", "svc02")
        owner = c.owner(dying.host)
        others = [node for node in c.nodes if node != owner]
        dying.flag("critical", "the fan is broken")
        returning.flag("critical", "the door is open")
        dying.wait_told(1)
        returning.wait_told(1)
        c.kill(owner, "all")
        dying.flag("ok")
        c.wait_settled(others, timeout_s=20)
        new = c.owner(dying.host, others[0])
        dying.wait_told(1, "RECOVERY")
        c.start(owner, "daemon")
        returning.flag("ok")  # known to the next owner alone, or to the first, when it takes the host back
        c.start(owner, "core")
        c.wait_settled(timeout_s=60)
        returning.wait_told(1, "RECOVERY")
        time.sleep(2 * c.interval)
        dying.check_told([(owner, "PROBLEM", 1), (new, "RECOVERY", 2)], "told of the one")
        returning.check_told([(owner, "PROBLEM", 1)], "problems told of the other", "PROBLEM")
        returning.stays(returning.told()[:2], "told of the other")


main(test)

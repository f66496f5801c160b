# A custom notification and an acknowledgement that are given at a node that does not run the host reach the contacts once, from the node that runs it.
# I6
import time

from cluster import check, cluster, main
from operators import command
from telling import SETTLE_S, Telling


def test():
    with cluster(hosts=12, services=2, interval=4) as c:
        target = Telling(c, "host0007", "svc01")
        owner = c.owner(target.host)
        elsewhere = next(node for node in c.nodes if node != owner)
        command(c, elsewhere, f"SEND_CUSTOM_SVC_NOTIFICATION;{target.host};{target.service};0;ann;read this")
        target.wait_told(1, "CUSTOM")
        target.flag("critical", "the fan is broken")
        target.wait_told(1, "PROBLEM")
        command(c, elsewhere, f"ACKNOWLEDGE_SVC_PROBLEM;{target.host};{target.service};1;1;0;ann;known")
        target.wait_told(1, "ACKNOWLEDGEMENT")
        time.sleep(SETTLE_S)
        told = [row[:2] for row in target.told()]
        check(told == [(owner, "CUSTOM"), (owner, "PROBLEM"), (owner, "ACKNOWLEDGEMENT")], f"told was {told}")
        target.end()


main(test)

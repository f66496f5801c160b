# A custom notification and an acknowledgement, both requested at a node that does not own the host, are notified once, by the owner.
# I6
import time

from cluster import check, cluster, main
from notifications import SETTLE_S, NotificationsOf
from operators import command


def test():
    with cluster(hosts=12, services=2, interval=4) as c:
        target = NotificationsOf(c, "host0007", "svc01")
        owner = c.owner(target.host)
        elsewhere = next(node for node in c.nodes if node != owner)
        command(c, elsewhere, f"SEND_CUSTOM_SVC_NOTIFICATION;{target.host};{target.service};0;ann;read this")
        target.wait_notified(1, "CUSTOM")
        target.flag("critical", "the fan is broken")
        target.wait_notified(1, "PROBLEM")
        command(c, elsewhere, f"ACKNOWLEDGE_SVC_PROBLEM;{target.host};{target.service};1;1;0;ann;known")
        target.wait_notified(1, "ACKNOWLEDGEMENT")
        time.sleep(SETTLE_S)
        notified = [row[:2] for row in target.notified()]
        check(notified == [(owner, "CUSTOM"), (owner, "PROBLEM"), (owner, "ACKNOWLEDGEMENT")], f"notified: {notified}")
        target.end()


main(test)

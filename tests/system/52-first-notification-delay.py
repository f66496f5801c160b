# With first_notification_delay, a problem is notified exactly once, after the delay; if the owner dies meanwhile, the new owner notifies it; a problem that ends within the delay is not notified.
# F03 I6
import time

from cluster import check, cluster, main, now_ms
from nodefiles import reload_core
from notifications import SETTLE_S, NotificationsOf

FILE = "/etc/nagios4/conf.d/delay.cfg"
DELAY_S = 14
TEXT = "".join(f"""define service {{
  use lab-service
  host_name host0005
  service_description {name}
  first_notification_delay {DELAY_S}
}}
""" for name in ("lasting", "short"))


def test():
    with cluster(hosts=12, services=2, interval=2, fresh=True) as c:
        for node in c.nodes:
            c.write(node, FILE, TEXT)
            reload_core(c, node)
        c.wait_settled()
        lasting, short = NotificationsOf(c, "host0005", "lasting"), NotificationsOf(c, "host0005", "short")
        owner = c.owner("host0005")
        others = [node for node in c.nodes if node != owner]
        begin = now_ms()
        lasting.flag("critical", "the fan is broken")
        short.flag("critical", "for a moment")
        time.sleep(DELAY_S / 2)
        short.flag("ok")
        lasting.check_notified([], "notified within the delay")
        c.kill(owner, "all")
        c.wait_settled(others, timeout_s=20)
        new = c.owner("host0005", others[0])
        lasting.wait_notified(1, timeout_s=DELAY_S + 12)
        notified_ms = min(int(row[1]) for row in c.notifications(begin) if tuple(row[4:6]) == ("host0005", "lasting"))
        print(f"notified {notified_ms - begin} ms after the flag, at a delay of {DELAY_S} s")
        check(notified_ms - begin >= (DELAY_S - 1) * 1000, "notified too early")
        c.start(owner, "all")
        c.wait_settled()
        lasting.stays([(new, "PROBLEM", 1)], "notifications", seconds=SETTLE_S)
        short.check_notified([], "notified a problem that ended within the delay")
        lasting.flag("ok")
        lasting.wait_notified(1, "RECOVERY")
        for node in c.nodes:
            c.run(node, "rm", FILE)


main(test)

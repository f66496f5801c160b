# first_notification_delay: a problem is told once the delay is over, not before, and once; also where its owner dies meanwhile, by the new one; a problem that ends within the delay is told by nobody.
# F03 I6
import time

from cluster import check, cluster, main, now_ms
from nodefiles import reload_core
from telling import SETTLE_S, Telling

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
        lasting, short = Telling(c, "host0005", "lasting"), Telling(c, "host0005", "short")
        owner = c.owner("host0005")
        others = [node for node in c.nodes if node != owner]
        begin = now_ms()
        lasting.flag("critical", "the fan is broken")
        short.flag("critical", "for a moment")
        time.sleep(DELAY_S / 2)
        short.flag("ok")
        lasting.check_told([], "told within the delay")
        c.kill(owner, "all")
        c.wait_settled(others, timeout_s=20)
        new = c.owner("host0005", others[0])
        lasting.wait_told(1, timeout_s=DELAY_S + 12)
        told_ms = min(int(row[1]) for row in c.notifications(begin) if tuple(row[4:6]) == ("host0005", "lasting"))
        print(f"told {told_ms - begin} ms after the flag, at a delay of {DELAY_S} s")
        check(told_ms - begin >= (DELAY_S - 1) * 1000, "told too early")
        c.start(owner, "all")
        c.wait_settled()
        lasting.stays([(new, "PROBLEM", 1)], "told was", seconds=SETTLE_S)
        short.check_told([], "told of what was over within the delay")
        lasting.flag("ok")
        lasting.wait_told(1, "RECOVERY")
        for node in c.nodes:
            c.run(node, "rm", FILE)


main(test)

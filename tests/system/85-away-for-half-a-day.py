# A node returns after twelve hours, longer than deletions are remembered: it sends no late or repeated notification, shows what the others show, and brings back nothing that was deleted meanwhile.
# F61 F67 I6 I7
import time

from clocks import start_with_clock
from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import DAEMON_LOG, MERLIN_CONF, log_end, log_since
from notifications import NotificationsOf
from operators import command, local_ids, log_lines, texts, tidy, wait_shown

AWAY = "peer03"
OTHERS = ["peer01", "peer02"]
HALF_A_DAY = 12 * 3600


def keep_an_hour(c):
    for node in c.nodes:
        c.write(node, MERLIN_CONF, c.read(node, MERLIN_CONF) + "daemon {\n  backlog_max_age = 1h\n}\n")


def live_twelve_hours_ago(c):
    """Everything from before the node's absence."""
    keep_an_hour(c)
    for node in c.nodes:
        start_with_clock(c, node, f"-{HALF_A_DAY}")
    c.wait_settled(timeout_s=60)


def test():
    with cluster(hosts=12, services=2, interval=2, fresh=True) as c:
        live_twelve_hours_ago(c)
        hosts = [host for host, owner in sorted(c.owners().items()) if owner == AWAY]
        ended, lasting = NotificationsOf(c, hosts[0], "svc01"), NotificationsOf(c, hosts[0], "svc02")
        ended.flag("critical", "over before it is back")
        lasting.flag("critical", "lasts")
        ended.wait_notified(1)
        lasting.wait_notified(1)
        command(c, AWAY, "ADD_HOST_COMMENT;host0001;1;anna;stays", "ADD_HOST_COMMENT;host0001;1;anna;to be deleted")
        wait_shown(c, "two comments", lambda picture: sorted(texts(picture)) == ["stays", "to be deleted"])
        wait_for("all is on its disk", lambda: c.status(AWAY)["store"]["pending"] == 0, 10)
        c.kill(AWAY, "all")
        command(c, "peer01", f"DEL_HOST_COMMENT;{local_ids(c, 'peer01', 'comment', 'to be deleted')[0]}")
        c.wait_settled(OTHERS, timeout_s=20)
        ended.flag("ok")
        ended.wait_notified(1, "RECOVERY")
        wait_shown(c, "one is deleted", lambda picture: texts(picture) == ["stays"], OTHERS)

        # Twelve hours pass, and the others restart, so that they have forgotten the tombstones.
        for node in OTHERS:
            for init in ("nagios4", "merlind"):
                c.run(node, f"/etc/init.d/{init}", "stop")
        for node in OTHERS:
            c.start(node, "all")
        c.wait_settled(OTHERS, timeout_s=60)
        time.sleep(2 * c.interval)
        notified_before, back, back_ms = (ended.notified(), lasting.notified()), int(time.time()), now_ms()
        end = log_end(c, AWAY)
        c.start(AWAY, "all")
        c.wait_settled(timeout_s=60)
        wait_shown(c, "it shows what the others show", lambda picture: texts(picture) == ["stays"], timeout_s=30)
        time.sleep(2 * c.interval + 1)
        check((ended.notified(), lasting.notified()) == notified_before, f"notified again: {ended.notified()} {lasting.notified()}, before {notified_before}")
        late = [row for row in c.notifications(back_ms)]
        check(not late, f"notified late: {late[:3]}")
        lines = [line for part in ("NOTIFICATION: ", "ALERT: ") for line in log_lines(c, AWAY, part, back)]
        check(not lines, f"its core logs as news: {lines[:3]}")
        check(any("away for longer than backlog_max_age" in line for line in log_since(c, AWAY, end, DAEMON_LOG)), "its merlind does not say that it was away for long")
        since = now_ms()
        lasting.flag("ok")
        lasting.wait_notified(1, "RECOVERY")
        check(len(lasting.notified("RECOVERY")) == 1, f"notifications of the end: {lasting.notified()}")
        wait_for("results flow", lambda: len({row[0] for row in c.checks(since)}) == len(c.nodes), 10)
        tidy(c)
        c.lab("down")  # its merlin.conf has changed


main(test)

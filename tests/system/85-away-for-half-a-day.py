# A node comes back after twelve hours, which is longer than what has ended is kept: nobody is told late or again, it shows what the others show, and what was deleted and forgotten meanwhile does not come back with it.
# F61 F67 I6 I7
import time

from clocks import start_with_clock
from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import DAEMON_LOG, MERLIN_CONF, log_end, log_since
from operators import command, local_ids, log_lines, texts, tidy, wait_shown
from telling import Telling

AWAY = "peer03"
OTHERS = ["peer01", "peer02"]
HALF_A_DAY = 12 * 3600


def keep_an_hour(c):
    for node in c.nodes:
        c.write(node, MERLIN_CONF, c.read(node, MERLIN_CONF) + "daemon {\n  backlog_max_age = 1h\n}\n")


def live_twelve_hours_ago(c):
    """All that was in the time before the one went away."""
    keep_an_hour(c)
    for node in c.nodes:
        start_with_clock(c, node, f"-{HALF_A_DAY}")
    c.wait_settled(timeout_s=60)


def test():
    with cluster(hosts=12, services=2, interval=2, fresh=True) as c:
        live_twelve_hours_ago(c)
        hosts = [host for host, owner in sorted(c.owners().items()) if owner == AWAY]
        ended, lasting = Telling(c, hosts[0], "svc01"), Telling(c, hosts[0], "svc02")
        ended.flag("critical", "over before it is back")
        lasting.flag("critical", "lasts")
        ended.wait_told(1)
        lasting.wait_told(1)
        command(c, AWAY, "ADD_HOST_COMMENT;host0001;1;anna;stays", "ADD_HOST_COMMENT;host0001;1;anna;to be deleted")
        wait_shown(c, "two comments", lambda picture: sorted(texts(picture)) == ["stays", "to be deleted"])
        wait_for("all is on its disk", lambda: c.status(AWAY)["store"]["pending"] == 0, 10)
        c.kill(AWAY, "all")
        command(c, "peer01", f"DEL_HOST_COMMENT;{local_ids(c, 'peer01', 'comment', 'to be deleted')[0]}")
        c.wait_settled(OTHERS, timeout_s=20)
        ended.flag("ok")
        ended.wait_told(1, "RECOVERY")
        wait_shown(c, "one is deleted", lambda picture: texts(picture) == ["stays"], OTHERS)

        # Twelve hours pass; the others are restarted, so that they have forgotten what had ended.
        for node in OTHERS:
            for init in ("nagios4", "merlind"):
                c.run(node, f"/etc/init.d/{init}", "stop")
        for node in OTHERS:
            c.start(node, "all")
        c.wait_settled(OTHERS, timeout_s=60)
        time.sleep(2 * c.interval)
        told_before, back, back_ms = (ended.told(), lasting.told()), int(time.time()), now_ms()
        end = log_end(c, AWAY)
        c.start(AWAY, "all")
        c.wait_settled(timeout_s=60)
        wait_shown(c, "it shows what the others show", lambda picture: texts(picture) == ["stays"], timeout_s=30)
        time.sleep(2 * c.interval + 1)
        check((ended.told(), lasting.told()) == told_before, f"told again: {ended.told()} {lasting.told()}, before {told_before}")
        late = [row for row in c.notifications(back_ms)]
        check(not late, f"told late: {late[:3]}")
        lines = [line for part in ("NOTIFICATION: ", "ALERT: ") for line in log_lines(c, AWAY, part, back)]
        check(not lines, f"its core logs as news: {lines[:3]}")
        check(any("away for longer than backlog_max_age" in line for line in log_since(c, AWAY, end, DAEMON_LOG)), "its merlind does not say that it was away for long")
        since = now_ms()
        lasting.flag("ok")
        lasting.wait_told(1, "RECOVERY")
        check(len(lasting.told("RECOVERY")) == 1, f"told of the end: {lasting.told()}")
        wait_for("results flow", lambda: len({row[0] for row in c.checks(since)}) == len(c.nodes), 10)
        tidy(c)
        c.lab("down")  # its merlin.conf is another


main(test)

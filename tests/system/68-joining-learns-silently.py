# A node without any state joins and receives every comment, downtime, acknowledgement and attribute of the others; this causes no alert line, notification or event handler.
# F60 I6 I7
import time

from cluster import check, cluster, main, now_ms, wait_for
from operators import command, differences, log_lines, shown, tidy, wait_shown


def empty(c, node):
    """Removes the state of core and daemon: as after an installation, except for its name and keys."""
    c.kill(node, "core")
    c.kill(node, "daemon")
    c.run(node, "sh", "-c", "rm -rf /var/lib/nagios4/retention.dat /var/lib/nagios4/status.dat; find /var/lib/merlin -name '*.db*' -delete")


def test():
    with cluster() as c:
        tidy(c)
        target = ("host0012", "svc01")
        c.lab("flag", ";".join(target), "critical")
        wait_for("the problem", lambda: all(c.status_dat(node)[target]["state_type"] == "1" and c.status_dat(node)[target]["current_state"] == "2"
                                           for node in c.nodes), 6 * c.interval)
        now = int(time.time())
        command(c, "peer01", "ADD_HOST_COMMENT;host0001;1;anna;a comment", f"ACKNOWLEDGE_SVC_PROBLEM;{';'.join(target)};2;0;0;anna;seen",
                f"SCHEDULE_HOST_DOWNTIME;host0002;{now};{now + 3600};1;0;0;anna;running", "DISABLE_SVC_NOTIFICATIONS;host0003;svc01",
                f"SCHEDULE_SVC_DOWNTIME;host0004;svc01;{now + 1800};{now + 3600};1;0;0;anna;to come")
        wait_shown(c, "all of it", lambda picture: len(picture["downtimes"]) == 2 and len(picture["comments"]) == 2 and
                   picture["objects"][";".join(target)]["problem_has_been_acknowledged"] == "1")
        empty(c, "peer03")
        wait_for("the others are alone", lambda: not c.is_active("peer01", "peer03"), 20)
        began, began_ms = int(time.time()), now_ms()
        c.start("peer03", "all")
        wait_for("it shows what the others show", lambda: c.status_dat("peer03") and not differences(shown(c, "peer01"), shown(c, "peer03")), 60, 0.5)
        c.wait_settled(timeout_s=60)
        lines = [line for part in ("ALERT", "NOTIFICATION: ", "EVENT HANDLER") for line in log_lines(c, "peer03", part, began)]
        check(not lines, f"its joining was logged: {lines[:5]}")
        caused = [row for row in c.notifications(began_ms) + c.handlers(began_ms)]
        check(not caused, f"joining caused a notification or an event handler: {caused[:3]}")
        c.lab("flag", ";".join(target), "ok")
        command(c, "peer02", "ENABLE_SVC_NOTIFICATIONS;host0003;svc01")
        tidy(c)


main(test)

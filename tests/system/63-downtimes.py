# Fixed, flexible and triggered downtimes are in effect at all nodes, start and end there with one log line each, and can be cancelled at any node, before and after they start.
import time

from cluster import check, cluster, main, wait_for
from operators import command, local_ids, log_lines, tidy, wait_shown


def downtimes(picture, text):
    return [entry for entry in picture["downtimes"] if entry[9] == text]


def in_effect(text, count=1):
    return lambda picture: [entry[7] for entry in downtimes(picture, text)] == ["1"] * count


def gone(text):
    return lambda picture: not downtimes(picture, text)


def test():
    with cluster() as c:
        tidy(c)
        since = now = int(time.time())
        # A fixed downtime that starts now, a future one, and one for an unknown host.
        command(c, "peer01", f"SCHEDULE_HOST_DOWNTIME;host0005;{now};{now + 25};1;0;0;anna;short one",
                f"SCHEDULE_SVC_DOWNTIME;host0006;svc01;{now + 3600};{now + 7200};1;0;0;anna;tomorrow",
                f"SCHEDULE_HOST_DOWNTIME;nobody;{now};{now + 3600};1;0;0;anna;unknown", "SCHEDULE_HOST_DOWNTIME;host0001;5")
        picture = wait_shown(c, "all nodes are in the fixed downtime", in_effect("short one"))
        check(len(picture["downtimes"]) == 2, f"downtimes: {picture['downtimes']}")
        command(c, "peer03", f"DEL_SVC_DOWNTIME;{local_ids(c, 'peer03', 'downtime', 'tomorrow')[0]}")
        wait_shown(c, "cancelled at another node before it began", gone("tomorrow"))
        wait_shown(c, "its end is the end everywhere", gone("short one"), timeout_s=40)
        for node in c.nodes:
            lines = [line for word in ("STARTED", "STOPPED", "CANCELLED") for line in
                     log_lines(c, node, f"HOST DOWNTIME ALERT: host0005;{word}", since)]
            check(len(lines) == 2, f"{node} logged: {lines}")
        # A downtime that is triggered by another one, which is cancelled after its start.
        now = int(time.time())
        command(c, "peer02", f"SCHEDULE_HOST_DOWNTIME;host0007;{now + 6};{now + 3600};1;0;0;bert;the trigger")
        wait_shown(c, "the trigger is known", lambda picture: downtimes(picture, "the trigger"))
        trigger = local_ids(c, "peer02", "downtime", "the trigger")[0]
        command(c, "peer02", f"SCHEDULE_SVC_DOWNTIME;host0008;svc01;{now};{now + 3600};1;{trigger};0;bert;the triggered")
        wait_shown(c, "the trigger and what it triggers are in effect",
                   lambda picture: in_effect("the trigger")(picture) and in_effect("the triggered")(picture))
        command(c, "peer01", f"DEL_HOST_DOWNTIME;{local_ids(c, 'peer01', 'downtime', 'the trigger')[0]}")
        wait_shown(c, "cancelled at another node with what it triggered",
                   lambda picture: gone("the trigger")(picture) and gone("the triggered")(picture))
        for node in c.nodes:
            lines = log_lines(c, node, "HOST DOWNTIME ALERT: host0007;CANCELLED", since)
            check(len(lines) == 1, f"{node} logged: {lines}")
        # A flexible downtime starts with the problem that the owner detects.
        now = int(time.time())
        command(c, "peer03", f"SCHEDULE_SVC_DOWNTIME;host0009;svc02;{now};{now + 3600};0;0;900;carl;when it breaks")
        wait_shown(c, "the flexible one waits", lambda picture: [entry[7] for entry in downtimes(picture, "when it breaks")] == ["0"])
        c.lab("flag", "host0009;svc02", "critical")
        wait_shown(c, "it begins everywhere with the problem", in_effect("when it breaks"), timeout_s=6 * c.interval)
        c.lab("flag", "host0009;svc02", "ok")
        wait_for("the recovery", lambda: c.status_dat("peer01")[("host0009", "svc02")]["current_state"] == "0", 6 * c.interval)
        wait_shown(c, "and outlives the recovery", in_effect("when it breaks"))
        command(c, "peer02", "DEL_DOWNTIME_BY_HOST_NAME;host0009")
        wait_shown(c, "deleted by the host's name", gone("when it breaks"))
        # A downtime of a host group, of its services, and of the child hosts.
        now = int(time.time())
        command(c, "peer01", f"SCHEDULE_HOSTGROUP_SVC_DOWNTIME;lab-1;{now};{now + 3600};1;0;0;dora;the group")
        wait_shown(c, "the services of a host group", in_effect("the group", 15 * c.services))
        command(c, "peer03", "DEL_DOWNTIME_BY_START_TIME_COMMENT;;the group")
        wait_shown(c, "deleted by its comment", gone("the group"))
        tidy(c)


main(test)

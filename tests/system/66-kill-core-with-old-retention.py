# A core is killed long after it wrote its retention file: 5 s after its start it has all comments, downtimes and acknowledgements once each, and deleting one by its new number deletes the right one.
import os
import time

from cluster import check, cluster, main, wait_for
from operators import command, differences, local_ids, log_lines, shown, texts, tidy, wait_shown

RETENTION = "/var/lib/nagios4/retention.dat"


def test():
    with cluster() as c:
        tidy(c)
        c.lab("flag", "host0010;svc01", "critical")
        wait_for("the problem", lambda: all(c.status_dat(node)[("host0010", "svc01")]["state_type"] == "1" and
                                           c.status_dat(node)[("host0010", "svc01")]["current_state"] == "2" for node in c.nodes), 6 * c.interval)
        now = int(time.time())
        command(c, "peer02", "ADD_HOST_COMMENT;host0001;1;anna;deleted behind its back", "ADD_HOST_COMMENT;host0001;1;anna;kept in the file")
        wait_shown(c, "before", lambda picture: len(texts(picture)) == 2)
        command(c, "peer02", "SAVE_STATE_INFORMATION")
        wait_for("the file has them", lambda: os.path.exists(c.path("peer02", RETENTION)) and "kept in the file" in c.read("peer02", RETENTION), 10)
        old = c.read("peer02", RETENTION)
        command(c, "peer02", "ADD_HOST_COMMENT;host0002;1;anna;not in the file", "ADD_SVC_COMMENT;host0003;svc01;0;anna;not persistent",
                f"SCHEDULE_HOST_DOWNTIME;host0003;{now};{now + 3600};1;0;0;anna;not in the file")
        command(c, "peer01", "ACKNOWLEDGE_SVC_PROBLEM;host0010;svc01;2;0;0;bert;seen", "DISABLE_SVC_NOTIFICATIONS;host0010;svc01")
        wait_shown(c, "all of it", lambda picture: len(texts(picture)) == 4 and len(picture["downtimes"]) == 1 and
                   picture["objects"]["host0010;svc01"]["problem_has_been_acknowledged"] == "1")
        c.kill("peer02", "core")
        c.write("peer02", RETENTION, old)
        command(c, "peer01", f"DEL_HOST_COMMENT;{local_ids(c, 'peer01', 'comment', 'deleted behind its back')[0]}")
        wait_shown(c, "deleted while the core was away", lambda picture: len(texts(picture)) == 3, ["peer01", "peer03"])
        began = int(time.time())
        c.start("peer02", "core")
        started = time.monotonic()
        wait_for("the core is back with all of it", lambda: int(c.status_dat("peer02") != {}) and
                 not differences(shown(c, "peer01"), shown(c, "peer02")), 30, 0.2)
        took = time.monotonic() - started
        # The core writes its status file every 3 s.
        check(took < 5 + 3.5, f"it took {took:.1f} s")
        lines = log_lines(c, "peer02", "DOWNTIME ALERT", began) + log_lines(c, "peer02", "NOTIFICATION: ", began)
        check(not [line for line in lines if "host0003" in line], f"its start was notified: {lines}")
        command(c, "peer02", f"DEL_HOST_COMMENT;{local_ids(c, 'peer02', 'comment', 'not in the file')[0]}",
                f"DEL_HOST_DOWNTIME;{local_ids(c, 'peer02', 'downtime', 'not in the file')[0]}")
        wait_shown(c, "a deletion by the new numbers hits the right ones",
                   lambda picture: sorted(texts(picture)) == ["kept in the file", "not persistent"] and not picture["downtimes"])
        command(c, "peer01", "ENABLE_SVC_NOTIFICATIONS;host0010;svc01")
        c.lab("flag", "host0010;svc01", "ok")
        c.wait_settled()
        tidy(c)


main(test)

# A forced check that is requested at a node which does not own the service is run once, at once, by the owner; commands about one process stay on their node.
import time

from cluster import check, cluster, main, now_ms, wait_for
from operators import command, log_lines


def test():
    with cluster() as c:
        command(c, "peer01", "CHANGE_NORMAL_SVC_CHECK_INTERVAL;host0013;svc01;3600")
        owner = c.owner("host0013")
        others = [node for node in c.nodes if node != owner]

        def runs(since):
            return [row for row in c.checks(since) if row[1] == "host0013" and row[2] == "svc01"]
        time.sleep(c.interval + 3)
        since, since_s = now_ms(), int(time.time())
        command(c, others[0], f"SCHEDULE_FORCED_SVC_CHECK;host0013;svc01;{int(time.time())}")
        wait_for("the check is run", lambda: runs(since), 10)
        time.sleep(3)
        check([row[0] for row in runs(since)] == [owner], f"it was run by {runs(since)}, its owner is {owner}")
        check(len(log_lines(c, owner, "SCHEDULE_FORCED_SVC_CHECK;host0013;svc01", since_s)) == 1, "the owner's core carried out another number")
        since = now_ms()
        command(c, others[1], f"SCHEDULE_FORCED_HOST_SVC_CHECKS;host0013;{int(time.time())}")
        wait_for("all services of the host are run by the owner", lambda: {row[2] for row in c.checks(since) if row[1] == "host0013" and row[0] == owner} >=
                 {f"svc{number:02d}" for number in range(1, c.services + 1)}, 10)
        check({row[0] for row in runs(since)} == {owner}, f"also run by others: {runs(since)}")
        pids = {node: c.run(node, "cat", "/run/nagios4/nagios4.pid").strip() for node in c.nodes}
        command(c, others[0], "RESTART_PROGRAM")
        wait_for("its core restarts", lambda: log_lines(c, others[0], "Event loop started", since // 1000) or
                 log_lines(c, others[0], "SIGHUP", since // 1000) or log_lines(c, others[0], "RESTART_PROGRAM", since // 1000), 15)
        time.sleep(2)
        for node in c.nodes:
            check(c.run(node, "cat", "/run/nagios4/nagios4.pid").strip() == pids[node], f"{node} has another core")
            lines = log_lines(c, node, "EXTERNAL COMMAND: RESTART_PROGRAM", since // 1000)
            check(len(lines) == (1 if node == others[0] else 0), f"{node}: {lines}")
        command(c, "peer01", f"CHANGE_NORMAL_SVC_CHECK_INTERVAL;host0013;svc01;{c.interval}", f"SCHEDULE_FORCED_SVC_CHECK;host0013;svc01;{int(time.time())}")
        c.wait_settled()


main(test)

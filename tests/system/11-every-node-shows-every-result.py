# Every node shows every result, also in status.dat, and marks the alert lines of other nodes in nagios.log with the owner's name.
import time

from cluster import check, cluster, main, now_ms, wait_for


def same_everywhere(c):
    """The first difference between the nodes' status files, or None."""
    files = {node: c.status_dat(node) for node in c.nodes}
    first = files[c.nodes[0]]
    for node in c.nodes[1:]:
        for key, fields in first.items():
            other = files[node].get(key, {})
            for field in ("current_state", "state_type", "current_attempt", "plugin_output", "last_hard_state", "has_been_checked"):
                if fields.get(field) != other.get(field):
                    return f"{key} {field}: {c.nodes[0]} has {fields.get(field)!r}, {node} has {other.get(field)!r}"
    return None


def test():
    with cluster() as c:
        target = ("host0007", "svc02")
        since = now_ms()
        c.lab("flag", ";".join(target), "critical", "the disk is full")
        owner = c.owner(target[0])
        wait_for("every node's status.dat shows the hard problem",
                 lambda: all(c.status_dat(node)[target]["current_state"] == "2" and c.status_dat(node)[target]["state_type"] == "1"
                             and "disk is full" in c.status_dat(node)[target]["plugin_output"] for node in c.nodes), 4 * c.interval)
        for node in c.nodes:
            lines = [line for line in c.read(node, "/var/log/nagios4/nagios.log").splitlines()
                     if f"SERVICE ALERT: {target[0]};{target[1]};CRITICAL;HARD" in line and int(line[1:11]) * 1000 >= since - 1000]
            check(len(lines) == 1, f"{node}: {len(lines)} lines of the hard alert: {lines}")
            if node != owner:
                check(owner in lines[0], f"{node}: the line does not name the owner {owner}: {lines[0]}")
        c.lab("flag", ";".join(target), "ok")
        wait_for("the recovery is shown everywhere",
                 lambda: all(c.status_dat(node)[target]["current_state"] == "0" for node in c.nodes), 4 * c.interval)
        wait_for("all status files agree", lambda: same_everywhere(c) is None, 3 * c.interval, 1)
        started = int(time.time())
        wait_for("each node shows a check of each object from after this moment",
                 lambda: all(int(fields["last_check"]) >= started for node in c.nodes for fields in c.status_dat(node).values()),
                 2 * c.interval + 10, 1)


main(test)

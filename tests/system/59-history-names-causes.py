# mon events names who acted and why something ended, equally on all nodes: an acknowledgement ends with the recovery or by a command without an author, a fixed downtime starts and ends by itself or is cancelled, and a recovery has the number of its notification in the core.
# R7
import json
import time

from cluster import check, cluster, main, wait_for
from operators import command

SERVICE = "passive02"
LENGTH_S = 5


def history(c, node, host):
    words = ("mon", "events", "--host", host, "--service", SERVICE, "--json", "--limit", "10000")
    events = [json.loads(line) for line in c.run(node, *words, timeout_s=30).splitlines()]
    number = {"problem": "notification_number", "recovery": "notification_number"}  # the core does not number the other types
    return [(event["type"], event["notification"] or event["action"], event["author"], event[number.get(event["notification"], "cause")])
            for event in events if event["type"] in ("acknowledgement", "downtime", "notification")]


def test():
    with cluster(hosts=4, services=0, interval=60, passive=2) as c:
        host = c.host_names()[2]
        node = c.owner(host)
        target = f"{host};{SERVICE}"
        before = {name: len(history(c, name, host)) for name in c.nodes}

        def results(*states):
            command(c, node, *(f"PROCESS_SERVICE_CHECK_RESULT;{target};{state};result {state}" for state in states))
            time.sleep(1.5)

        def seen(name):
            return history(c, name, host)[before[name]:]

        def happens(what, *lines):
            if lines:
                command(c, node, *lines)
            wait_for(f"the history has {what}", lambda: what in seen(node), 15, 0.3)

        results(0)
        results(2, 2, 2)
        happens(("notification", "problem", None, 1))
        happens(("acknowledgement", "added", "ann", None), f"ACKNOWLEDGE_SVC_PROBLEM;{target};1;1;0;ann;known")
        happens(("notification", "acknowledgement", "ann", None))
        happens(("acknowledgement", "removed", None, "command"), f"REMOVE_SVC_ACKNOWLEDGEMENT;{target}")
        happens(("acknowledgement", "added", "ben", None), f"ACKNOWLEDGE_SVC_PROBLEM;{target};2;0;0;ben;mine")
        results(0)
        happens(("notification", "recovery", None, 2))
        command(c, node, f"REMOVE_SVC_ACKNOWLEDGEMENT;{target}")  # has already ended: no effect
        now = int(time.time())
        happens(("downtime", "started", "ann", None), f"SCHEDULE_SVC_DOWNTIME;{target};{now};{now + LENGTH_S};1;0;0;ann;planned")
        happens(("downtime", "ended", None, None))
        now = int(time.time())
        happens(("downtime", "added", "ben", None), f"SCHEDULE_SVC_DOWNTIME;{target};{now + 600};{now + 900};1;0;0;ben;too early")
        happens(("downtime", "removed", None, "command"), f"DEL_DOWNTIME_BY_HOST_NAME;{host};{SERVICE};;too early")
        expected = [("acknowledgement", "added", "ann", None), ("acknowledgement", "removed", None, "command"), ("acknowledgement", "added", "ben", None),
                    ("acknowledgement", "ended", None, "recovery"), ("downtime", "added", "ann", None), ("downtime", "started", "ann", None),
                    ("downtime", "ended", None, None), ("downtime", "added", "ben", None), ("downtime", "removed", None, "command")]
        for name in c.nodes:
            wait_for(f"{name} has the history", lambda n=name: len([e for e in seen(n) if e[0] != "notification"]) >= len(expected), 15, 0.5)
            found = [event for event in seen(name) if event[0] != "notification"]
            check(found == expected, f"the history of {name} has {found}, not {expected}")


main(test)

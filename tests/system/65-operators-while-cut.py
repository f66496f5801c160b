# When the network recovers, all nodes have the comments, downtimes, acknowledgements and attributes that operators made on both sides of the cut, and a deletion on one side is not undone by the other.
# F10 F64 I1 I7
import time

from cluster import cluster, main, wait_for
from operators import command, local_ids, shown, texts, tidy, wait_shown

HOST = "host0006"
ACKNOWLEDGED = {"peer03": f"{HOST};svc01", "peer01": f"{HOST};svc02"}  # by the node at which it is acknowledged


def are_acknowledged(picture):
    return all(picture["objects"][name]["problem_has_been_acknowledged"] == "1" for name in ACKNOWLEDGED.values())


def make_problems(c):
    for name in ACKNOWLEDGED.values():
        c.lab("flag", name, "critical")
    wait_for("the problems are hard everywhere", lambda: all(c.status_dat(node)[tuple(name.split(";"))]["last_hard_state"] == "2"
                                                             for node in c.nodes for name in ACKNOWLEDGED.values()), 6 * c.interval)


def test():
    with cluster() as c:
        tidy(c)
        make_problems(c)
        now = int(time.time())
        command(c, "peer01", "ADD_HOST_COMMENT;host0001;1;anna;to be deleted", "ADD_HOST_COMMENT;host0001;1;anna;stays",
                f"SCHEDULE_HOST_DOWNTIME;host0001;{now};{now + 3600};1;0;0;anna;to be cancelled")
        wait_shown(c, "before the cut", lambda picture: len(texts(picture)) == 2 and len(picture["downtimes"]) == 1)
        c.lab("cut", "peer03")
        wait_for("peer03 is away", lambda: not c.is_active("peer01", "peer03") and not c.is_active("peer03", "peer01"), 20)
        for node, name in ACKNOWLEDGED.items():
            command(c, node, f"ACKNOWLEDGE_SVC_PROBLEM;{name};2;0;1;anna;seen by {node}")
        command(c, "peer03", f"DEL_HOST_COMMENT;{local_ids(c, 'peer03', 'comment', 'to be deleted')[0]}",
                f"DEL_HOST_DOWNTIME;{local_ids(c, 'peer03', 'downtime', 'to be cancelled')[0]}", "ADD_SVC_COMMENT;host0002;svc01;1;carl;of the third",
                "DISABLE_SVC_NOTIFICATIONS;host0002;svc02", "DISABLE_FLAP_DETECTION")
        command(c, "peer01", "ADD_SVC_COMMENT;host0002;svc01;1;anna;of the first", "DISABLE_SVC_CHECK;host0003;svc01",
                f"SCHEDULE_SVC_DOWNTIME;host0003;svc02;{now};{now + 3600};1;0;0;anna;made meanwhile")
        wait_shown(c, "the two see each other's", lambda picture: "of the first" in texts(picture) and "of the third" not in texts(picture),
                   ["peer01", "peer02"])
        wait_for("the third sees its own", lambda: "of the third" in texts(shown(c, "peer03")), 20)
        c.lab("heal")
        wait_shown(c, "when the network recovers, all nodes have everything", lambda picture: are_acknowledged(picture) and sorted(texts(picture)) == ["of the first", "of the third", "stays"]
                   and [entry[9] for entry in picture["downtimes"]] == ["made meanwhile"]
                   and picture["objects"]["host0002;svc02"]["notifications_enabled"] == "0"
                   and picture["objects"]["host0003;svc01"]["active_checks_enabled"] == "0", timeout_s=40)
        command(c, "peer02", "ENABLE_SVC_NOTIFICATIONS;host0002;svc02", "ENABLE_SVC_CHECK;host0003;svc01")
        for name in ACKNOWLEDGED.values():
            c.lab("flag", name, "ok")
        wait_shown(c, "with the problems the acknowledgements are over", lambda picture: not are_acknowledged(picture))
        tidy(c)


main(test)

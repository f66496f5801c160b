# An acknowledgement made at any node is in effect at all nodes until the problem ends or another node removes it; it is notified once and leaves no second comment.
import time

from cluster import check, cluster, main, wait_for
from operators import command, log_lines, texts, tidy, wait_shown

TARGET = ("host0004", "svc02")
NAME = ";".join(TARGET)


def shows_problem(c, state):
    return lambda: all(c.status_dat(node)[TARGET]["current_state"] == state and c.status_dat(node)[TARGET]["state_type"] == "1"
                       for node in c.nodes)


def acknowledged(picture, flag="1"):
    return picture["objects"][NAME]["problem_has_been_acknowledged"] == flag


def test():
    with cluster() as c:
        tidy(c)
        since = int(time.time())
        # The core refuses to acknowledge a service that is OK.
        command(c, "peer01", f"ACKNOWLEDGE_SVC_PROBLEM;{NAME};2;1;0;anna;no problem yet")
        c.lab("flag", NAME, "warning", "nearly full")
        wait_for("the problem is shown everywhere", shows_problem(c, "1"), 6 * c.interval)
        owner = c.owner(TARGET[0])
        others = [node for node in c.nodes if node != owner]
        command(c, others[0], f"ACKNOWLEDGE_SVC_PROBLEM;{NAME};1;1;0;anna;on my way")
        picture = wait_shown(c, "acknowledged everywhere, by a node that does not run it", acknowledged)
        check(texts(picture, "4") == ["on my way"], f"comments of acknowledgements: {picture['comments']}")
        command(c, others[1], f"REMOVE_SVC_ACKNOWLEDGEMENT;{NAME}")
        wait_shown(c, "removed at a third node", lambda picture: acknowledged(picture, "0") and not texts(picture, "4"))
        command(c, owner, f"ACKNOWLEDGE_SVC_PROBLEM;{NAME};1;0;1;bert;until it changes")
        wait_shown(c, "acknowledged by the owner", acknowledged)
        c.lab("flag", NAME, "critical", "full")
        wait_for("the worse problem is shown everywhere", shows_problem(c, "2"), 6 * c.interval)
        picture = wait_shown(c, "a normal one is over with the change, its persistent comment stays",
                             lambda picture: acknowledged(picture, "0"))
        check(texts(picture, "4") == ["until it changes"], f"comments of acknowledgements: {picture['comments']}")
        command(c, others[0], f"ACKNOWLEDGE_SVC_PROBLEM;{NAME};2;0;0;carl;sticky")
        wait_shown(c, "acknowledged again", acknowledged)
        c.lab("flag", NAME, "warning", "nearly full")
        wait_for("the smaller problem is shown everywhere", shows_problem(c, "1"), 6 * c.interval)
        wait_shown(c, "a sticky one outlives a change", acknowledged)
        c.lab("flag", NAME, "ok")
        wait_for("the recovery is shown everywhere", shows_problem(c, "0"), 6 * c.interval)
        wait_shown(c, "with the recovery it is over",
                   lambda picture: acknowledged(picture, "0") and texts(picture, "4") == ["until it changes"])
        for node in c.nodes:
            lines = log_lines(c, node, "ACKNOWLEDGEMENT (", since)
            check(len(lines) <= 1, f"{node} notified acknowledgements more than once: {lines}")
        tidy(c)


main(test)

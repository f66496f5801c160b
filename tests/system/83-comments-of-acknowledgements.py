# The comment of an acknowledgement is an item of its own: deleted at one node, it disappears everywhere for good; a returning node receives the persistent comment; any other comment ends with the acknowledgement on all nodes.
from cluster import cluster, main, wait_for
from operators import command, local_ids, texts, tidy, wait_shown

TARGET = ("host0005", "passive01")
NAME = ";".join(TARGET)


def submit(c, node, code, output):
    command(c, node, f"PROCESS_SERVICE_CHECK_RESULT;{NAME};{code};{output}")
    wait_for(f"all nodes show {output!r}", lambda: all(c.status_dat(one)[TARGET]["plugin_output"] == output for one in c.nodes))


def acknowledged(picture, flag="1"):
    return picture["objects"][NAME]["problem_has_been_acknowledged"] == flag


def shows(*wanted, flag="1"):
    return lambda picture: acknowledged(picture, flag) and sorted(texts(picture, "4")) == sorted(wanted)


def acknowledge(c, node, sticky, persistent, text):
    command(c, node, f"ACKNOWLEDGE_SVC_PROBLEM;{NAME};{2 if sticky else 1};0;{int(persistent)};ann;{text}")


def delete(c, node, text):
    [number] = local_ids(c, node, "comment", text)
    command(c, node, f"DEL_SVC_COMMENT;{number}")


def test():
    with cluster(passive=1) as c:
        tidy(c)
        owner = c.owner(TARGET[0])
        first, second = [node for node in c.nodes if node != owner]
        submit(c, first, 0, "well")
        for number in range(3):
            submit(c, first, 2, f"bad {number}")

        acknowledge(c, first, True, True, "kept note")
        wait_shown(c, "acknowledged everywhere, with its comment", shows("kept note"))
        delete(c, first, "kept note")
        wait_shown(c, "its comment is deleted everywhere, the acknowledgement holds", shows())
        submit(c, first, 2, "still bad")
        wait_shown(c, "the next result does not bring the comment back", shows())

        # The core of one node is down while comments are made and one of them is deleted.
        acknowledge(c, first, True, False, "passing note")
        acknowledge(c, owner, True, True, "lasting note")
        acknowledge(c, owner, True, True, "deleted note")
        wait_shown(c, "three comments everywhere", shows("passing note", "lasting note", "deleted note"))
        c.kill(second, "core")
        acknowledge(c, first, True, True, "missed note")
        delete(c, owner, "deleted note")
        wait_shown(c, "the other two show what happened", shows("passing note", "lasting note", "missed note"), nodes=[owner, first])
        c.start(second, "core")
        c.wait_settled()
        wait_shown(c, "the core that was away has the same", shows("passing note", "lasting note", "missed note"))

        submit(c, second, 0, "well again")
        wait_shown(c, "with the acknowledgement those end that are not persistent", shows("lasting note", "missed note", flag="0"))
        for number in range(3):
            submit(c, second, 2, f"bad again {number}")
        c.kill(first, "core")
        c.start(first, "core")
        c.wait_settled()
        wait_shown(c, "and they do not come back, neither with the next problem nor with a core's start", shows("lasting note", "missed note", flag="0"))

        acknowledge(c, second, False, False, "until it changes")
        wait_shown(c, "a non-sticky one", shows("lasting note", "missed note", "until it changes"))
        command(c, first, f"REMOVE_SVC_ACKNOWLEDGEMENT;{NAME}")
        wait_shown(c, "is removed at another node, with its comment", shows("lasting note", "missed note", flag="0"))
        acknowledge(c, second, False, False, "once more")
        wait_shown(c, "acknowledged again, the removed comment stays away", shows("lasting note", "missed note", "once more"))
        submit(c, first, 1, "better")
        wait_shown(c, "it ends with the change", shows("lasting note", "missed note", flag="0"))
        submit(c, first, 0, "well")
        tidy(c)


main(test)

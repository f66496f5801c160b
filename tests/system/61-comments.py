# A comment made at one node appears at all nodes, even with unusual bytes; deleting it at another node, by that node's number, deletes it everywhere.
import time

from cluster import check, cluster, main
from operators import command, local_ids, log_lines, texts, tidy, wait_shown


def test():
    with cluster() as c:
        tidy(c)
        since = int(time.time())
        command(c, "peer01", "ADD_SVC_COMMENT;host0001;svc01;1;anna;the disk was changed", "ADD_HOST_COMMENT;host0002;0;bert;not kept")
        command(c, "peer03", "ADD_HOST_COMMENT;host0003;1;carl;from the third", "ADD_HOST_COMMENT;host0003;1;carl;from the third")
        wait_shown(c, "all nodes show the comments of both", lambda picture: sorted(texts(picture)) ==
                   ["from the third", "from the third", "not kept", "the disk was changed"])
        # The receiving core refuses invalid commands.
        command(c, "peer02", "ADD_HOST_COMMENT;nobody;1;dora;unknown host", "ADD_HOST_COMMENT;host0001;1", "ADD_SVC_COMMENT;host0001;svc01;1;dora",
                b"ADD_HOST_COMMENT;host0004;1;dora;\xff\xfe\x01\x1b odd bytes\r and a tab\t.",
                b"ADD_HOST_COMMENT;host0005;1;dora;" + b"long " * 1500)
        wait_shown(c, "odd bytes and long texts are the same everywhere, wrong commands change nothing",
                   lambda picture: len(texts(picture)) == 6 and any(len(text) > 5000 for text in texts(picture)))
        # Each node numbers its comments itself.
        [number] = local_ids(c, "peer02", "comment", "the disk was changed")
        command(c, "peer02", f"DEL_SVC_COMMENT;{number}")
        wait_shown(c, "deleted at another node than it was made at", lambda picture: "the disk was changed" not in texts(picture))
        command(c, "peer03", f"DEL_HOST_COMMENT;{local_ids(c, 'peer03', 'comment', 'from the third')[0]}")
        wait_shown(c, "of two that are alike one is left", lambda picture: texts(picture).count("from the third") == 1)
        command(c, "peer01", "DEL_ALL_HOST_COMMENTS;host0003")
        wait_shown(c, "all of a host are gone", lambda picture: "from the third" not in texts(picture))
        for node in c.nodes:
            lines = log_lines(c, node, "EXTERNAL COMMAND: ADD_SVC_COMMENT;host0001;svc01;1;anna", since)
            check(len(lines) == (1 if node == "peer01" else 0), f"{node} logged the command of peer01 {len(lines)} times")
        tidy(c)


main(test)

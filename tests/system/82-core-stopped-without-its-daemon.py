# A core is stopped as planned while its merlind is dead: operator actions there, results that it received for other owners, and results that it processed alone all reach every node once both are back, each exactly once.
# R8
import time

from cluster import check, cluster, main, now_ms, wait_for
from operators import command, local_ids, texts, tidy, wait_shown

ISOLATION_GRACE_S = 10


def test():
    with cluster(passive=1, fresh=True) as c:
        tidy(c)
        command(c, "peer02", "ADD_HOST_COMMENT;host0001;1;anna;to be deleted")
        wait_shown(c, "all show the comment", lambda picture: texts(picture) == ["to be deleted"])
        owners = c.owners()
        theirs = [host for host in sorted(owners) if owners[host] != "peer01"][:3]
        begun = now_ms()
        [number] = local_ids(c, "peer01", "comment", "to be deleted")
        c.kill("peer01", "daemon")
        time.sleep(0.5)
        command(c, "peer01", f"DEL_HOST_COMMENT;{number}", "ADD_HOST_COMMENT;host0002;1;bert;made without a daemon")
        words = {f"kept{place}at{begun}" for place in range(len(theirs))}
        for word, host in zip(sorted(words), theirs):
            c.command("peer01", f"PROCESS_SERVICE_CHECK_RESULT;{host};passive01;2;{word}")
        time.sleep(2)
        mine = next(host for host in sorted(owners) if owners[host] == "peer01")
        time.sleep(ISOLATION_GRACE_S + 1)
        c.command("peer01", f"PROCESS_SERVICE_CHECK_RESULT;{mine};passive01;2;made alone at {begun}")
        time.sleep(1)
        check(not [row for row in c.results(begun - 1000) if row[5].strip() in words], "a result was handled without its owner")
        c.kill("peer01", "core", "TERM")
        file = c.path("peer01", "/var/lib/nagios4/merlin.spool")
        wait_for("the core leaves a file", lambda: c.run("peer01", "test", "-s", "/var/lib/nagios4/merlin.spool", check_status=False).returncode == 0)
        c.start("peer01", "all")
        c.wait_settled(timeout_s=45)
        handled = lambda: [row[5].strip() for row in c.results(begun - 1000) if row[5].strip() in words]  # noqa: E731
        wait_for("each result is handled", lambda: set(handled()) == words)
        wait_shown(c, "the deletion and the new comment hold everywhere", lambda picture: texts(picture) == ["made without a daemon"])
        time.sleep(2)
        check(len(handled()) == len(words), f"handled more than once: {handled()}")
        gone = c.run("peer01", "test", "-e", "/var/lib/nagios4/merlin.spool", check_status=False).returncode != 0
        check(gone, f"{file} is still there")
        for node in c.nodes:
            output = c.status_dat(node)[(mine, "passive01")]["plugin_output"]
            check(output.startswith(f"made alone at {begun}"), f"{node} shows {output!r}: what peer01 took as owner, alone, is lost")
        tidy(c)


main(test)

# merlind dies five times right after its start; then it dies unnoticed and restarts while other nodes still hold its old connection: no check is late, and all nodes agree.
# F01 F07 F17 I4 I7 L2
import time

from cluster import check, cluster, main, now_ms, wait_for
from operators import command, texts, tidy, wait_shown

NODE = "peer02"
DEATHS = 5


def die_again_and_again(c):
    core = c.read(NODE, "/run/nagios4/nagios4.pid")
    for _ in range(DEATHS):
        c.kill(NODE, "daemon")
        time.sleep(0.5)
        c.start(NODE, "daemon")
        time.sleep(0.3)
    check(c.read(NODE, "/run/nagios4/nagios4.pid") == core, "the core is another process")


def die_unseen(c):
    """merlind ends while cut off, so no packet closes its connections and the other nodes keep them half-open."""
    c.lab("cut", NODE)
    c.kill(NODE, "daemon")
    c.start(NODE, "daemon")
    c.lab("heal")


def test():
    with cluster(fresh=True) as c:
        tidy(c)
        since = now_ms()
        time.sleep(c.interval)
        die_unseen(c)
        command(c, NODE, "ADD_HOST_COMMENT;host0001;1;anna;over the new links")
        wait_shown(c, "it is linked with all nodes again", lambda picture: texts(picture) == ["over the new links"], timeout_s=15)
        c.wait_settled(timeout_s=45)
        die_again_and_again(c)
        wait_for("the others run what was its own", lambda: c.settled(["peer01", "peer03"]) or c.settled(), 20)
        command(c, NODE, "ADD_HOST_COMMENT;host0001;1;anna;after the crash loop")
        wait_shown(c, "its operators' actions are everywhere", lambda picture: len(texts(picture)) == 2, timeout_s=20)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 6000, f"a check waited {longest} ms")
        tidy(c)
        c.lab("down")  # damping (R2) would hold this node back for minutes


main(test)

# A push names a node that is cut off meanwhile: that node has either the whole old or the whole new configuration, and the next node is not changed.
import time

from cluster import check, main, wait_for
from peers import change, digests, peers, push_under_way, release_lock


def test():
    with peers() as c:
        change(c, "cut off")
        before = digests(c)
        with push_under_way(c, "mon", "oconf", "push") as push:
            c.lab("cut", "peer02")
            _, errors = push.communicate(timeout=180)
            c.lab("heal")
        have = digests(c)
        check(push.returncode == 1 and "peer02" in errors, f"cut off in the middle: {errors!r}")
        check(have["peer02"] in (before["peer02"], have["peer01"]) and have["peer03"] == before["peer03"], f"after the cut: {have}")
        time.sleep(1)
        wait_for("peer02 is back", lambda: c.is_active("peer01", "peer02"), 60)
        release_lock(c, "peer02")


main(test)

# One link goes up and down continuously, then all links fail one after the other and return in another order, one of them with a small MTU: no check is late, and all nodes agree again.
# F13 F18 F20 I4 I7 L2
import time

from cluster import check, cluster, main, now_ms, wait_for
from operators import command, texts, tidy, wait_shown

MTU = 576
FLAPS = 8
FLAP_S = 0.7
LINKS = (("peer01", "peer02"), ("peer02", "peer03"), ("peer01", "peer03"))


def flap(c):
    """Each interruption is shorter than the time in which the nodes would notice it; peer03 hears both nodes throughout."""
    for _ in range(FLAPS):
        c.lab("cut", "peer01", "peer02")
        time.sleep(FLAP_S)
        c.lab("heal")
        time.sleep(FLAP_S)


def fail_in_turn(c):
    """Cuts one link after the other until each node is alone, then restores them in another order."""
    for one, other in LINKS:
        c.lab("cut", one, other)
        time.sleep(1)
    wait_for("each node is alone", lambda: all(not c.is_active(one, other) for one, other in LINKS), 12)
    command(c, "peer01", "ADD_HOST_COMMENT;host0001;1;anna;by the first alone")
    command(c, "peer02", "ADD_HOST_COMMENT;host0001;1;anna;by the second alone")
    time.sleep(1)
    for down in ([LINKS[0], LINKS[2]], [LINKS[2]], []):
        c.lab("heal")
        for one, other in down:
            c.lab("cut", one, other)
        time.sleep(1)


def test():
    with cluster(fresh=True) as c:
        tidy(c)
        before, since = c.owners(), now_ms()
        c.run("peer02", "ip", "link", "set", "eth0", "mtu", MTU)
        c.run("peer03", "/etc/init.d/merlind", "restart")  # all rows pass the link with the small MTU
        c.wait_settled()
        steady = now_ms()
        flap(c)
        check(all(c.owners(node) == before for node in c.nodes), "a flapping link between two that a third hears has moved checks")
        doubled = c.run_twice(steady, now_ms(), c.interval * 1000 / 2)
        check(not doubled, f"run twice while the link flapped: {doubled[:3]}")
        fail_in_turn(c)
        c.run("peer02", "ip", "link", "set", "eth0", "mtu", 1500)
        c.wait_settled(timeout_s=60)
        wait_shown(c, "what was done alone is everywhere", lambda picture: texts(picture) == ["by the first alone", "by the second alone"])
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 5000, f"a check waited {longest} ms")
        tidy(c)


main(test)

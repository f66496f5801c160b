# One node has two additional hosts configured: it runs these, the owners of all other hosts do not change, and mon names the difference.
# F59 I4
import time

from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each
from nodefiles import problem, reload_core

NODE = "peer02"
FILE = "/etc/nagios4/conf.d/extra.cfg"
EXTRA = ("extra01", "extra02")


def definitions():
    return "".join(f"define host {{\n  use lab-host\n  host_name {name}\n  address 198.18.250.{number}\n  hostgroups lab\n}}\n"
                   for number, name in enumerate(EXTRA, 1))


def test():
    with cluster() as c:
        before = c.owners()
        c.write(NODE, FILE, definitions())
        reload_core(c, NODE)
        c.wait_settled(hosts=c.hosts + len(EXTRA))
        check(c.owners() == before, "hosts that all know have moved")
        wait_for("mon names the node whose configuration differs", lambda: problem(c, "peer01", ["object configuration", NODE]), 10)
        settled = now_ms()
        time.sleep(2 * c.interval + 1)
        until = now_ms()
        extra = {(host, service) for host in EXTRA for service in ["-"] + [f"svc{n:02d}" for n in range(1, c.services + 1)]}
        owners = check_one_owner_each(c, settled, until, extra)
        check({owners[key] for key in extra} == {NODE}, "an extra host was run by a node that does not know it")
        check(all(owners[(host, "-")] == node for host, node in before.items()), "a host is run by another node than mon says")
        c.run(NODE, "rm", FILE)
        reload_core(c, NODE)
        c.wait_settled()
        check(problem(c, "peer01", ["object configuration", NODE]) is None, "mon still says that the configuration differs")


main(test)

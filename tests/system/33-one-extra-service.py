# One node has an additional service configured on a host that another node owns: the owner keeps the host and its services, and the node that has the additional service runs it.
# F59 I4
import time

from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each
from nodefiles import reload_core

NODE = "peer02"
FILE = "/etc/nagios4/conf.d/extra.cfg"
SERVICE = "extra01"


def ready_everywhere(c):
    entries = [c.about(node, NODE) for node in c.nodes]
    return all(entry["phase"] == "ready" and entry["hosts_owned"] for entry in entries)


def test():
    with cluster() as c:
        before = c.owners()
        host = next(host for host, owner in before.items() if owner != NODE)
        c.write(NODE, FILE, f"define service {{\n  use lab-service\n  host_name {host}\n  service_description {SERVICE}\n}}\n")
        reload_core(c, NODE)
        wait_for(f"{NODE} has joined again", lambda: ready_everywhere(c), 15)
        check(c.owners() == before, "hosts have moved for a service that one node knows more")
        settled = now_ms()
        time.sleep(2 * c.interval + 2)
        owners = check_one_owner_each(c, settled, now_ms(), {(host, SERVICE)})
        check(owners[(host, SERVICE)] == NODE, f"the extra service was run by {owners[(host, SERVICE)]}")
        wrong = {key: node for key, node in owners.items() if key != (host, SERVICE) and before[key[0]] != node}
        check(not wrong, f"checks were run by another node than the one that runs the host: {sorted(wrong.items())[:3]}")
        for node in c.nodes:
            owned = sum(entry["hosts_owned"] for entry in c.status(node)["nodes"])
            check(owned == c.hosts, f"{node} says that the nodes run {owned} of {c.hosts} hosts")
        c.run(NODE, "rm", FILE)
        reload_core(c, NODE)
        c.wait_settled()


main(test)

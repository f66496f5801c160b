# Every core has a host name and a service description longer than 4 KiB configured: Merlin ignores these objects and reports them; every other object, including those of the same host, is checked by exactly one node.
# F51 I1 I9
import time

from cluster import check, cluster, main, now_ms
from judging import check_one_owner_each

FILE = "/etc/nagios4/conf.d/long.cfg"
# Not checked actively: Nagios 4.4.6 sometimes skips other checks when it runs a check with such a long name.
HOST = "h" * 5000
SERVICE = "s" * 4097
TEXT = f"""define host {{
 use lab-host
 host_name {HOST}
}}
define service {{
 use lab-service
 host_name host0001
 service_description {SERVICE}
 active_checks_enabled 0
}}
"""
LOG = "/var/log/nagios4/nagios.log"


def test():
    with cluster(interval=4, fresh=True) as c:
        for node in c.nodes:
            c.write(node, FILE, TEXT)
            c.run(node, "/etc/init.d/nagios4", "restart")
        c.wait_settled(timeout_s=60)
        for node in c.nodes:
            log = c.read(node, LOG)
            check("Merlin leaves out 2 hosts and services" in log, f"the log of {node} does not report the names")
            check("h" * 41 not in next(line for line in log.splitlines() if "leaves out" in line), "the whole name is in the log line")
            check(c.status(node)["hosts"] == 60, f"{node} knows {c.status(node)['hosts']} hosts")
        time.sleep(c.interval)
        since = now_ms()
        time.sleep(2 * c.interval + 2)
        check_one_owner_each(c, since, now_ms())
        c.lab("down")


main(test)

# The owner writes the performance data of each check once; a node with `perfdata = all` also writes the data of the checks that other nodes run.
import time

from cluster import check, cluster, main, wait_for
from nodefiles import MERLIN_CONF, NAGIOS_CFG, edit, reload_core

OUT = "/var/log/lab/perfdata.log"
OFF = ("process_performance_data=0\n", f"""process_performance_data=1
service_perfdata_file={OUT}
service_perfdata_file_template=$HOSTNAME$\\t$SERVICEDESC$\\t$SERVICEPERFDATA$
service_perfdata_file_mode=a
""")
ALL = ("cluster = lab\n", "cluster = lab\nperfdata = all\n")
HOST, SERVICE = "host0005", "svc01"


def written(c, node, value):
    try:
        lines = c.read(node, OUT).splitlines()
    except OSError:
        return 0
    return sum(line.split("\t")[:2] == [HOST, SERVICE] and f"load={value}" in line for line in lines)


def test():
    with cluster(hosts=12, services=2, interval=3, fresh=True) as c:
        for node in c.nodes:
            edit(c, node, *OFF, path=NAGIOS_CFG)
            reload_core(c, node)
        c.wait_settled()
        owner = c.owner(HOST)
        others = [node for node in c.nodes if node != owner]
        c.lab("flag", f"{HOST};{SERVICE}", "warning", "busy | load=17")
        wait_for("the owner writes performance data", lambda: written(c, owner, 17) >= 2, 20)
        check([written(c, node, 17) for node in others] == [0, 0], "a node that did not run the check has written its performance data")

        wants = others[0]
        edit(c, wants, *ALL)
        reload_core(c, wants)
        c.wait_settled()
        c.lab("flag", f"{HOST};{SERVICE}", "warning", "busy | load=18")
        wait_for(f"{wants} writes all performance data", lambda: written(c, wants, 18) >= 3 and written(c, owner, 18) >= 3, 25)
        c.lab("flag", f"{HOST};{SERVICE}", "ok")
        time.sleep(2 * c.interval)
        counts = {node: written(c, node, 18) for node in c.nodes}
        print(f"lines written: {counts}; {owner} runs the host, {wants} has perfdata = all")
        check(counts[others[1]] == 0 and counts[owner] == counts[wants], "not once for each check")


main(test)

# A node with `notifies = no` runs its checks and tells nobody: the first other node in the host's ranking tells of the problem, again, of what people ask for and of the recovery, once each; also after that one has died.
# R4 R9 I6
from cluster import check, cluster, main
from nodefiles import edit, reload_daemon
from telling import Telling, host_of

SILENT = "peer03"
HERE = ("cluster = lab\n", "cluster = lab\nmodule {\n\tnotifies = no\n}\n")


def set_silent(c):
    for node in c.nodes:
        if node == SILENT:
            edit(c, node, *HERE)
            reload_daemon(c, node)
        else:
            c.run(node, "mon", "node", "edit", SILENT, "notifies=no")


def set_back(c):
    for node in c.nodes:
        if node == SILENT:
            edit(c, node, *reversed(HERE))
            reload_daemon(c, node)
        else:
            c.run(node, "mon", "node", "edit", SILENT, "notifies=")


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        set_silent(c)
        c.wait_settled()
        host = host_of(c, SILENT)
        one = Telling(c, host, "svc01")
        one.flag("critical", "the fan is broken")
        one.wait_told(1)
        teller = one.told()[0][0]
        check(teller != SILENT, f"{SILENT} has told")
        one.stays([(teller, "PROBLEM", 1)], "the problem", c.interval + 3)
        check(len(one.checks_since(one.since)) > 0 and c.owner(host) == SILENT, f"{SILENT} does not run {host} any more")

        c.command(SILENT, f"SEND_CUSTOM_SVC_NOTIFICATION;{host};svc01;2;lab;somebody is on the way")
        one.wait_told(1, "CUSTOM")
        c.command("peer01", f"ACKNOWLEDGE_SVC_PROBLEM;{host};svc01;1;1;1;lab;mine")
        one.wait_told(1, "ACKNOWLEDGEMENT")
        check([row[0] for row in one.told("CUSTOM", "ACKNOWLEDGEMENT")] == [teller, teller], f"told was {one.told()}")
        one.flag("ok")
        one.wait_told(1, "RECOVERY")
        one.stays([(teller, "RECOVERY", 2)], "the recovery", kinds=("RECOVERY",))

        two = Telling(c, host, "svc02")
        two.flag("critical", "no water")
        two.wait_told(1)
        left = next(node for node in c.nodes if node not in (SILENT, teller))
        c.kill(teller, "core")
        c.wait_settled([left, SILENT], timeout_s=15)
        check(c.owner(host, left) == SILENT, f"{host} has moved")
        two.flag("ok")
        two.wait_told(1, "RECOVERY", timeout_s=20)
        two.stays([(left, "RECOVERY", 2)], "the recovery after the teller's death", kinds=("RECOVERY",))
        c.start(teller, "core")
        c.wait_settled()
        two.stays([(teller, "PROBLEM", 1), (left, "RECOVERY", 2)], "told after the return")
        set_back(c)


main(test)

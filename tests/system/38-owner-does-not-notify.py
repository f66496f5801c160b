# A node with `notifies = no` checks its hosts but does not notify: the first other node in the host's ranking notifies the problem, custom notifications, acknowledgements and the recovery, once each, and the next one does when that node dies.
# R4 R9 I6
from cluster import check, cluster, main
from nodefiles import edit, reload_daemon
from notifications import NotificationsOf, host_of

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
        one = NotificationsOf(c, host, "svc01")
        one.flag("critical", "the fan is broken")
        one.wait_notified(1)
        notifier = one.notified()[0][0]
        check(notifier != SILENT, f"{SILENT} has notified")
        one.stays([(notifier, "PROBLEM", 1)], "the problem", c.interval + 3)
        check(len(one.checks_since(one.since)) > 0 and c.owner(host) == SILENT, f"{SILENT} does not run {host} any more")

        c.command(SILENT, f"SEND_CUSTOM_SVC_NOTIFICATION;{host};svc01;2;lab;somebody is on the way")
        one.wait_notified(1, "CUSTOM")
        c.command("peer01", f"ACKNOWLEDGE_SVC_PROBLEM;{host};svc01;1;1;1;lab;mine")
        one.wait_notified(1, "ACKNOWLEDGEMENT")
        check([row[0] for row in one.notified("CUSTOM", "ACKNOWLEDGEMENT")] == [notifier, notifier], f"notified: {one.notified()}")
        one.flag("ok")
        one.wait_notified(1, "RECOVERY")
        one.stays([(notifier, "RECOVERY", 2)], "the recovery", kinds=("RECOVERY",))

        two = NotificationsOf(c, host, "svc02")
        two.flag("critical", "no water")
        two.wait_notified(1)
        left = next(node for node in c.nodes if node not in (SILENT, notifier))
        c.kill(notifier, "core")
        c.wait_settled([left, SILENT], timeout_s=15)
        check(c.owner(host, left) == SILENT, f"{host} has moved")
        two.flag("ok")
        two.wait_notified(1, "RECOVERY", timeout_s=20)
        two.stays([(left, "RECOVERY", 2)], "the recovery after the notifier's death", kinds=("RECOVERY",))
        c.start(notifier, "core")
        c.wait_settled()
        two.stays([(notifier, "PROBLEM", 1), (left, "RECOVERY", 2)], "notified after the return")
        set_back(c)


main(test)

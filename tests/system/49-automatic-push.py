# `watch = yes` copies a changed file to the other node automatically, and `object_config { auto = push }` pushes the object configuration once the local core runs it, but never over a configuration that was changed on the target; a restart of merlind leaves one helper process.
import os
import time

from bare import bare_nodes
from cluster import check, main, wait_for
from peers import digests, make_peers

FOLDER = "/etc/nagios4/conf.d/"
FILE = "/root/watched"


def configure(c):
    text = c.read("peer01", "/etc/merlin/merlin.conf")
    text = text.replace("cluster = lab\n", "cluster = lab\ndaemon {\n\tobject_config {\n\t\tauto = push\n\t}\n}\n", 1)
    text = text.replace("peer peer02 {\n", f"peer peer02 {{\n\tsync {{\n\t\twatch = yes\n\t\t{FILE} {FILE}\n\t}}\n", 1)
    c.write("peer01", "/etc/merlin/merlin.conf", text)
    check("auto = push" in text and "watch = yes" in text, f"the lab's merlin.conf is not as it was: {text}")


def helpers(c, node):
    return c.run(node, "pgrep", "-cf", "[m]on watch", check_status=False).stdout.strip()


def check_watch(c):
    c.write("peer01", FILE, "first\n")
    c.run("peer01", "/etc/init.d/merlind", "restart")
    wait_for("the file is there", lambda: os.path.exists(c.path("peer02", FILE)), 15)
    c.write("peer01", FILE, "second\n")
    wait_for("its change too", lambda: c.read("peer02", FILE) == "second\n", 15)
    check(helpers(c, "peer01") == "1" and helpers(c, "peer02") == "0", "not exactly one mon watch runs, at peer01")
    c.wait_settled()


def edit(c, node, text):
    """Changes the configuration as an operator does, and restarts the core with it."""
    c.write(node, FOLDER + "by-itself.cfg", text)
    time.sleep(1.1)
    c.run(node, "/etc/init.d/nagios4", "restart")


def check_auto(c):
    c.mon("peer01", "oconf", "push")
    before = digests(c)["peer01"]
    edit(c, "peer01", "define hostgroup {\n hostgroup_name by-itself\n alias x\n}\n")
    after = digests(c)["peer01"]
    check(after != before, "the edit changed nothing")
    wait_for("all have the new configuration", lambda: set(digests(c).values()) == {after}, 60)
    c.wait_settled(timeout_s=60)


def check_conflict(c):
    """peer03 was changed by hand: nothing is pushed to it, while peer02 receives the push."""
    edit(c, "peer03", "define hostgroup {\n hostgroup_name theirs\n alias x\n}\n")
    theirs = digests(c)["peer03"]
    c.wait_settled(timeout_s=60)
    edit(c, "peer01", "define hostgroup {\n hostgroup_name ours\n alias x\n}\n")
    ours = digests(c)["peer01"]
    wait_for("peer02 has the new configuration", lambda: digests(c)["peer02"] == ours, 60)
    time.sleep(5)
    check(digests(c)["peer03"] == theirs, "what was changed at peer03 was overwritten")


def check_ends(c):
    c.run("peer01", "/etc/init.d/merlind", "stop")
    wait_for("mon watch has ended with merlind", lambda: helpers(c, "peer01") == "0", 10)
    c.start("peer01", "daemon")


def test():
    with bare_nodes() as c:
        make_peers(c)
        configure(c)
        check_watch(c)
        check_auto(c)
        check_conflict(c)
        check_ends(c)


main(test)

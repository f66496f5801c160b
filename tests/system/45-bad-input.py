# Invalid input by command pipe and plugin (a downtime for an unknown host, 64 KiB of invalid bytes, NUL and control bytes, missing fields, wrong numbers) is accepted or refused as by a core without Merlin, equally on all nodes; no process ends, and every store stays valid.
# I7 I8 I11
import re
import time

from cluster import check, cluster, main, wait_for
from nodefiles import problems
from operators import command, shown, texts, tidy, wait_shown

PID_FILES = ("/run/nagios4/nagios4.pid", "/run/merlin/merlind.pid")
ODD = b"caf\xe9 \xff\xfe \x01\x07\x1b[31m \\n <b>&amp;</b> " + "\u00fc\u2603".encode()
PLUGIN = """#!/bin/sh
case "$*" in
*"{host} {service}"*) printf 'first\\001\\007\\000 after NUL\\n\\033[31mlong \\377\\376 output\\nthird | a=1;2;3\\r\\n'; exit 1 ;;
esac
exec /usr/lib/nagios/plugins/check_lab.real "$@"
"""
BROKEN = ("", ";", "\x01", "NO_SUCH_COMMAND;a;b", "ADD_HOST_COMMENT", "ADD_HOST_COMMENT;host0001", "ADD_HOST_COMMENT;host0001;1", "ADD_HOST_COMMENT;host0001;1;anna",
          "ADD_SVC_COMMENT;host0001;svc01", "ADD_SVC_COMMENT;;;;;", "SCHEDULE_HOST_DOWNTIME;host0001", "SCHEDULE_HOST_DOWNTIME;host0001;x;y;z;;;;",
          "SCHEDULE_SVC_DOWNTIME;host0001;svc01;9999999999999999999;-1;1;0;0;anna;numbers", "DEL_HOST_COMMENT", "DEL_HOST_COMMENT;-1", "DEL_SVC_DOWNTIME;abc",
          "ACKNOWLEDGE_SVC_PROBLEM;host0001;svc01", "PROCESS_SERVICE_CHECK_RESULT;host0001;svc01", "PROCESS_SERVICE_CHECK_RESULT;host0001;svc01;7;odd state",
          "PROCESS_HOST_CHECK_RESULT;host0001;;", "CHANGE_CUSTOM_SVC_VAR;host0001;svc01", "CHANGE_MAX_SVC_CHECK_ATTEMPTS;host0001;svc01;-3",
          "CHANGE_NORMAL_SVC_CHECK_INTERVAL;host0001;svc01;often", "SEND_CUSTOM_SVC_NOTIFICATION;host0001;svc01", "SCHEDULE_FORCED_SVC_CHECK;host0001")
UNKNOWN = ("SCHEDULE_HOST_DOWNTIME;nobody;{now};{end};1;0;0;anna;for nobody", "SCHEDULE_SVC_DOWNTIME;host0001;nothing;{now};{end};1;0;0;anna;for nothing",
           "ADD_HOST_COMMENT;nobody;1;anna;for nobody", "ACKNOWLEDGE_HOST_PROBLEM;nobody;1;1;1;anna;for nobody",
           "PROCESS_SERVICE_CHECK_RESULT;nobody;svc01;2;for nobody", "SCHEDULE_HOSTGROUP_HOST_DOWNTIME;nogroup;{now};{end};1;0;0;anna;for nobody")
TARGET = ("host0005", "svc02")


def processes(c):
    return {(node, path): c.read(node, path).strip() for node in c.nodes for path in PID_FILES}


def raw_lines(c, node, name):
    """Lines of the node's status.dat that say this of a service, as bytes."""
    with open(c.path(node, "/var/lib/nagios4/status.dat"), "rb") as file:
        # The node that has run the plugin shows its control characters, the others a blank instead.
        lines = [re.sub(rb"[\x00-\x08\x0b-\x1f\x7f]", b" ", line) for line in file.read().split(b"\n")]
        return [line.strip() for line in lines if line.strip().startswith(name)]


def use_odd_plugin(c):
    """One service's output has everything that a plugin should not print."""
    plugin = "/usr/lib/nagios/plugins/check_lab"
    for node in c.nodes:
        c.run(node, "mv", plugin, f"{plugin}.real")
        c.write(node, plugin, PLUGIN.format(host=TARGET[0], service=TARGET[1]))
        c.run(node, "chmod", "755", plugin)


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        tidy(c)
        began = processes(c)
        now = int(time.time())
        for node, other in zip(c.nodes, c.nodes[1:] + c.nodes[:1]):
            command(c, node, *BROKEN)
            command(c, other, *(line.format(now=now, end=now + 600) for line in UNKNOWN))
        # A line that a pipe takes at once is 4 KiB; longer ones the core reads in pieces, and cuts where it always does.
        command(c, "peer01", b"ADD_SVC_COMMENT;host0002;svc01;1;anna;odd " + ODD)
        command(c, "peer02", b"ADD_HOST_COMMENT;host0002;1;anna;long " + b"x\xff\xc3" * 21_800)
        command(c, "peer03", b"ADD_HOST_COMMENT;host0003;1;anna;two\nlines and a tail;1;2;3")
        use_odd_plugin(c)
        picture = wait_shown(c, "the odd comment is everywhere", lambda picture: any(text.startswith("odd ") for text in texts(picture)), timeout_s=30)
        wait_for("the odd output is everywhere", lambda: all(c.status_dat(node)[TARGET]["current_state"] == "1" and c.status_dat(node)[TARGET]["state_type"] == "1"
                                                             for node in c.nodes), 30)
        time.sleep(c.interval)
        picture = wait_shown(c, "all show the same", lambda _: True)
        check(not [entry for entry in picture["downtimes"] if "for no" in entry[9]], f"a downtime for nobody: {picture['downtimes']}")
        check(any(text.startswith("two") for text in texts(picture)), f"the first of two lines is no comment: {texts(picture)}")
        for name in (b"plugin_output=", b"long_plugin_output=", b"comment_data="):
            shows = {node: sorted(set(raw_lines(c, node, name))) for node in c.nodes}
            odd = [{line for line in lines if b"checked by" not in line} for lines in shows.values()]
            check(odd[0] == odd[1] == odd[2], f"{name} differs: {[sorted(lines ^ odd[0])[:2] for lines in odd[1:]]}")
        check(processes(c) == began, "a process is another one than before")
        # What is on disk is as good: a node that has only that, and one that has only what the others say.
        before = shown(c, "peer01")
        for node in ("peer02", "peer03"):
            c.kill(node, "all")
        c.run("peer03", "sh", "-c", "rm -f /var/lib/nagios4/retention.dat; find /var/lib/merlin -name 'store*' -delete")
        for node in ("peer02", "peer03"):
            c.start(node, "all")
        c.wait_settled(timeout_s=60)
        after = wait_shown(c, "all show the same after two were restarted", lambda picture: len(picture["comments"]) == len(before["comments"]), timeout_s=30)
        check(texts(after) == texts(before), "comments are others than before")
        for node in c.nodes:
            store = c.status(node)["store"]
            check(store["state"] == "well" and not store["set_aside"], f"the store of {node}: {store}")
            said = [text for text, _ in problems(c, node)]
            check(not said, f"{node} has problems: {said}")
        c.lab("down")  # its plugin is another


main(test)

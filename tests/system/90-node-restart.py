# `mon node restart` restarts nodes one after another, each drained before and ready after it; a node that was drained stays drained; a node that does not come up stays drained and ends the command; if a node is away or its core would not start again, nothing is restarted.
# I4
import json

from bare import bare_nodes
from cluster import check, main, wait_for
from peers import make_peers

INIT = "/etc/init.d/nagios4"


def pids_of(c, node):
    return c.read(node, "/run/merlin/merlind.pid").strip(), c.read(node, "/run/nagios4/nagios4.pid").strip()


def pids(c):
    return {node: pids_of(c, node) for node in c.nodes}


def changed(c, before):
    """The nodes of which daemon and core were restarted; no node may have only one of them restarted."""
    now = pids(c)
    partly = [node for node in c.nodes if (now[node][0] == before[node][0]) != (now[node][1] == before[node][1])]
    check(not partly, f"only one of daemon and core was restarted on {partly}")
    return [node for node in c.nodes if now[node] != before[node]]


def phases(c):
    return {node: c.about("peer01", node)["phase"] for node in c.nodes}


def check_one_after_another(c):
    before = pids(c)
    out, errors = c.mon("peer01", "node", "restart", "--type=peer", timeout_s=300)
    steps = [line.split(",")[0].split(";")[0] for line in out.splitlines()]
    check(steps == ["peer02: drained", "peer02: restarted", "peer03: drained", "peer03: restarted"] and errors == "", f"it prints {out!r} {errors!r}")
    check(changed(c, before) == ["peer02", "peer03"], f"restarted are {changed(c, before)}")
    check(set(phases(c).values()) == {"ready"}, f"afterwards the nodes are {phases(c)}")


def check_self_is_last(c):
    before = pids(c)
    document = json.loads(c.mon("peer01", "node", "restart", "peer03", "--self", "--json", timeout_s=300)[0])
    check([(node["name"], node["outcome"], node["error"]) for node in document["nodes"]] == [("peer03", "restarted", None), ("peer01", "restarted", None)],
          f"as a document it says {document}")
    check(changed(c, before) == ["peer01", "peer03"], f"restarted are {changed(c, before)}")


def check_stops_at_failure(c):
    """The core of peer02 does not start again."""
    c.run("peer02", "mv", INIT, INIT + ".away")
    c.write("peer02", INIT, f"#!/bin/sh\n[ \"$1\" = start ] && exit 1\nexec {INIT}.away \"$@\"\n")
    c.run("peer02", "chmod", "755", INIT)
    before = pids(c)
    out, errors = c.mon("peer01", "node", "restart", "--all", status=1, timeout_s=300)
    check("it is left drained" in errors and "mon node undrain peer02" in errors and "mon: not restarted: peer03\n" in errors, f"it says {errors!r}")
    check(out.startswith("peer02: drained") and pids_of(c, "peer03") == before["peer03"], f"peer03 was restarted: {out!r}")
    c.run("peer02", "mv", INIT + ".away", INIT)
    c.start("peer02", "all")
    wait_for("peer02 is drained", lambda: phases(c)["peer02"] == "drained" and c.about("peer01", "peer02")["state"] == "active", 60)
    c.mon("peer01", "node", "undrain", "peer02", timeout_s=150)


def check_configurations_first(c):
    """The core of peer03, which would be the last, rejects its configuration."""
    before = pids(c)
    c.write("peer03", "/etc/nagios4/conf.d/bad.cfg", "define host {\n host_name x\n use no_such_template\n}\n")
    _, errors = c.mon("peer01", "node", "restart", "--all", status=1)
    check("mon: peer03: " in errors and "the core would not start again: " in errors and errors.endswith("mon: no node was restarted\n"), f"it says {errors!r}")
    check(changed(c, before) == [] and set(phases(c).values()) == {"ready"}, f"restarted are {changed(c, before)}")
    c.run("peer03", "rm", "/etc/nagios4/conf.d/bad.cfg")


def check_drained_stays_drained(c):
    before = pids(c)
    c.mon("peer01", "node", "drain", "peer02", timeout_s=150)
    out, _ = c.mon("peer01", "node", "restart", "peer02", timeout_s=300)
    check(out == "peer02: restarted; it stays drained, as before\n" and changed(c, before) == ["peer02"], f"of a drained node it says {out!r}")
    check(phases(c)["peer02"] == "drained", f"afterwards the nodes are {phases(c)}")
    c.mon("peer01", "node", "undrain", "peer02", timeout_s=150)


def check_nothing_if_one_is_away(c):
    before = pids(c)
    c.lab("cut", "peer03")
    wait_for("peer03 is lost", lambda: c.about("peer01", "peer03")["state"] != "active", 60)
    _, errors = c.mon("peer01", "node", "restart", "--all", status=1)
    c.lab("heal")
    check("peer03: it is " in errors and errors.endswith("mon: no node was restarted\n"), f"with a node away it says {errors!r}")
    check(changed(c, before) == [], f"restarted are {changed(c, before)}")


def test():
    with bare_nodes() as c:
        make_peers(c)
        check_one_after_another(c)
        check_self_is_last(c)
        check_configurations_first(c)
        check_drained_stays_drained(c)
        check_stops_at_failure(c)
        check_nothing_if_one_is_away(c)


main(test)

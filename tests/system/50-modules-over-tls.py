# Each core connects to its daemon over TLS, `daemon = HOST:15551`, and no unix socket is in use: each check has one owner, a killed core is taken over, and it gets its share back when it returns.
import re
import time

from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each
from nodefiles import MERLIN_CONF, NAGIOS_CFG, edit, fingerprint, reload_daemon

MODULE_CONF = "/etc/merlin/module.conf"
DIES = "peer02"


def by_tls(c, node):
    """The setup of docs/merlind.md with the core on the same machine: the module has a file and a key of its own."""
    c.write(node, MODULE_CONF, f"node_name = {node}\ncluster = lab\nmodule {{\n  daemon = {node}:15551\n  fingerprint = {fingerprint(c, node)}\n}}\n")
    printed = c.run(node, "merlind", "--init", "--config", MODULE_CONF)
    of_module = next(line.split()[1] for line in printed.splitlines() if line.startswith("module SHA256:"))
    c.write(node, MERLIN_CONF, c.read(node, MERLIN_CONF) + f"\nmodule {{\n  fingerprint = {of_module}\n}}\n")
    reload_daemon(c, node)
    edit(c, node, f"merlin.so {MERLIN_CONF}\n", f"merlin.so {MODULE_CONF}\n", NAGIOS_CFG)
    c.kill(node, "core", "HUP")


def links_of_core(c, node):
    """How many connections lead to port 15551, and how many to the daemon's unix socket."""
    tcp = c.run(node, "ss", "-tnpH", "state", "established", "dport", "=", ":15551")
    unix = c.run(node, "ss", "-xpH")
    return len(re.findall(r"nagios4", tcp)), len([line for line in unix.splitlines() if "merlind.sock" in line and "ESTAB" in line])


def test():
    with cluster(fresh=True) as c:
        before = c.owners()
        for node in c.nodes:
            by_tls(c, node)
        wait_for("each core has one link by TLS and none by unix socket", lambda: all(links_of_core(c, node) == (1, 0) for node in c.nodes), 10, 0.2)
        wait_for("all share as before", lambda: all(c.owners(node) == before for node in c.nodes), 20, 0.5)
        c.wait_settled()
        since = now_ms()
        time.sleep(c.interval + 2)
        owners = check_one_owner_each(c, since, now_ms())
        check(all(owners[(host, "-")] == node for host, node in before.items()), "a host is run by another node than mon says")

        c.kill(DIES, "core")
        others = [node for node in c.nodes if node != DIES]
        wait_for("the others know", lambda: not any(c.is_active(node, DIES) for node in others), 5, 0.05)
        c.wait_settled(others, timeout_s=10)
        time.sleep(c.interval + 2)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 2000, f"a check waited {longest} ms at an interval of {c.interval} s")
        c.start(DIES, "core")
        wait_for("all share as before", lambda: all(c.owners(node) == before for node in c.nodes), 30, 0.5)
        c.wait_settled()
        check(all(links_of_core(c, node) == (1, 0) for node in c.nodes), "a core's link is not by TLS any more")
        c.lab("down")  # other tests cannot use these nodes


main(test)

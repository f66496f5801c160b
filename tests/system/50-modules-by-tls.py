# Each core finds its daemon by TLS, `daemon = HOST:15551`, with no unix socket in use: the split is exclusive, a killed core is taken over, and its return gives all back.
import re
import tempfile
import time

from cluster import check, cluster, main, now_ms, wait_for
from intruder import make_certificate
from judging import check_one_runner_each, longest_wait_ms, objects_of, runs_of
from nodefiles import MERLIN_CONF, NAGIOS_CFG, edit, fingerprint, reload_daemon

MODULE_CONF = "/etc/merlin/module.conf"
MODULE_TLS = "/etc/merlin/module-tls"
DIES = "peer02"


def certificate_of_module(c, node, number):
    """Made elsewhere, as on another machine; its fingerprint."""
    with tempfile.TemporaryDirectory() as folder:
        make_certificate(folder, f"{number:032x}")
        c.run(node, "install", "-d", "-o", "nagios", "-g", "nagios", "-m", "0700", MODULE_TLS)
        for name in ("key.pem", "cert.pem"):
            with open(f"{folder}/{name}", encoding="utf-8") as file:
                c.write(node, f"{MODULE_TLS}/{name}", file.read())
        c.run(node, "sh", "-c", f"chown nagios:nagios {MODULE_TLS}/* && chmod 0600 {MODULE_TLS}/key.pem")
    printed = c.run(node, "openssl", "x509", "-in", f"{MODULE_TLS}/cert.pem", "-noout", "-fingerprint", "-sha256")
    return printed.strip().split("=")[1].replace(":", "").lower()


def by_tls(c, node, number):
    of_module = certificate_of_module(c, node, number)
    c.write(node, MERLIN_CONF, c.read(node, MERLIN_CONF) + f"\nmodule {{\n  fingerprint = {of_module}\n}}\n")
    reload_daemon(c, node)
    c.write(node, MODULE_CONF, f"node_name = {node}\ncluster = lab\nmodule {{\n  daemon = {node}:15551\n  fingerprint = {fingerprint(c, node)}\n}}\n"
                               f"daemon {{\n  tls_dir = {MODULE_TLS}\n}}\n")
    edit(c, node, f"merlin.so {MERLIN_CONF}\n", f"merlin.so {MODULE_CONF}\n", NAGIOS_CFG)
    c.kill(node, "core", "HUP")


def links_of_core(c, node):
    """How many lead to port 15551, and how many to the daemon's unix socket."""
    tcp = c.run(node, "ss", "-tnpH", "state", "established", "dport", "=", ":15551")
    unix = c.run(node, "ss", "-xpH")
    return len(re.findall(r"nagios4", tcp)), len([line for line in unix.splitlines() if "merlind.sock" in line and "ESTAB" in line])


def test():
    with cluster(fresh=True) as c:
        before = c.owners()
        for number, node in enumerate(c.nodes, 1):
            by_tls(c, node, number)
        wait_for("each core has one link by TLS and none by unix socket", lambda: all(links_of_core(c, node) == (1, 0) for node in c.nodes), 10, 0.2)
        wait_for("all share as before", lambda: all(c.owners(node) == before for node in c.nodes), 20, 0.5)
        c.wait_settled()
        since = now_ms()
        time.sleep(c.interval + 2)
        runners = check_one_runner_each(c, since, now_ms())
        check(all(runners[(host, "-")] == node for host, node in before.items()), "a host is run by another node than mon says")

        c.kill(DIES, "core")
        others = [node for node in c.nodes if node != DIES]
        wait_for("the others know", lambda: not any(c.is_active(node, DIES) for node in others), 5, 0.05)
        c.wait_settled(others, timeout_s=10)
        time.sleep(c.interval + 2)
        until = now_ms()
        longest = longest_wait_ms(runs_of(c, since, until), objects_of(c), since, until)
        check(longest <= c.interval * 1000 + 2000, f"a check waited {longest} ms at an interval of {c.interval} s")
        c.start(DIES, "core")
        wait_for("all share as before", lambda: all(c.owners(node) == before for node in c.nodes), 30, 0.5)
        c.wait_settled()
        check(all(links_of_core(c, node) == (1, 0) for node in c.nodes), "a core's link is not by TLS any more")
        c.lab("down")  # its nodes are not like others


main(test)

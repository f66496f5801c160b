# A node gets a new key, with an interruption at each step: no link is down for longer than a restart takes, all nodes trust the new certificate and none the old one, and the switch waits for a node that cannot be reached.
import json
import os

from bare import bare_nodes
from cluster import check, main, wait_for

TLS = "/etc/merlin/tls"


def own(c, node):
    return json.loads(c.run(node, "mon", "cert", "show", "--json"))


def trusted_by(c, node, other):
    entries = json.loads(c.run(node, "mon", "node", "show", "--json"))["nodes"]
    return next(entry["fingerprint"] for entry in entries if entry["name"] == other)


def is_over(c, old):
    """All nodes are linked by the new certificate of peer01, and trust no other certificate of it."""
    now = own(c, "peer01")
    check(now["node_id"] == old["node_id"] and now["fingerprint"] != old["fingerprint"], "not a new certificate of the same node")
    for node in ("peer02", "peer03"):
        check(trusted_by(c, node, "peer01") == [now["fingerprint"]], f"{node} trusts {trusted_by(c, node, 'peer01')}")
    check(c.ask("peer01", command="certs")["fingerprint"] == now["fingerprint"], "merlind still shows the old one")
    check(sorted(os.listdir(c.path("peer01", TLS))) == ["cert.pem", "key.pem", "trusted.json"], f"left: {os.listdir(c.path('peer01', TLS))}")
    for name in ("cert.pem", "key.pem"):
        check(c.run("peer01", "stat", "-c", "%U", f"{TLS}/{name}") == "merlin\n", f"{name} is not merlind's")
    wait_for("all links are up", lambda: all(c.about("peer01", node)["linked"] for node in ("peer02", "peer03")))
    c.wait_settled(timeout_s=90)


def one_is_unreachable(c):
    old = own(c, "peer01")
    c.lab("cut", "peer03")
    _, errors = c.mon("peer01", "cert", "rotate", "--timeout", "3s", status=1)
    check("peer03: " in errors and "the old one stays in use" in errors, errors)
    check(own(c, "peer01")["fingerprint"] == old["fingerprint"], "it was switched all the same")
    check(trusted_by(c, "peer02", "peer01")[0] == old["fingerprint"], "the old one is not trusted any more")
    c.lab("heal")
    wait_for("peer03 is back", lambda: c.is_active("peer01", "peer03"), 60)
    made = json.loads(c.run("peer02", "mon", "node", "show", "--json"))["nodes"][0]["fingerprint"]
    said = json.loads(c.mon("peer01", "cert", "rotate", "--json")[0])
    check(said == {"fingerprint": own(c, "peer01")["fingerprint"], "retired": old["fingerprint"], "error": None,
                   "nodes": [{"name": node, "error": None} for node in ("peer02", "peer03")]}, f"cert rotate --json says {said}")
    is_over(c, old)
    check(own(c, "peer01")["fingerprint"] in made, "the second call made another key")


def interrupted_between_the_files(c):
    """The state after a power failure between the two renames: the new key, the old certificate."""
    old = own(c, "peer01")
    c.lab("cut", "peer03")
    c.mon("peer01", "cert", "rotate", "--timeout", "3s", status=1)
    c.lab("heal")
    wait_for("peer03 is back", lambda: c.is_active("peer01", "peer03"), 60)
    c.mon("peer01", "cert", "push")
    c.run("peer01", "setpriv", "--reuid=merlin", "--regid=merlin", "--clear-groups", "sh", "-c",
          f"cd {TLS} && mkdir previous && ln cert.pem previous/cert.pem && mv next/key.pem key.pem")
    c.mon("peer01", "cert", "rotate")
    is_over(c, old)


def test():
    with bare_nodes() as c:
        c.make_cluster()
        old = own(c, "peer01")
        out, _ = c.mon("peer01", "cert", "rotate")
        check(f"old certificate {old['fingerprint']} is no longer trusted" in out, out)
        is_over(c, old)
        one_is_unreachable(c)
        interrupted_between_the_files(c)


main(test)

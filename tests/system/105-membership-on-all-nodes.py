# `mon node add` and `remove` with --everywhere: all or nothing for wrong input, a node that is away is named and done later, twice changes nothing (R10).
import re

from bare import LOGIN, bare_nodes
from cluster import check, main, wait_for

CONF = "/etc/merlin/merlin.conf"
ADD = ("node", "add", "peer03", "type=peer", "--everywhere")
LEARN = (*LOGIN, "--accept-new", "--timeout", "3")


def confs(c):
    """Fingerprints apart, which a change of membership exchanges."""
    return {node: re.sub(r"\tfingerprint.*\n", "", c.read(node, CONF)) for node in c.nodes}


def wrong_input(c):
    before = confs(c)
    c.mon_refuses("peer01", *ADD, "wait=2", *LOGIN, says="unknown option 'wait'", status=2)
    c.mon_refuses("peer01", "node", "add", "peer30", "type=peer", "--everywhere", *LEARN, says="nothing was changed on any node")
    c.mon_refuses("peer01", "node", "remove", "peer30", "--everywhere", says="there is no node 'peer30'", status=2)
    c.run("peer02", "mon", "node", "add", "peer03", "type=peer", "weight=7")
    other = confs(c)
    c.mon_refuses("peer01", *ADD, "weight=2", *LEARN, says="peer02 has peer03 already, with another weight")
    check(confs(c) == other, "a change that one node rejects has changed something")
    c.run("peer02", "mon", "node", "remove", "peer03")
    check(confs(c) == before, "peer03 is still named")


def one_is_away(c):
    c.lab("cut", "peer02")
    out, errors = c.mon("peer01", *ADD, "weight=2", *LEARN, status=1)
    check("peer03: peer02, peer01 added" in out, f"with peer02 cut off: {out}{errors}")
    check("peer02: " in errors and "mon node add peer03 type=peer weight=2 --everywhere" in errors.replace("weight=2 type=peer", "type=peer weight=2"),
          f"what finishes it is not named: {errors}")
    c.lab("heal")
    out, _ = c.mon("peer01", *ADD, "weight=2", *LEARN)
    check("peer02: peer03 added" in out and "peer03: peer02, peer01 was present" in out, f"the second time: {out}")
    c.wait_settled(timeout_s=90)


def twice(c):
    before = {node: c.read(node, CONF) for node in c.nodes}
    c.mon("peer01", *ADD, "weight=2")
    check({node: c.read(node, CONF) for node in c.nodes} == before, "the same command once more has changed something")


def all_know_all(c):
    """The two that never met connect without a question about host keys: only the key is missing."""
    for node, other in (("peer02", "peer03"), ("peer03", "peer02"), ("peer02", "peer01"), ("peer03", "peer01")):
        c.mon_refuses(node, "node", "ctrl", other, "--", "true", says="none of our keys is accepted")


def removed(c):
    c.mon("peer01", "sshkey", "fetch", "--all")
    c.lab("cut", "peer02")
    out, errors = c.mon("peer01", "node", "remove", "peer03", "--everywhere", "--timeout", "3", status=1)
    check("when it can be reached: mon node ctrl peer02 -- mon node remove peer03" in errors, f"what finishes it is not named: {errors}")
    check("peer01: /root/.ssh/authorized_keys: ssh-ed25519" in out and "root@peer03" in out, f"the key that remains is not named: {out}")
    check("on peer03: mon sshkey forget peer01" in out, f"our key on the removed node is not named: {out}")
    c.lab("heal")
    c.mon("peer01", "node", "remove", "peer03", "--everywhere")
    wait_for("peer02 has forgotten it", lambda: c.about("peer02", "peer03") is None, 15)
    check(all("peer03" not in c.read(node, CONF) for node in ("peer01", "peer02")), "a merlin.conf still names the removed node")
    check("peer " not in c.read("peer03", CONF), "the removed node still has peers")


def test():
    with bare_nodes() as c:
        c.mon("peer01", "node", "add", "peer02", "type=peer", "--everywhere", *LEARN)
        c.wait_settled(["peer01", "peer02"])
        wrong_input(c)
        one_is_away(c)
        twice(c)
        all_know_all(c)
        removed(c)


main(test)

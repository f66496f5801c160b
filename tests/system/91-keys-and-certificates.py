# The documented setup and removal on bare nodes: sshkey push and fetch copy keys (never twice) and certificates, also between two nodes that never exchanged anything; no node trusts a removed node.
import json
import os

from bare import LOGIN, bare_nodes
from cluster import Failed, check, main, wait_for

KEYS = "/root/.ssh/authorized_keys"


def check_files(c, node):
    for path, mode in (("/root/.ssh", 0o700), (KEYS, 0o600), ("/root/.ssh/id_ed25519", 0o600)):
        have = os.stat(c.path(node, path)).st_mode & 0o7777
        check(have == mode, f"{node}: {path} has mode {have:o}")


def fingerprint(c, node):
    return json.loads(c.run(node, "mon", "cert", "show", "--json"))["fingerprint"]


def trusted_by(c, node):
    """{block: [fingerprints]} of this node's merlin.conf."""
    return {entry["name"]: entry["fingerprint"] for entry in json.loads(c.run(node, "mon", "node", "show", "--json"))["nodes"]}


def set_up_two(c):
    c.run("peer01", "mon", "node", "add", "peer02", "type=peer")
    c.mon_refuses("peer01", "sshkey", "push", "--all", *LOGIN, says="host key is unknown")
    c.mon("peer01", "sshkey", "push", "--all", *LOGIN, "--accept-new")
    c.mon("peer01", "sshkey", "fetch", "--all")
    for node in ("peer01", "peer02"):
        check_files(c, node)
    before = c.read("peer02", KEYS), c.read("peer01", KEYS)
    shown = c.read("peer01", KEYS).split()
    check(shown[-1] == "root@peer02", f"peer02's key says it is of {shown[-1]}")
    expected = [{"name": "peer02", "error": None, "fingerprint": fingerprint(c, "peer02"), "key": "was there"}]
    for words in (("push", "--all"), ("fetch", "peer02")):
        said = json.loads(c.mon("peer01", "sshkey", *words, "--json")[0])["nodes"]
        check(said == expected, f"sshkey {words[0]} --json says {said}")
    del expected[0]["key"]
    check(json.loads(c.mon("peer01", "cert", "push", "--json")[0])["nodes"] == expected, "cert push --json says something else")
    check((c.read("peer02", KEYS), c.read("peer01", KEYS)) == before, "a second exchange changed authorized_keys")
    c.mon("peer01", "node", "ctrl", "peer02", "--", "mon", "node", "add", "peer01", "type=peer")
    c.wait_settled(["peer01", "peer02"])


def add_third(c):
    c.run("peer01", "mon", "node", "add", "peer03", "type=peer")
    c.mon("peer01", "sshkey", "push", "--all", *LOGIN, "--accept-new")
    c.mon("peer01", "sshkey", "fetch", "--all")
    for node, name in (("peer02", "peer03"), ("peer03", "peer02"), ("peer03", "peer01")):
        c.mon("peer01", "node", "ctrl", node, "--", "mon", "node", "add", name, "type=peer")
    check(trusted_by(c, "peer03")["peer02"] == [fingerprint(c, "peer02")], "peer03 did not receive peer02's certificate")
    wait_for("peer02 and peer03, who never exchanged anything, hear each other",
             lambda: c.is_active("peer02", "peer03") and c.is_active("peer03", "peer02"), 10)
    c.wait_settled()


def one_of_two_is_away(c):
    c.lab("cut", "peer02")
    out, errors = c.mon("peer01", "sshkey", "push", "--all", "--timeout", "2", status=1)
    said = json.loads(c.mon("peer01", "cert", "fetch", "--timeout", "2", "--json", status=1)[0])["nodes"]
    check("no answer" in said[0]["error"] and said[1]["error"] is None, f"cert fetch --json with one cut off: {said}")
    c.lab("heal")
    check("peer03: key was there" in out and "peer02: no answer" in errors, f"with one cut off: {out!r} {errors!r}")
    wait_for("peer02 is heard again", lambda: c.is_active("peer01", "peer02"), 30)


def remove_second(c):
    retired = fingerprint(c, "peer02")
    for name in ("peer01", "peer03"):
        c.mon("peer01", "node", "ctrl", "peer02", "--", "mon", "node", "remove", name)
    c.mon("peer01", "node", "remove", "peer02")
    c.mon("peer01", "cert", "push", "peer03")
    check(trusted_by(c, "peer03")["peer02"] == [], "peer03 still trusts the certificate that was removed at peer01")
    wait_for("peer03 has closed the link", lambda: not c.is_active("peer03", "peer02"), 10)
    c.run("peer03", "mon", "node", "remove", "peer02")
    c.run("peer03", "mon", "node", "add", "peer02", "type=peer")
    check(trusted_by(c, "peer03")["peer02"] == [], "a removed certificate is trusted again by a mere `node add`")
    c.run("peer03", "mon", "node", "remove", "peer02")
    c.wait_settled(["peer01", "peer03"])
    return retired


def wait_back(c):
    """The node was lost twice within minutes, so it stays joining for longer (R2)."""
    try:
        wait_for("peer02 is back", lambda: c.is_active("peer01", "peer02") and c.is_active("peer02", "peer01"), 60)
    except Failed:
        c.print_views()
        raise


def trust_again(c, retired):
    c.run("peer01", "mon", "node", "add", "peer02", "type=peer")
    check(trusted_by(c, "peer01")["peer02"] == [], "a removed certificate is trusted again by a mere `node add`")
    c.mon("peer01", "cert", "push")
    check(trusted_by(c, "peer01")["peer02"] == [retired], "what was exchanged anew is not trusted")
    c.mon("peer01", "node", "ctrl", "peer02", "--", "mon", "node", "add", "peer01", "type=peer")
    wait_back(c)


def made_anew(c):
    """A node gets a new id under its old name: its old certificate is retired everywhere. Its status shows the command that helps."""
    c.kill("peer02", "daemon", "TERM")
    c.run("peer02", "rm", "-rf", "/etc/merlin/tls", "/var/lib/merlin")
    c.run("peer02", "install", "-d", "-o", "merlin", "-g", "merlin", "/etc/merlin/tls", "/var/lib/merlin")
    c.start("peer02", "daemon")
    new = fingerprint(c, "peer02")
    # The announced id replaces nothing; only the command that names the node does. That node has never logged in at peer01.
    for words in (("cert", "push", "peer01", "--accept-new"), ("sshkey", "push", "peer01")):
        out, errors = c.mon("peer02", *words, status=1)
        check("exchanged" not in out and "still trusts the one it had before" in errors and "on peer01: mon cert push peer02" in errors,
              f"mon {' '.join(words)} of a node that was made anew: {out!r} {errors!r}")
    fix = wait_for("peer02's status shows that peer01 refuses it", lambda: shown_fix(c, "peer02", "peer01 does not trust our certificate"), 30)
    where, _, command = fix.split(";")[0].partition(": ")
    check((where, command) == ("on peer01", "mon cert push peer02"), f"peer02's status shows the fix {fix!r}")
    c.run("peer01", *command.split())
    check(trusted_by(c, "peer01")["peer02"] == [new], f"peer01 trusts {trusted_by(c, 'peer01')['peer02']} of the node that was made anew")
    wait_back(c)


def shown_fix(c, node, text):
    """The fix of a problem that contains `text` in the node's status; else None."""
    shown = json.loads(c.run(node, "mon", "node", "status", "--json", check_status=False).stdout or "{}")
    return next((problem["fix"] for problem in shown.get("problems", []) if text in problem["text"]), None)


def wrong_input(c):
    c.mon("peer01", "cert", "introduce", stdin="not a set\n", status=1)
    c.mon("peer01", "sshkey", "accept", stdin='command="reboot" ssh-ed25519 AAAA\n', status=1)
    c.run("peer03", "mv", "/usr/bin/mon", "/usr/bin/mon.away")
    c.mon_refuses("peer01", "sshkey", "push", "peer03", says="peer03: mon is not installed there")
    c.run("peer03", "mv", "/usr/bin/mon.away", "/usr/bin/mon")


def test():
    with bare_nodes() as c:
        set_up_two(c)
        add_third(c)
        one_of_two_is_away(c)
        retired = remove_second(c)
        trust_again(c, retired)
        made_anew(c)
        wrong_input(c)


main(test)

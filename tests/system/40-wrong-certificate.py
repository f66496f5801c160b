# A node whose key was replaced, and a stranger, are refused with one clear line on each side and are not active for any node; mon names the fix.
# F57 F59 I10
import tempfile
import time

from cluster import check, cluster, main, wait_for
from intruder import address_of, connect, make_certificate, refusal, tls_client
from nodefiles import fingerprint, log_end, log_since, problem

NODE = "peer03"
WATCH_S = 6  # long enough for several connection attempts


def lines_about(c, node, end, *words):
    return [line for line in log_since(c, node, end) if all(word in line for word in words)]


def check_key_replaced(c, others):
    before = fingerprint(c, NODE)
    ends = {node: log_end(c, node) for node in c.nodes}
    c.kill(NODE, "daemon")
    c.run(NODE, "sh", "-c", "rm /etc/merlin/tls/*.pem")
    c.start(NODE, "daemon")
    now = fingerprint(c, NODE)
    check(now != before, "the key is the old one")
    c.wait_settled(others, timeout_s=10)
    time.sleep(WATCH_S)
    for node in others:
        entry = c.about(node, NODE)
        check(entry["state"] == "refused" and entry["hosts_owned"] is None, f"{node} says of {NODE}: {entry}")
        lines = lines_about(c, node, ends[node], "refused link", address_of(c, NODE) + ":")
        check(len(lines) == 1 and now in lines[0], f"{node} has these lines of the refusal: {lines}")
        # The line names the caller by its address, because its certificate is not known yet.
        lines = lines_about(c, NODE, ends[NODE], "refused link", address_of(c, node) + ":")
        check(len(lines) == 1 and "does not trust our certificate" in lines[0], f"{NODE} has these lines of {node}'s refusal: {lines}")
        check(c.status(node)["links"]["refused"].get("untrusted", 0) > 0, f"{node} does not count the refusals")
        there = problem(c, NODE, [node, "does not trust our certificate"])
        check(there and there[1].startswith(f"on {node}: mon cert push {NODE};"), f"mon on {NODE} says: {there}")
        here = problem(c, node, [NODE, "is refused", now])
        check(here and here[1] == f"mon cert push {NODE}", f"mon on {node} says of the refused {NODE}: {here}")
        c.run(node, "mon", "node", "edit", NODE, f"fingerprint={now}")  # without ssh: an operator compares the fingerprints and enters the new one
    c.wait_settled()
    wait_for("no node reports a refusal", lambda: all(problem(c, node, ["refused"]) is None for node in c.nodes), 5)


def check_stranger(c, folder):
    """A stranger on the machine of a node, with a certificate that no node trusts."""
    end = log_end(c, "peer01")
    counted = c.status("peer01")["links"]["refused"].get("untrusted", 0)
    context = tls_client(make_certificate(folder))
    for _ in range(3):
        said = refusal(context, connect(c, "peer02", "peer01"))
        check(said and "closed" not in said and "reset" not in said, f"the stranger does not learn that its certificate is refused, but: {said}")
    lines = lines_about(c, "peer01", end, "no block in merlin.conf has it")
    check(len(lines) == 1, f"peer01 has these lines of the stranger: {lines}")
    check(c.status("peer01")["links"]["refused"].get("untrusted", 0) == counted + 3, "the refusals are not counted")
    check(problem(c, "peer01", ["no block in merlin.conf has its certificate", "3 times"]), "mon does not speak of the stranger")
    check(len(c.status("peer01")["nodes"]) == len(c.nodes), "the stranger is shown as a node")
    check(c.settled(), "the cluster is not whole any more")


def test():
    with cluster(fresh=True) as c, tempfile.TemporaryDirectory() as folder:
        check_key_replaced(c, [node for node in c.nodes if node != NODE])
        check_stranger(c, folder)


main(test)

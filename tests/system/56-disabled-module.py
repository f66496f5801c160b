# `mon node status`, `mon check` and `mon start` report a module that is disabled because merlin.conf was invalid when the core started, with the reason and the fix.
# I8
import json

from cluster import check, cluster, main, wait_for

CONF = "/etc/merlin/merlin.conf"


def test():
    with cluster(hosts=12, services=2, interval=4) as c:
        node = c.nodes[0]
        conf = c.read(node, CONF)
        c.kill(node, "core")
        c.write(node, CONF, conf + "\nno_such_key = 1\n")
        c.lab("start", node, "core", check_status=False)
        try:
            def own():
                document = json.loads(c.run(node, "mon", "node", "status", "--json", check_status=False).stdout or "{}")
                return document and next((entry for entry in document["nodes"] if entry["self"]), None) and document
            document = wait_for("the module is shown as disabled",
                                lambda: (lambda found: found if found and next(entry for entry in found["nodes"] if entry["self"])["core"] == "disabled" else None)(own()), 30)
            problem = next((entry for entry in document["problems"] if "disabled" in entry["text"]), None)
            check(problem and "no_such_key" in problem["text"] and "mon restart" in problem["fix"], f"the problems are {document['problems']}")
            for words in (("status",), ("node", node)):
                said = c.run(node, "mon", "check", *words, check_status=False).stdout
                check("Merlin is disabled in the core here" in said and "no_such_key" in said and "mon restart" in said, f"mon check {' '.join(words)}: {said}")
        finally:
            c.write(node, CONF, conf)
        said = c.run(node, "mon", "start", check_status=False, timeout_s=90)
        check(said.returncode != 0 and "Merlin is disabled in the core here" in said.stderr and "mon restart" in said.stderr, f"mon start: {said.stdout} {said.stderr}")
        c.run(node, "mon", "restart", timeout_s=120)
        c.wait_settled(timeout_s=60)


main(test)

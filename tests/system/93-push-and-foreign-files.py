# A push that would change or remove files that the other node did not get from here lists them, asks on a terminal, needs --force elsewhere, and says how to restore them; a rollback that is pushed restarts no core twice.
import json
import re

from bare import LOGIN, bare_nodes
from cluster import check, main, wait_for
from terminal import on_terminal

FOLDER = "/etc/nagios4/conf.d/"
OWN = "# written on peer02\n"


def digest(c, node):
    return c.run(node, "mon", "oconf", "hash").strip()


def pid(c, node):
    return c.read(node, "/run/nagios4/nagios4.pid").strip()


def files(c, node):
    return c.run(node, "ls", FOLDER).split()


def problems(c):
    return [problem["text"] for problem in json.loads(c.run("peer01", "mon", "node", "status", "--json", check_status=False).stdout)["problems"]]


def check_contents_are_shown(c):
    out, _ = c.mon("peer01", "oconf", "diff", "peer02", "--text", status=1)
    check(f"--- peer02:{FOLDER}both.cfg\n+++ peer01:{FOLDER}both.cfg\n@@ -1 +1 @@\n-{OWN}+# ours\n" in out, f"the contents are shown as {out!r}")
    check(f"--- peer02:{FOLDER}own.cfg\n+++ /dev/null\n@@ -1 +0,0 @@\n-{OWN}" in out, f"the file that is only there is shown as {out!r}")
    document = json.loads(c.mon("peer01", "oconf", "diff", "peer02", "--text", "--json", status=1)[0])
    check(document["text"] == out and document["only_there"] == [FOLDER + "own.cfg"], f"as a document it says {document}")


def check_edit_is_shown(c):
    check(any("the core has not loaded it" in text for text in problems(c)), f"a file that the core has not loaded is no problem: {problems(c)}")
    out, _ = c.mon("peer01", "oconf", "history")
    check("in place, not loaded by the core" in out, f"the history says {out!r}")


def check_refused_without_terminal(c, before):
    out, errors = c.mon("peer01", "oconf", "push", status=1)
    check(f"  ~ {FOLDER}both.cfg\n  - {FOLDER}own.cfg\n" in out, f"the files are listed as {out!r}")
    check("peer02: 2 of its files did not come from this node" in errors and "mon oconf push --force" in errors, f"the push says {errors!r}")
    check({node: digest(c, node) for node in c.nodes} == before, "a refused push changed something")
    document = json.loads(c.mon("peer01", "oconf", "push", "--dry-run", "--json")[0])["nodes"][0]
    check(document["foreign"] == [FOLDER + "both.cfg", FOLDER + "own.cfg"], f"as a document it says {document}")
    check(document["restore"] == f"mon node ctrl peer02 -- mon oconf rollback {before['peer02'][:12]}", f"as a document it says {document}")


def check_asked_on_a_terminal(c, before):
    """Returns how to restore the files."""
    status, shown = on_terminal(c, "peer01", "mon oconf push", (("[yes/no] ", "no"),))
    check(status == 1 and "Replace its configuration with ours?" in shown, f"the push on a terminal: {status}: {shown!r}")
    check({node: digest(c, node) for node in c.nodes} == before, "a push that was answered with no changed something")
    status, shown = on_terminal(c, "peer01", "mon oconf push", (("[yes/no] ", "yes"),))
    check(status == 0 and digest(c, "peer02") == digest(c, "peer01"), f"the push on a terminal: {status}: {shown!r}")
    restore = re.search(r"to restore them after the push: (mon node ctrl peer02 -- mon oconf rollback [0-9a-f]{12})", shown)
    check(restore, f"the push does not say how to restore the files: {shown!r}")
    return restore.group(1)


def check_restored(c, command):
    c.run("peer01", *command.split(), timeout_s=120)
    check("own.cfg" in files(c, "peer02") and c.read("peer02", FOLDER + "both.cfg") == OWN, f"peer02 has {files(c, 'peer02')}")
    _, errors = c.mon("peer01", "oconf", "push", status=1)
    check("is ahead of ours" in errors, f"a push over restored files says {errors!r}")
    status, shown = on_terminal(c, "peer01", "mon oconf push", (("[yes/no] ", "no"),))
    check(status == 1 and "The newer changes of peer02 would be lost. Replace its configuration with ours?" in shown, f"the push on a terminal: {status}: {shown!r}")
    check("own.cfg" in files(c, "peer02"), "a push that was answered with no replaced the files")
    c.mon("peer01", "oconf", "push", "--force")
    check("own.cfg" not in files(c, "peer02"), "--force does not replace the files")


def check_rollback_restarts_once(c):
    c.write("peer01", FOLDER + "next.cfg", "# next\n")
    c.mon("peer01", "oconf", "push")
    c.mon("peer01", "oconf", "rollback")
    before = pid(c, "peer01")
    out, _ = c.mon("peer01", "oconf", "push")
    check("peer01" not in out and pid(c, "peer01") == before, f"after a rollback, the push restarts our core again: {out!r}")
    check("peer02: in place, restarted" in out and digest(c, "peer02") == digest(c, "peer01"), f"the push of a rollback says {out!r}")
    check(not any("has not loaded it" in text for text in problems(c)), f"the core has loaded everything: {problems(c)}")


def test():
    with bare_nodes(count=2) as c:
        for node, other in (("peer01", "peer02"), ("peer02", "peer01")):
            c.run(node, "mon", "node", "add", other, "type=peer")
        c.mon("peer01", "sshkey", "push", "peer02", *LOGIN, "--accept-new")
        c.wait_settled()
        c.write("peer01", FOLDER + "both.cfg", "# ours\n")
        c.write("peer02", FOLDER + "both.cfg", OWN)
        c.write("peer02", FOLDER + "own.cfg", OWN)
        before = {node: digest(c, node) for node in c.nodes}
        check_contents_are_shown(c)
        check_edit_is_shown(c)
        check_refused_without_terminal(c, before)
        restore = check_asked_on_a_terminal(c, before)
        wait_for("both run the same", lambda: not any("configuration" in text for text in problems(c)), 30)
        check_restored(c, restore)
        check_rollback_restarts_once(c)


main(test)

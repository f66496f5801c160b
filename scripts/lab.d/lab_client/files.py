"""Files of a running node: changes to merlin.conf and reloads, object configuration, logs since a given time."""
import json
import os
import shlex

from .waiting import check, wait_for

MERLIN_CONF = "/etc/merlin/merlin.conf"
NAGIOS_CFG = "/etc/nagios4/nagios.cfg"
DAEMON_LOG = "/var/log/merlin/merlind.log"
CORE_LOG = "/var/log/nagios4/nagios.log"


def edit(c, node, old, new, path=MERLIN_CONF):
    text = c.read(node, path)
    check(text.count(old) == 1, f"{node}: {path} has {text.count(old)} times {old!r}")
    c.write(node, path, text.replace(old, new))


def log_end(c, node, path=DAEMON_LOG):
    """The present end of the log, for log_since()."""
    return os.path.getsize(c.path(node, path))


def log_since(c, node, end, path=DAEMON_LOG):
    """The log's lines after that position."""
    with open(c.path(node, path), "rb") as file:
        file.seek(end)
        return file.read().decode("utf-8", "replace").splitlines()


def reload_daemon(c, node):
    """Makes merlind read merlin.conf again, and waits until it has."""
    end = log_end(c, node)
    c.kill(node, "daemon", "HUP")
    wait_for(f"{node} reads merlin.conf again", lambda: any("merlin.conf" in line for line in log_since(c, node, end)), 5)


def reload_core(c, node):
    """Reloads the core with its object configuration and module, and waits until it is linked with its daemon."""
    end = log_end(c, node, CORE_LOG)
    c.kill(node, "core", "HUP")
    wait_for(f"the core of {node} has reloaded",
             lambda: any("merlin: connected to merlind" in line for line in log_since(c, node, end, CORE_LOG)), 15)


def problems(c, node):
    """[(text, fix)] of `mon node status`."""
    document = c.status(node) or {"problems": []}
    return [(problem["text"], problem["fix"]) for problem in document["problems"]]


def problem(c, node, words):
    """The first problem that contains all the words, or None."""
    return next((found for found in problems(c, node) if all(word in " ".join(found) for word in words)), None)


def follow_fix(c, node, fix):
    """Executes the fix of a problem literally: COMMAND here, or "on NAME: COMMAND" there."""
    if fix.startswith("on "):
        node, fix = fix[3:].split(": ", 1)
    return c.run(node, *shlex.split(fix))


def terms(c):
    """{node: term}; a term grows whenever a node is lost or returns."""
    return {node: c.status(node)["term"] for node in c.nodes}


def fingerprint(c, node):
    return json.loads(c.run(node, "mon", "cert", "show", "--json"))["fingerprint"]

"""Operators' external commands at a node, and what its core then shows in its status.dat."""
import re
import time

from cluster import Failed, check, wait_for

SERVICE_FIELDS = ("active_checks_enabled", "passive_checks_enabled", "event_handler_enabled", "flap_detection_enabled",
                  "notifications_enabled", "obsess", "check_interval", "retry_interval", "max_attempts", "check_period",
                  "notification_period", "modified_attributes", "problem_has_been_acknowledged", "acknowledgement_type",
                  "scheduled_downtime_depth")
COMMENT_FIELDS = ("entry_type", "host_name", "service_description", "entry_time", "author", "comment_data", "persistent", "source",
                  "expires", "expire_time")
DOWNTIME_FIELDS = ("host_name", "service_description", "entry_time", "start_time", "end_time", "fixed", "duration", "is_in_effect",
                   "author", "comment")
PROGRAM_FIELDS = ("modified_host_attributes", "modified_service_attributes", "enable_notifications", "active_service_checks_enabled",
                  "passive_service_checks_enabled", "active_host_checks_enabled", "passive_host_checks_enabled",
                  "enable_event_handlers", "obsess_over_services", "obsess_over_hosts", "check_service_freshness",
                  "check_host_freshness", "enable_flap_detection", "process_performance_data")
CONTACT_FIELDS = ("modified_attributes", "modified_host_attributes", "modified_service_attributes", "host_notification_period",
                  "service_notification_period", "host_notifications_enabled", "service_notifications_enabled")
KINDS = {"hostcomment": "comments", "servicecomment": "comments", "hostdowntime": "downtimes", "servicedowntime": "downtimes",
         "hoststatus": "objects", "servicestatus": "objects", "programstatus": "program", "contactstatus": "contacts"}


def command(c, node, *lines):
    """Writes external commands, without their time, to the node's command pipe."""
    with open(c.path(node, "/var/lib/nagios4/rw/nagios.cmd"), "wb", buffering=0) as pipe:
        for line in lines:
            pipe.write(b"[%d] %s\n" % (int(time.time()), line if isinstance(line, bytes) else line.encode()))


def blocks(c, node):
    """[(kind, fields)] of the node's status.dat."""
    text = c.read(node, "/var/lib/nagios4/status.dat")
    found = []
    for kind, body in re.findall(r"^(\w+) \{\n(.*?)\n\t\}", text, re.M | re.S):
        if kind in KINDS:
            found.append((kind, dict(line.strip().split("=", 1) for line in body.split("\n") if "=" in line)))
    return found


def shown(c, node):
    """Everything that operators can change, as the node shows it: {"comments": sorted list, "downtimes": ..., "objects": {name:
    {field: value}}, "program": ..., "contacts": ...}. Comments of downtimes are omitted: each core makes its own."""
    picture = {"comments": [], "downtimes": [], "objects": {}, "program": {}, "contacts": {}}
    for kind, fields in blocks(c, node):
        name = fields.get("host_name", "") + (";" + fields["service_description"] if "service_description" in fields else "")
        if KINDS[kind] == "comments" and fields["entry_type"] in ("1", "4"):
            picture["comments"].append(tuple(fields.get(field, "") for field in COMMENT_FIELDS))
        elif KINDS[kind] == "downtimes":
            picture["downtimes"].append(tuple(fields.get(field, "") for field in DOWNTIME_FIELDS))
        elif KINDS[kind] == "objects":
            picture["objects"][name] = {field: fields[field] for field in SERVICE_FIELDS}
            if fields["problem_has_been_acknowledged"] == "0":
                del picture["objects"][name]["acknowledgement_type"]  # a core leaves the last value there
            picture["objects"][name].update({field: value for field, value in fields.items() if field.startswith("_")})
        elif KINDS[kind] == "program":
            picture["program"] = {field: fields[field] for field in PROGRAM_FIELDS}
        elif KINDS[kind] == "contacts":
            picture["contacts"][fields["contact_name"]] = {field: fields[field] for field in CONTACT_FIELDS}
    picture["comments"].sort()
    picture["downtimes"].sort()
    return picture


def differences(one, other):
    """The differences in words, at most five."""
    found = []
    for part in ("comments", "downtimes"):
        found += [f"{part}: only the first has {entry}" for entry in one[part] if entry not in other[part]]
        found += [f"{part}: only the second has {entry}" for entry in other[part] if entry not in one[part]]
        if not found and one[part] != other[part]:
            found.append(f"{part}: not as often")
    for part in ("objects", "contacts"):
        for name, fields in one[part].items():
            theirs = other[part].get(name, {})
            found += [f"{name} {field}: {value!r}, {theirs.get(field)!r}" for field, value in fields.items() if theirs.get(field) != value]
    found += [f"program {field}: {value!r}, {other['program'].get(field)!r}" for field, value in one["program"].items()
              if other["program"].get(field) != value]
    return found[:5]


def wait_shown(c, what, test, nodes=None, timeout_s=20):
    """Waits until test(shown) is true at each node and all show the same. Returns what the first node shows."""
    last = {}

    def everywhere():
        for node in nodes or c.nodes:
            last[node] = shown(c, node)
        first = last[(nodes or c.nodes)[0]]
        failing = [node for node in nodes or c.nodes if not test(last[node])]
        unequal = [(node, differences(first, last[node])) for node in nodes or c.nodes if differences(first, last[node])]
        last["why"] = f"not shown by {failing}" if failing else f"differ: {unequal}"
        return not failing and not unequal
    try:
        wait_for(what, everywhere, timeout_s, 0.5)
    except Failed as failure:
        raise Failed(f"{failure}: {last['why'][:2000]}") from None
    return last[(nodes or c.nodes)[0]]


def texts(picture, entry_type="1"):
    return [entry[5] for entry in picture["comments"] if entry[0] == entry_type]


def local_ids(c, node, kind, text):
    """The node's own ids of comments ("comment") or downtimes ("downtime") with that text."""
    field = {"comment": "comment_data", "downtime": "comment"}[kind]
    return [fields[f"{kind}_id"] for name, fields in blocks(c, node) if name.endswith(kind) and fields.get(field) == text]


def log_lines(c, node, part, since_s=0):
    return [line for line in c.read(node, "/var/log/nagios4/nagios.log").splitlines()
            if part in line and line[1:11].isdigit() and int(line[1:11]) >= since_s]


def deletions(c, node):
    """The commands that delete the downtimes and comments which the node shows."""
    names = {"hostdowntime": "DEL_HOST_DOWNTIME", "servicedowntime": "DEL_SVC_DOWNTIME",
             "hostcomment": "DEL_HOST_COMMENT", "servicecomment": "DEL_SVC_COMMENT"}
    return [f"{names[kind]};{fields['downtime_id' if 'downtime' in kind else 'comment_id']}" for kind, fields in blocks(c, node) if kind in names]


def tidy(c):
    """Removes all downtimes, comments and acknowledgements, also those that status.dat shows only later."""
    sent = {node: set() for node in c.nodes}

    def nothing_left():
        left = {node: deletions(c, node) for node in c.nodes}
        for node, orders in left.items():
            command(c, node, *(order for order in orders if order not in sent[node]))
            sent[node].update(orders)
        return not any(left.values())
    wait_for("nothing is left", nothing_left, 20, 0.5)
    wait_shown(c, "all nodes show that", lambda picture: not picture["comments"] and not picture["downtimes"])


__all__ = ["blocks", "check", "command", "differences", "local_ids", "log_lines", "shown", "texts", "tidy", "wait_shown"]

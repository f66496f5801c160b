# After each external command with a cluster-wide effect is submitted to one node, every node shows the same state, field by field.
import os
import re
import time

from cluster import TOP, check, cluster, main
from operators import command, local_ids, tidy, wait_shown

HOST, SERVICE = "host0011", "host0011;svc01"


def table():
    """{name: class} from the module's own table."""
    with open(os.path.join(TOP, "module", "agent", "command_table.cpp"), encoding="utf-8") as file:
        return dict(re.findall(r'\{"(\w+)", \w+::(\w+),', file.read()))


def downtime(name, start, end):
    times = f"{start};{end};1;0;0;anna;{name}"
    if "HOSTGROUP" in name:
        return f"{name};lab-3;{times}"
    return f"{name};{SERVICE if name == 'SCHEDULE_SVC_DOWNTIME' else HOST};{times}"


def arguments(name, start, end):
    """The command with arguments that change something; None: it has no object in this lab, or is tested separately below."""
    fixed = {"ADD_HOST_COMMENT": f"{HOST};1;anna;{name}", "ADD_SVC_COMMENT": f"{SERVICE};1;anna;{name}",
             "CHANGE_CUSTOM_HOST_VAR": f"{HOST};PLACE;roof", "CHANGE_CUSTOM_SVC_VAR": f"{SERVICE};OWNER;anna",
             "CHANGE_CUSTOM_CONTACT_VAR": "admin;SHIFT;late", "CHANGE_NORMAL_HOST_CHECK_INTERVAL": f"{HOST};33",
             "CHANGE_RETRY_HOST_CHECK_INTERVAL": f"{HOST};4", "CHANGE_MAX_HOST_CHECK_ATTEMPTS": f"{HOST};7",
             "CHANGE_NORMAL_SVC_CHECK_INTERVAL": f"{SERVICE};34", "CHANGE_RETRY_SVC_CHECK_INTERVAL": f"{SERVICE};5",
             "CHANGE_MAX_SVC_CHECK_ATTEMPTS": f"{SERVICE};8", "CHANGE_HOST_CHECK_TIMEPERIOD": f"{HOST};never",
             "CHANGE_SVC_CHECK_TIMEPERIOD": f"{SERVICE};never", "CHANGE_HOST_NOTIFICATION_TIMEPERIOD": f"{HOST};never",
             "CHANGE_SVC_NOTIFICATION_TIMEPERIOD": f"{SERVICE};never", "CHANGE_CONTACT_HOST_NOTIFICATION_TIMEPERIOD": "admin;never",
             "CHANGE_CONTACT_SVC_NOTIFICATION_TIMEPERIOD": "admin;never", "CHANGE_HOST_MODATTR": f"{HOST};3", "CHANGE_SVC_MODATTR": f"{SERVICE};5",
             "CHANGE_CONTACT_MODATTR": "admin;1", "CHANGE_CONTACT_MODHATTR": "admin;1", "CHANGE_CONTACT_MODSATTR": "admin;1"}
    if name in fixed:
        return f"{name};{fixed[name]}"
    if "SERVICEGROUP" in name or name.startswith(("DEL_", "ACKNOWLEDGE_", "REMOVE_")):
        return None
    if name.startswith("SCHEDULE_"):
        return downtime(name, start, end)
    if "CONTACTGROUP" in name:
        return f"{name};admins"
    if "CONTACT" in name:
        return f"{name};admin"
    if "HOSTGROUP" in name:
        return f"{name};lab-3"
    if re.search(r"_HOST(_|$)", name) and not re.fullmatch(r"(EN|DIS)ABLE_HOST_FRESHNESS_CHECKS|ST(ART|OP)_.*_HOST_CHECKS", name):
        return f"{name};{HOST}"
    if re.fullmatch(r"(EN|DIS)ABLE_(PASSIVE_)?(HOST|SVC).*|ST(ART|OP)_OBSESSING_OVER_SVC", name):
        return f"{name};{SERVICE}"
    return name  # a command for the whole program


def undo(name):
    return name.startswith(("ENABLE_", "START_", "ENTER_ACTIVE"))


def test():
    with cluster(fresh=True) as c:
        tidy(c)
        start = int(time.time()) + 1800
        names = [name for name, kind in table().items() if kind in ("effect", "registered")]
        # First the commands that disable something, then those that enable it: so each of them changes something.
        tried = []
        for batch in (lambda name: not undo(name), undo):
            for name in filter(batch, names):
                line = arguments(name, start, start + 3600)
                if line is None or name.endswith("MODATTR") or "MODHATTR" in name or "MODSATTR" in name:
                    continue
                command(c, "peer01", line)
                tried.append(line)
            wait_shown(c, f"{len(tried)} commands", lambda picture: True, timeout_s=30)
            time.sleep(3)
            picture = wait_shown(c, "still the same", lambda picture: True, timeout_s=30)
            if batch is not undo:
                off = picture
        check(off["program"]["enable_notifications"] == "0" and off["program"]["active_host_checks_enabled"] == "0",
              f"the program's switches were not switched: {off['program']}")
        check(picture["program"]["enable_notifications"] == "1" and picture["program"]["active_host_checks_enabled"] == "1",
              f"the program's switches are not on again: {picture['program']}")
        check(len(picture["downtimes"]) >= 15 * (1 + c.services) + 3, f"downtimes: {len(picture['downtimes'])}")
        check("roof" in picture["objects"][HOST]["_PLACE"] and "anna" in picture["objects"][SERVICE]["_OWNER"], "variables")
        for name in names:
            if "MOD" in name and name.endswith("ATTR"):
                command(c, "peer02", arguments(name, start, start))
        wait_shown(c, "marks of what is modified", lambda picture: picture["objects"][HOST]["modified_attributes"] == "3" and
                   picture["contacts"]["admin"]["modified_service_attributes"] == "1")
        for kind, name in (("comment", "ADD_HOST_COMMENT"), ("downtime", "SCHEDULE_HOST_DOWNTIME")):
            command(c, "peer03", f"DEL_HOST_{kind.upper()};{local_ids(c, 'peer03', kind, name)[0]}")
        command(c, "peer03", "DEL_ALL_SVC_COMMENTS;" + SERVICE, "DEL_DOWNTIME_BY_HOSTGROUP_NAME;lab-3", f"DEL_DOWNTIME_BY_HOST_NAME;{HOST}")
        wait_shown(c, "deleted", lambda picture: not picture["comments"] and not picture["downtimes"])
        c.lab("down")


main(test)

# Settings, intervals, time periods and variables of hosts, services, contacts and the whole program that are changed at one node take effect at all nodes and survive a reload.
from cluster import cluster, main
from operators import command, tidy, wait_shown


def fields(picture, name):
    return picture["objects"][name]


def test():
    with cluster() as c:
        tidy(c)
        command(c, "peer01", "DISABLE_SVC_CHECK;host0001;svc01", "DISABLE_HOST_NOTIFICATIONS;host0001", "CHANGE_NORMAL_SVC_CHECK_INTERVAL;host0001;svc02;77")
        command(c, "peer02", "DISABLE_PASSIVE_HOST_CHECKS;host0002", "STOP_OBSESSING_OVER_SVC;host0002;svc01",
                "CHANGE_CUSTOM_HOST_VAR;host0002;PLACE;second cellar", "CHANGE_MAX_SVC_CHECK_ATTEMPTS;host0002;svc02;9")
        command(c, "peer03", "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;lab-2", "DISABLE_CONTACT_HOST_NOTIFICATIONS;admin", "DISABLE_EVENT_HANDLERS",
                "CHANGE_SVC_CHECK_TIMEPERIOD;host0003;svc01;no such period")

        def holds(picture):
            return (fields(picture, "host0001;svc01")["active_checks_enabled"] == "0"
                    and fields(picture, "host0001")["notifications_enabled"] == "0"
                    and float(fields(picture, "host0001;svc02")["check_interval"]) == 77
                    and fields(picture, "host0002")["passive_checks_enabled"] == "0"
                    and fields(picture, "host0002;svc01")["obsess"] == "0"
                    and "second cellar" in fields(picture, "host0002")["_PLACE"]
                    and fields(picture, "host0002;svc02")["max_attempts"] == "9"
                    and fields(picture, "host0006;svc02")["notifications_enabled"] == "0"
                    and picture["contacts"]["admin"]["host_notifications_enabled"] == "0"
                    and picture["program"]["enable_event_handlers"] == "0")
        wait_shown(c, "what was set at three nodes holds at all", holds)
        c.kill("peer02", "core", "HUP")
        c.wait_settled()
        wait_shown(c, "also after a reload", holds)
        command(c, "peer02", "ENABLE_SVC_CHECK;host0001;svc01", "ENABLE_HOST_NOTIFICATIONS;host0001",
                f"CHANGE_NORMAL_SVC_CHECK_INTERVAL;host0001;svc02;{c.interval}", "ENABLE_EVENT_HANDLERS", "ENABLE_CONTACT_HOST_NOTIFICATIONS;admin",
                "ENABLE_HOSTGROUP_SVC_NOTIFICATIONS;lab-2")
        command(c, "peer01", "ENABLE_PASSIVE_HOST_CHECKS;host0002", "START_OBSESSING_OVER_SVC;host0002;svc01",
                "CHANGE_MAX_SVC_CHECK_ATTEMPTS;host0002;svc02;3", "CHANGE_CUSTOM_HOST_VAR;host0002;PLACE;cellar")
        wait_shown(c, "and back", lambda picture: fields(picture, "host0001;svc01")["active_checks_enabled"] == "1"
                   and fields(picture, "host0002")["passive_checks_enabled"] == "1" and fields(picture, "host0006;svc02")["notifications_enabled"] == "1"
                   and picture["program"]["enable_event_handlers"] == "1" and picture["contacts"]["admin"]["host_notifications_enabled"] == "1")


main(test)

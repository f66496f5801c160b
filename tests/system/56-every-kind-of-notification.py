# Acknowledgements (also with the recovery in the same write), custom notifications, and the start, end and cancellation of downtimes of hosts and services cause the same notifications as in a core without Merlin.
# R4
import time

from cluster import check, cluster, main
from plain_core import check_same, commands, plain_core

SERVICE = "passive01"
LENGTH_S = 6


def test():
    with cluster(hosts=4, services=0, interval=60, passive=2) as c, plain_core(c) as plain:
        host = c.host_names()[0]
        owner = c.owner(host)
        targets = {"HOST": host, "SVC": f"{host};{SERVICE}"}

        def submit(*lines, wait_s=2):
            commands(plain, "peer01", lines)
            commands(c, owner, lines)
            time.sleep(wait_s)

        submit(f"PROCESS_SERVICE_CHECK_RESULT;{targets['SVC']};0;begin")
        submit(f"DISABLE_HOST_CHECK;{host}", *(f"SEND_CUSTOM_{kind}_NOTIFICATION;{target};0;ann;hear me" for kind, target in targets.items()))
        submit(*(f"PROCESS_SERVICE_CHECK_RESULT;{targets['SVC']};2;bad {number}" for number in range(3)))
        submit(f"ACKNOWLEDGE_SVC_PROBLEM;{targets['SVC']};1;1;0;ann;known", wait_s=1)
        submit(f"PROCESS_SERVICE_CHECK_RESULT;{targets['SVC']};0;well")
        submit(*(f"PROCESS_SERVICE_CHECK_RESULT;{targets['SVC']};2;bad again {number}" for number in range(3)))
        submit(f"ACKNOWLEDGE_SVC_PROBLEM;{targets['SVC']};1;1;0;ann;seen at once", f"PROCESS_SERVICE_CHECK_RESULT;{targets['SVC']};0;well at once")

        def schedule(length_s, comment, wait_s):
            now = int(time.time())
            submit(*(f"SCHEDULE_{kind}_DOWNTIME;{target};{now};{now + length_s};1;0;0;ann;{comment}" for kind, target in targets.items()), wait_s=wait_s)

        schedule(LENGTH_S, "planned", LENGTH_S + 2)
        schedule(600, "to be cancelled", 2)
        submit(*(f"DEL_DOWNTIME_BY_HOST_NAME;{host};{service};;to be cancelled" for service in (SERVICE, "")))
        seen = check_same(c, plain, "HOST NOTIFICATION", f";{host};") + check_same(c, plain, "SERVICE NOTIFICATION", f";{host};{SERVICE};")
        for word in ("CUSTOM", "ACKNOWLEDGEMENT", "DOWNTIMESTART", "DOWNTIMEEND", "DOWNTIMECANCELLED", "CRITICAL", "OK"):
            check(any(f";{word}" in line for line in seen), f"the plain core notified no {word}: {seen}")
        check(any("seen at once" in line for line in seen), f"the plain core did not notify the acknowledgement before the recovery: {seen}")


main(test)

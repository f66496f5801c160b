# Large outputs (one of 5 MB, 80 of 300,000 and of 70,000 bytes, both while the cores run and from retention files at their start) are truncated for the other nodes and logged once per object; Merlin stays loaded in all cores, and each host has one owner.
# I8 I9
import time

from cluster import check, cluster, main, wait_for

SPOOL = "/var/lib/nagios4/spool/checkresults"
BIG = ("host0002", "passive01")
RESULT = """file_time={now}
host_name={host}
service_description=passive01
check_type=1
check_options=0
scheduled_check=1
reschedule_check=1
latency=0
start_time={now}.0
finish_time={now}.0
early_timeout=0
exited_ok=1
return_code=1
output={first}\\n{rest}
"""


def spool(c, node, host, first, size):
    """A result as programs write it into the core's check result folder."""
    name = f"{SPOOL}/c{int(host[-4:]):06d}"
    c.write(node, name, RESULT.format(now=int(time.time()), host=host, first=first, rest="z" * size))
    c.run(node, "chown", "nagios:nagios", name)
    c.write(node, f"{name}.ok", "")


def shown(c, node, host):
    return c.status_dat(node).get((host, "passive01"), {})


def all_show(c, hosts, first, longest):
    """Every node shows that result of each of these hosts; no node shows more than `longest` bytes of it."""
    for node in c.nodes:
        status = c.status_dat(node)
        for host in hosts:
            entry = status.get((host, "passive01"), {})
            if entry.get("plugin_output") != first or not 0 < len(entry["long_plugin_output"]) <= longest:
                return False
    return True


def all_well(c, text):
    for node in c.nodes:
        log = c.lab("logs", node, "core")
        check("internal error" not in log and "isabled" not in log, f"{text}: {node} has disabled Merlin")
    c.wait_settled(timeout_s=60)


def test():
    with cluster(hosts=80, services=1, interval=15, passive=1, fresh=True) as c:
        hosts = c.host_names()
        owner = c.owner(BIG[0])
        other = next(node for node in c.nodes if node != owner)
        spool(c, other, BIG[0], "BIG", 5_000_000)
        wait_for("all show 5 MB", lambda: all_show(c, [BIG[0]], "BIG", 5_000_000), 40)
        all_well(c, "5 MB")
        cut = [node for node in c.nodes if len(shown(c, node, BIG[0])["long_plugin_output"]) <= 262_144]
        check(len(cut) >= 2, f"only {cut} show the first 256 KiB")
        said = [node for node in c.nodes if f"output of {BIG[0]};passive01 is too long" in c.lab("logs", node, "core")]
        check(said, "no core says that the output is too long")

        for size, first in ((300_000, "LARGE"), (70_000, "HALF")):
            for host in hosts:
                spool(c, c.nodes[0], host, first, size)
            wait_for(f"all show 80 outputs of {size} bytes", lambda first=first, size=size: all_show(c, hosts, first, size), 60)
            all_well(c, first)

        # The outputs are in the retention files now.
        spool(c, c.nodes[1], BIG[0], "BIG", 5_000_000)
        wait_for("all show 5 MB again", lambda: all_show(c, [BIG[0]], "BIG", 5_000_000), 40)
        for node in c.nodes:
            c.run(node, "mon", "restart", timeout_s=120)
        c.wait_settled(timeout_s=60)
        wait_for("all show what was there before", lambda: all_show(c, [BIG[0]], "BIG", 5_000_000) and
                 all_show(c, [host for host in hosts if host != BIG[0]], "HALF", 70_000), 40)
        all_well(c, "restart")


main(test)

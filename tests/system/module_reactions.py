# The owner's reactions to a result (obsess command, event handler, performance data) are those of a core without Merlin, and no other node reacts: results by name, by address, by spool, and of a check that ran while its host moved.
import time

import protocol
from lone_core import LoneCore, check, run, wait_until

SETTINGS = """obsess_over_services=1
ocsp_command=obsess
execute_service_checks=0
execute_host_checks=0
process_performance_data=1
service_perfdata_file={perfdata}
service_perfdata_file_template=$HOSTNAME$ $SERVICEDESC$ $SERVICEOUTPUT$
service_perfdata_file_mode=a
"""
CODES = (2, 0, 2, 2, 1, 1, 0, 0)


class Core(LoneCore):
    def __init__(self, plain=False):
        super().__init__(start_daemon=not plain)
        more = SETTINGS.format(perfdata=f"{self.dir}/perfdata") + ("event_broker_options=0\n" if plain else "")
        self.write("nagios.cfg", self.main_config(more))

    def lines(self, name, host):
        return sorted(line for line in self.read(name).splitlines() if line.startswith(f"{host} "))

    def reactions(self, host):
        return {name: self.lines(name, host) for name in ("obsessed", "handled", "perfdata")}

    def submit(self, host, codes, way):
        """Returns once the log contains all of it."""
        for number, code in enumerate(codes):
            output = f"{way}{number} | t=1"
            if way == "spool":
                self.spool(host, "svc0", code, output)
            else:
                name = f"127.0.0.{int(host[-1]) + 1}" if way == "address" else host
                self.command(f"PROCESS_SERVICE_CHECK_RESULT;{name};svc0;{code};{output}")
            wait_until(lambda: self.status(host, "svc0").get("plugin_output") == f"{way}{number}", f"{way}{number} of {host} is shown", 30)


def reference():
    with Core(plain=True) as core:
        core.start()
        wait_until(lambda: core.status("host0", "svc0"), "the plain core has started")
        core.submit("host0", CODES, "name")
        wait_until(lambda: len(core.lines("obsessed", "host0")) == len(CODES), "the plain core has obsessed")
        time.sleep(0.3)
        check(core.stop() == 0, "the plain core did not end well")
        return core.reactions("host0")


def test_in_flight(core):
    core.write("flags/slow", "")
    core.command("START_EXECUTING_SVC_CHECKS")
    core.daemon.send("Epoch", number=2, term=2, side=2, added=[protocol.key("host2")])
    core.daemon.expect("CoreClaims")
    wait_until(lambda: ("host2", "svc1") in core.runs(), "a check of host2 runs")
    moved = len(core.lines("obsessed", "host2"))
    core.daemon.send("Epoch", number=3, term=2, side=2, removed=[protocol.key("host2")])
    claims = core.daemon.expect("CoreClaims", lambda claims: claims.get("removed"))
    check(claims.get("in_flight"), f"no check was in flight: {claims}")
    core.daemon.expect("CoreResults")
    time.sleep(1.5)
    check(len(core.lines("obsessed", "host2")) == moved, "a check that ran when its host moved was obsessed over here")
    check(len(core.lines("perfdata", "host2")) == moved, "and its performance data was processed here")


def test():
    wanted = reference()
    check([len(wanted[name]) for name in ("obsessed", "handled", "perfdata")] == [8, 6, 8], f"the plain core did {wanted}")
    with Core() as core:
        core.start()
        core.daemon.start()
        core.daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        core.daemon.expect("CoreClaims")
        core.submit("host0", CODES, "name")
        for way in ("name", "address", "spool"):
            core.submit("host1", CODES, way)
        wait_until(lambda: core.reactions("host0") == wanted, f"the owner does what a plain core does, {wanted}; it did {core.reactions('host0')}")
        core.submit("host0", (2, 0), "address")
        core.submit("host0", (2, 0), "spool")
        # Several results in the same turn of the loop.
        for number in range(4):
            core.spool(f"host{number % 2}", "svc1", 2 * (number // 2), "both | t=1")
        wait_until(lambda: [len(core.lines(name, "host0")) for name in ("obsessed", "handled", "perfdata")] == [14, 12, 14],
                   f"the owner reacts to each result; it did {core.reactions('host0')}")
        time.sleep(0.5)
        check(core.reactions("host1") == {"obsessed": [], "handled": [], "perfdata": []}, f"another node's results: {core.reactions('host1')}")
        check("EVENT HANDLER: host1" not in core.log(), "the log has an event handler that did not run")
        test_in_flight(core)
        time.sleep(1.2)
        status = core.read("status.dat")
        for setting in ("enable_event_handlers=1", "process_performance_data=1", "obsess_over_services=1"):
            check(setting in status, f"a setting was left off: {setting} is not in status.dat")
        check(all(core.status(host, "svc0")["obsess"] == "1" for host in core.hosts), "a service shows that it is not obsessed over")
        check(core.stop() == 0, "the core did not end well")


run(test)

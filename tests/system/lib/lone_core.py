"""One real nagios4 with the module in a folder of its own, and a daemon simulated by the test.

LoneCore runs the core as user nagios with interval_length 1 on a few hosts; its plugin records every run, and fails while the
test wants it to. FakeDaemon listens where the module looks for merlind, reads and writes messages (protocol.py).
"""
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import protocol

CORE = "/usr/sbin/nagios4"
SKIP = 77
SELF = b"S" * 16
OTHER = b"O" * 16


def skip(why):
    print("skipped:", why)
    sys.exit(SKIP)


def check(true, what):
    if not true:
        raise AssertionError(what)


def find_module():
    """The module under test: that of the stage, which the nodes of the other tests run, too; without one, that of the everyday build."""
    stage = os.environ.get("MERLIN_LAB_STAGE")
    path = os.environ.get("MERLIN_MODULE") or (stage + "/usr/lib/merlin/merlin.so" if stage else os.path.join(protocol.TOP, "build/dev/module/merlin.so"))
    check(os.path.exists(path), f"{path} is not built")
    return path


def wait_until(true, what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class FakeDaemon:
    """Listens at `path`, or by TLS on a port of 127.0.0.1; one connection at a time.

    After it has welcomed a module, it sends a heartbeat every 50 ms (by TLS: whenever it reads one), unless it is `silent`.
    """

    def __init__(self, path=None, tls=None):
        self.path = path
        self.tls = tls
        self.port = 0
        self.link = None
        self.buffer = b""
        self.seen = []
        self.listener = None
        self.silent = False
        self.heard = 0  # number of the last CoreHeartbeat that it read
        self.sending = threading.Lock()
        self.open()

    def open(self):
        if self.tls:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            return
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(4)

    def hang_up(self):
        if self.link:
            self.link.close()
        self.link = None
        self.buffer = b""

    def close(self):
        self.hang_up()
        if self.listener:
            self.listener.close()
        self.listener = None

    def accept(self, seconds=10):
        self.hang_up()
        self.listener.settimeout(seconds)
        self.link, _ = self.listener.accept()
        self.seen = []
        self.heard = 0
        if self.tls:
            self.link.settimeout(seconds)
            self.link = self.tls.wrap_socket(self.link, server_side=True)

    def send(self, name, **fields):
        with self.sending:
            self.link.sendall(protocol.frame(name, fields))

    def speak(self, link):
        """Sends the daemon's heartbeats as long as this link is in use."""
        while self.link is link:
            try:
                if not self.silent:
                    self.send("DaemonHeartbeat", heard=self.heard)
            except (OSError, AttributeError):
                return
            time.sleep(0.05)

    def receive(self, seconds):
        """The next message as (name, fields), or None."""
        end = time.monotonic() + seconds
        while True:
            if len(self.buffer) >= 12:
                magic, _, kind, _, _, size = protocol.HEADER.unpack_from(self.buffer)
                check(magic == protocol.MAGIC, "the module's frame has another magic number")
                if len(self.buffer) >= 12 + size:
                    payload, self.buffer = self.buffer[12:12 + size], self.buffer[12 + size:]
                    name = protocol.TYPES[kind]
                    message = (name, protocol.decode(name, payload))
                    self.seen.append(message)
                    if name == "CoreHeartbeat":
                        self.heard = message[1]["number"]
                        if self.tls and not self.silent:
                            self.send("DaemonHeartbeat", heard=self.heard)
                    return message
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.link.settimeout(left)
            try:
                data = self.link.recv(65536)
            except TimeoutError:
                return None
            if not data:
                raise ConnectionError("the module closed the link")
            self.buffer += data

    def expect(self, name, true=lambda fields: True, seconds=10):
        """Reads until such a message arrives; the others are kept in `seen`."""
        end = time.monotonic() + seconds
        while True:
            message = self.receive(max(0.0, end - time.monotonic()))
            if message is None:
                raise AssertionError(f"no such {name} within {seconds} s; seen {[seen for seen, _ in self.seen]}")
            if message[0] == name and true(message[1]):
                return message[1]

    def listen_for(self, seconds):
        """Reads everything that arrives in that time."""
        end = time.monotonic() + seconds
        first = len(self.seen)
        while time.monotonic() < end:
            self.receive(end - time.monotonic())
        return self.seen[first:]

    def welcome(self, instance=1):
        hello = self.expect("CoreHello")
        self.send("CoreWelcome", node_id=SELF, node_name="here", program_version="test", daemon_instance=instance,
                  names=[{"node_id": OTHER, "name": "there"}])
        if not self.tls:
            threading.Thread(target=self.speak, args=(self.link,), daemon=True).start()
        return hello

    def start(self, instance=1):
        """Performs the handshake up to the end of the initial rows; returns the claims."""
        self.accept()
        self.welcome(instance)
        return self.expect("CoreRows", lambda rows: rows.get("kind") == 2)


class LoneCore:
    def __init__(self, hosts=4, services=2, interval=2, merlin="", nagios="", start_daemon=True):
        if os.getuid() != 0:
            skip("needs root")
        if not os.path.exists(CORE):
            skip("nagios4 is not installed")
        self.dir = tempfile.mkdtemp(prefix="merlin-lone.")
        self.hosts = [f"host{i}" for i in range(hosts)]
        self.services = [f"svc{i}" for i in range(services)]
        self.interval = interval
        self.process = None
        for folder in ("rw", "spool", "var", "flags"):
            os.mkdir(f"{self.dir}/{folder}")
        self.write("module.so", b"")
        shutil.copy(find_module(), f"{self.dir}/module.so")
        self.write_merlin(merlin)
        self.write_objects()
        self.write("nagios.cfg", self.main_config(nagios))
        self.write("plugin", f"""#!/bin/sh
echo "$(date +%s.%N) $1 $2" >> {self.dir}/runs
if [ -e "{self.dir}/flags/slow" ]; then sleep 1; fi
if [ -e "{self.dir}/flags/$1.$2" ]; then echo "bad | t=1"; exit 2; fi
echo "fine | t=1"
""")
        self.write("runs", "")
        self.write("notified", "")
        self.write("handled", "")
        self.write("obsessed", "")
        os.chmod(f"{self.dir}/plugin", 0o755)
        os.chmod(self.dir, 0o755)
        owner = pwd.getpwnam("nagios")
        for root, folders, files in os.walk(self.dir):
            for name in [root] + [os.path.join(root, n) for n in folders + files]:
                os.chown(name, owner.pw_uid, owner.pw_gid)
        self.daemon = FakeDaemon(f"{self.dir}/merlind.sock") if start_daemon else None

    def write(self, name, text):
        with open(f"{self.dir}/{name}", "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def write_merlin(self, more="", daemon=None):
        self.write("merlin.conf", f"""node_name = here
pulse_interval = 200ms
start_hold = 1s
isolation_grace = 1s
module {{
  daemon = {daemon or f"unix:{self.dir}/merlind.sock"}
  log_file = {self.dir}/module.log
  log_level = debug
}}
{more}
""")

    def write_objects(self):
        objects = f"""define timeperiod {{
  timeperiod_name always
  alias always
  sunday 00:00-24:00
  monday 00:00-24:00
  tuesday 00:00-24:00
  wednesday 00:00-24:00
  thursday 00:00-24:00
  friday 00:00-24:00
  saturday 00:00-24:00
}}
define command {{
  command_name plugin
  command_line {self.dir}/plugin $HOSTNAME$ $ARG1$
}}
define command {{
  command_name notify
  command_line echo "$NOTIFICATIONTYPE$ $HOSTNAME$ $SERVICEDESC$ $SERVICENOTIFICATIONNUMBER$" >> {self.dir}/notified
}}
define command {{
  command_name handle
  command_line echo "$HOSTNAME$ $SERVICEDESC$" >> {self.dir}/handled
}}
define command {{
  command_name obsess
  command_line echo "$HOSTNAME$ $SERVICEDESC$ $SERVICESTATE$ $SERVICESTATETYPE$ $SERVICEATTEMPT$ $SERVICEOUTPUT$" >> {self.dir}/obsessed
}}
define contact {{
  contact_name somebody
  alias somebody
  _OWNER nobody
  host_notification_period always
  service_notification_period always
  host_notification_options d,u,r
  service_notification_options w,u,c,r
  host_notification_commands notify
  service_notification_commands notify
}}
"""
        common = f"""  check_interval {self.interval}
  retry_interval 1
  max_check_attempts 2
  check_period always
  notification_period always
  notification_interval 1000
  contacts somebody
  event_handler handle
"""
        for number, host in enumerate(self.hosts, 1):
            objects += f"define host {{\n  host_name {host}\n  address 127.0.0.{number}\n  _OWNER nobody\n  check_command plugin!-\n{common}}}\n"
            for service in self.services:
                objects += f"define service {{\n  host_name {host}\n  service_description {service}\n  _OWNER nobody\n  check_command plugin!{service}\n{common}}}\n"
        self.write("objects.cfg", objects)

    def main_config(self, more):
        # The rest of a broker_module line is the module's argument.
        return f"""log_file={self.dir}/nagios.log
cfg_file={self.dir}/objects.cfg
object_cache_file={self.dir}/objects.cache
precached_object_file={self.dir}/objects.precache
status_file={self.dir}/status.dat
status_update_interval=1
nagios_user=nagios
nagios_group=nagios
check_external_commands=1
command_file={self.dir}/rw/nagios.cmd
query_socket={self.dir}/rw/nagios.qh
lock_file={self.dir}/nagios.pid
temp_file={self.dir}/nagios.tmp
temp_path={self.dir}
check_result_path={self.dir}/spool
state_retention_file={self.dir}/retention.dat
retain_state_information=1
retention_update_interval=60
use_retained_scheduling_info=1
event_broker_options=-1
broker_module={self.dir}/module.so {self.dir}/merlin.conf
interval_length=1
cached_host_check_horizon=0
cached_service_check_horizon=0
max_service_check_spread=1
max_host_check_spread=1
execute_service_checks=1
execute_host_checks=1
accept_passive_service_checks=1
enable_notifications=1
enable_event_handlers=1
log_initial_states=0
log_event_handlers=1
log_service_retries=1
log_host_retries=1
illegal_macro_output_chars=`
check_for_updates=0
use_syslog=0
check_result_reaper_frequency=1
{more}
"""

    def start(self):
        self.process = subprocess.Popen([CORE, f"{self.dir}/nagios.cfg"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, cwd=self.dir)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Ends the core as planned; returns its exit status."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.process.wait(10)

    def remove(self):
        if self.process and self.running():
            self.process.kill()
            self.process.wait(10)
        if self.daemon:
            self.daemon.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind:
            print("---- nagios.log")
            print(self.log())
        self.remove()

    def read(self, name):
        try:
            with open(f"{self.dir}/{name}", encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def log(self):
        return self.read("nagios.log")

    def runs(self, since=0.0):
        """[(host, service or "-")] for which the plugin ran."""
        return [tuple(words[1:3]) for words in map(str.split, self.read("runs").splitlines()) if len(words) == 3 and float(words[0]) >= since]

    def set_bad(self, host, service, bad=True):
        path = f"{self.dir}/flags/{host}.{service}"
        if bad:
            self.write(f"flags/{host}.{service}", "")
        elif os.path.exists(path):
            os.unlink(path)

    def status(self, host, service=None):
        """The object's fields in status.dat."""
        wanted = "servicestatus" if service else "hoststatus"
        for block in self.read("status.dat").split("}\n"):
            lines = block.strip().splitlines()
            if not lines or not lines[0].startswith(wanted):
                continue
            fields = dict(line.strip().split("=", 1) for line in lines[1:] if "=" in line)
            if fields.get("host_name") == host and (not service or fields.get("service_description") == service):
                return fields
        return {}

    def query(self, text="merlin"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(5)
            link.connect(f"{self.dir}/rw/nagios.qh")
            link.sendall(f"#{text}\0".encode())
            answer = b""
            while True:
                data = link.recv(65536)
                answer += data
                if not data or data.endswith(b"\0"):
                    return answer.rstrip(b"\0").decode()

    def spool(self, host, service, code, output):
        """Writes a passive result into the core's check result folder, as programs do."""
        self.spooled = getattr(self, "spooled", 0) + 1
        now, path = int(time.time()), f"{self.dir}/spool/c{self.spooled:06d}"
        fields = {"host_name": host, "service_description": service, "check_type": 1, "check_options": 0, "scheduled_check": 1,
                  "reschedule_check": 1, "latency": 0, "start_time": f"{now}.0", "finish_time": f"{now}.0", "early_timeout": 0,
                  "exited_ok": 1, "return_code": code, "output": output}
        text = f"file_time={now}\n" + "".join(f"{name}={value}\n" for name, value in fields.items())
        for name, content in ((path, text), (f"{path}.ok", "")):
            with open(name, "w", encoding="utf-8") as file:
                file.write(content)
            shutil.chown(name, "nagios", "nagios")

    def command(self, text):
        with open(f"{self.dir}/rw/nagios.cmd", "w", encoding="utf-8") as pipe:
            pipe.write(f"[{int(time.time())}] {text}\n")


writes = itertools.count()  # orders rows of the same second


def row(host, service=None, *, term=2, hlc=None, writer=OTHER, **state):
    """A Register with a check; `state` overrides fields; times are seconds from now."""
    now = int(time.time())
    fields = {"state_type": 1, "current_attempt": 1, "has_been_checked": True, "output": b"from there", "should_be_scheduled": True,
              "state_history": b"\0" * 21, "last_check": 0, "next_check": 60}
    fields.update(state)
    for name in ("last_check", "next_check", "last_state_change", "last_hard_state_change", "last_notification", "next_notification"):
        if name in fields:
            fields[name] *= 1000
    return {"host": protocol.key(host), "service": protocol.key(host, service) if service else 0,
            "version": {"term": term, "side": 3, "hlc": hlc or (now * 1000 << 16) + next(writes), "writer": writer},
            "base_ms": now * 1000, "value": protocol.encode("CheckRegister", fields)}


def run(test):
    """The last line of a test file: runs the test."""
    try:
        test()
    except AssertionError as error:
        print("FAILED:", error)
        sys.exit(1)

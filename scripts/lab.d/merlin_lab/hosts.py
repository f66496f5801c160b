"""Nodes that are hosts of their own: separate network, processes, host name and file system by kernel namespaces.

One process, the hub, is process 1 of the lab's namespaces. The bridge, every mount and every node's process 1 exist only
inside them, so that nothing of a lab is in the machine's own namespaces, and all of it ends with the hub.
"""
import contextlib
import grp
import os
import secrets
import shutil
import signal

from . import build, cores
from .util import LabError, identity, is_alive, read_file, run, stat_fields, wait_until, write_file

# Folders of this machine that nodes must not see: on the nodes they are empty at first (path, mode).
OWN_FOLDERS = (("etc/merlin", 0o755), ("etc/nagios4", 0o755), ("etc/nagios4/conf.d", 0o755), ("etc/ssh", 0o755),
               ("home", 0o755), ("root", 0o700), ("var/lib/lab", 0o755), ("var/lib/lab/flags", 0o755),
               ("var/lib/merlin", 0o755), ("var/lib/nagios4", 0o750), ("var/log", 0o755), ("var/tmp", 0o1777))
NAGIOS_FOLDERS = (("var/lib/nagios4", 0o755), ("var/lib/nagios4/rw", 0o2770), ("var/lib/nagios4/spool", 0o750),
                  ("var/lib/nagios4/spool/checkresults", 0o750), ("var/log/nagios4", 0o755),
                  ("var/log/nagios4/archives", 0o755), ("var/log/lab", 0o755))
SSHD_CONFIG = """PermitRootLogin yes
PasswordAuthentication yes
UsePAM no
UseDNS no
PrintMotd no
AcceptEnv LANG LC_*
MaxStartups 100
Subsystem sftp /usr/lib/openssh/sftp-server
"""
NODE_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                    "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash", "LANG": "C.UTF-8",
                    "RUNLEVEL": "2", "PREVLEVEL": "N"}  # as set by init; without them packages start nothing
START_LIMIT_S = 60
END_LIMIT_S = 10


def environment():
    return dict(NODE_ENVIRONMENT, TERM=os.environ.get("TERM", "dumb"))


class HostNode:
    """One node. `proc` is the procfs in which the ids of its pid files are valid."""

    def __init__(self, record):
        self.name = record["name"]
        self.pid = record["process"][0]
        self.address4 = record["address4"]
        self.address6 = record["address6"]
        self.proc = self.path("/proc")
        self.has_sshd = True

    def path(self, inside):
        """The path of the node's file on this machine. Not through symbolic links to absolute paths (/var/run)."""
        return f"/proc/{self.pid}/root{inside}"

    def argv(self, command):
        return ["nsenter", "--target", str(self.pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--wdns=/root",
                "--", *command]

    def run(self, command, what, **options):
        return run(self.argv(command), f"{self.name}: {what}", env=environment(), **options)

    def execute(self, command):
        """Replaces this process by the command, run in the node."""
        os.execvpe("nsenter", self.argv(command), environment())

    def signal(self, pid, number):
        self.run(["sh", "-c", f"kill -{int(number)} {int(pid)}"], f"signal {number} to {pid}")

    def signal_all(self, number):
        self.signal(-1, number)

    def script(self, command, what):
        """Runs a start script; programs that it leaves in the background do not block us."""
        log = "/run/lab-start.log"
        try:
            self.run(["sh", "-c", f"exec {command} >{log} 2>&1 </dev/null"], what, limit_s=START_LIMIT_S)
        except LabError:
            said = (read_file(self.path(log)) or "").strip().splitlines()
            raise LabError(f"{self.name}: {what} failed: {' / '.join(said[-4:])}") from None

    def start_core(self):
        self.script("/etc/init.d/nagios4 start", "starting nagios4")

    def start_daemon(self):
        self.script("/etc/init.d/merlind start", "starting merlind")

    def start_sshd(self):
        self.script("/usr/sbin/sshd", "starting sshd")


def start_hub(lab, tools, stage, commit):
    """Returns the hub's process; a LabError if this machine does not permit the necessary operations."""
    os.makedirs(lab.fs, exist_ok=True)
    command = [os.path.join(tools, "labinit"), "-c", str(commit), "lab-hub", os.path.join(build.HERE, "hub.sh"), lab.fs,
               stage or "-"]
    printed = run(command, "making namespaces and overlays", pass_fds=[commit], cwd="/")
    return identity(int(printed.split()[-1]))


def make_opaque(folder):
    """Hides in the overlay the machine's contents of this folder."""
    os.makedirs(folder, exist_ok=True)
    os.setxattr(folder, "trusted.overlay.opaque", b"y")


def add_account(common, name, gecos, home):
    """Adds a system user and its group to the nodes' files, unless the machine has them."""
    passwd, group = read_file(f"{common}/etc/passwd"), read_file(f"{common}/etc/group")
    if any(line.startswith(f"{name}:") for line in passwd.splitlines()):
        return
    taken = {int(line.split(":")[2]) for line in (passwd + group).splitlines() if line.count(":") >= 3}
    number = max(n for n in range(100, 1000) if n not in taken)
    write_file(f"{common}/etc/passwd", f"{passwd}{name}:x:{number}:{number}:{gecos}:{home}:/usr/sbin/nologin\n")
    write_file(f"{common}/etc/group", f"{group}{name}:x:{number}:\n")
    write_file(f"{common}/etc/shadow", f"{read_file(f'{common}/etc/shadow')}{name}:!:1::::::\n", 0o640)
    write_file(f"{common}/etc/gshadow", f"{read_file(f'{common}/etc/gshadow')}{name}:!::\n", 0o640)


def account(common, name):
    """(uid, gid) in the nodes."""
    for line in read_file(f"{common}/etc/passwd").splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return int(fields[2]), int(fields[3])
    raise LabError(f"there is no user {name}: install the packages first (scripts/packages run)")


def group_id(common, name):
    for line in read_file(f"{common}/etc/group").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split(":")[2])
    raise LabError(f"there is no group {name}: install the packages first (scripts/packages run)")


def write_accounts(common, password, with_merlin):
    for name in ("passwd", "group", "shadow", "gshadow"):
        write_file(f"{common}/etc/{name}", read_file(f"/etc/{name}", ""), 0o640 if "shadow" in name else 0o644)
        if "shadow" in name:
            os.chown(f"{common}/etc/{name}", 0, grp.getgrnam("shadow").gr_gid)
    hashed = run(["openssl", "passwd", "-6", "-stdin"], "hashing the nodes' password", stdin=password).strip()
    lines = read_file(f"{common}/etc/shadow").splitlines()
    lines = [l for l in lines if not l.startswith("root:")] + [f"root:{hashed}:1:0:99999:7:::"]
    write_file(f"{common}/etc/shadow", "\n".join(lines) + "\n", 0o640)
    if with_merlin:
        add_account(common, "merlin", "Merlin", "/var/lib/merlin")


def write_names(common, records):
    text = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
    for record in records:
        text += f"{record['address4']} {record['name']}\n{record['address6']} {record['name']}\n"
    write_file(f"{common}/etc/hosts", text)
    write_file(f"{common}/etc/resolv.conf", "# the nodes know each other by /etc/hosts\n")


def write_core_files(common, options, with_merlin):
    module = "/usr/lib/merlin/merlin.so /etc/merlin/merlin.conf" if with_merlin else None
    objects = options["hosts"] * (options["services"] + options["passive"] + 1)
    write_file(f"{common}/etc/nagios4/nagios.cfg", cores.nagios_cfg("", module, objects, options["passive"]))
    write_file(f"{common}/etc/nagios4/resource.cfg",
               cores.resource_cfg("/usr/lib/nagios/plugins", "/var/log/lab", "/var/lib/lab/flags", "-"))
    for name, text in cores.object_files(options["hosts"], options["services"], options["interval"], options["passive"]).items():
        write_file(f"{common}/etc/nagios4/conf.d/{name}", text)
    write_file(f"{common}/etc/init.d/nagios4", read_file(os.path.join(build.HERE, "nagios4.init")), 0o755)


def make_packaged_folders(common):
    """What the package's tmpfiles.d file requests; /run is created at the start, as on any host."""
    rules = os.path.join(build.REPOSITORY, "packaging", "systemd", "merlin.tmpfiles")
    for line in (read_file(rules) or "").splitlines():
        fields = line.split()
        if line.startswith("d ") and not fields[1].startswith("/run/"):
            folder = common + fields[1]
            os.makedirs(folder, exist_ok=True)
            os.chown(folder, account(common, fields[3])[0], group_id(common, fields[4]))
            os.chmod(folder, int(fields[2], 8))


def write_common(common, lab_options, records, password, tools):
    """The layer that all nodes have between the machine's files and their own."""
    for folder, mode in OWN_FOLDERS:
        make_opaque(f"{common}/{folder}")
        os.chmod(f"{common}/{folder}", mode)
    staged = lab_options["merlin"] and not lab_options["packages"]
    write_accounts(common, password, staged)
    write_names(common, records)
    write_core_files(common, lab_options, staged)
    write_file(f"{common}/etc/ssh/sshd_config", SSHD_CONFIG)
    plugin = f"{common}/usr/lib/nagios/plugins/check_lab"
    os.makedirs(os.path.dirname(plugin), exist_ok=True)
    shutil.copy(os.path.join(tools, "check_lab"), plugin)
    uid, gid = account(common, "nagios")
    for folder, mode in NAGIOS_FOLDERS:
        os.makedirs(f"{common}/{folder}", exist_ok=True)
        os.chown(f"{common}/{folder}", uid, gid)
        os.chmod(f"{common}/{folder}", mode)
    if staged:
        make_packaged_folders(common)


def connect(hub, record):
    """A cable from the node to the bridge, and its addresses."""
    pid = record["process"][0]
    name = record["name"]
    run(["nsenter", "--target", str(hub[0]), "--net", "ip", "-batch", "-"], f"{name}: network",
        stdin=f"link add v-{name} type veth peer name eth0 netns {pid}\nlink set v-{name} master br0 up\n")
    lines = f"link set eth0 up\naddr add {record['address4']}/24 dev eth0\n"
    if os.path.exists("/proc/net/if_inet6"):
        lines += f"addr add {record['address6']}/64 dev eth0 nodad\n"
    run(["nsenter", "--target", str(pid), "--net", "ip", "-batch", "-"], f"{name}: addresses", stdin=lines)


def start_node(lab, hub, record, tools, options):
    """Creates the host of a node; nothing runs on it yet."""
    disk_kib = cores.disk_kib(options["hosts"], options["services"] + options["passive"])
    printed = run(["nsenter", "--target", str(hub[0]), "--mount", "--uts", "--ipc", "--net", "--pid", "--wd=/", "--",
                   os.path.join(tools, "labinit"), f"lab-{record['name']}", os.path.join(build.HERE, "node.sh"), lab.fs,
                   record["name"], str(disk_kib)], f"{record['name']}: making the host")
    record["process"] = identity(int(printed.split()[-1]))
    connect(hub, record)
    node = HostNode(record)
    write_file(node.path("/etc/hostname"), f"{record['name']}\n")
    write_file(node.path("/etc/machine-id"), f"{secrets.token_hex(16)}\n", 0o444)
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"root@{record['name']}", "-f",
         node.path("/etc/ssh/ssh_host_ed25519_key")], f"{record['name']}: host key")
    return node


def install_packages(node, files):
    """Installs all packages at once, by apt from the files alone; this machine has their dependencies."""
    # On the node a package may start its programs, as on a host with an init system: if this machine has no /sbin/init, or its
    # policy-rc.d forbids it, invoke-rc.d starts nothing and reports success.
    write_file(node.path("/usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 0\n", 0o755)
    folder = node.path("/root/packages")
    os.makedirs(folder)
    for file in files:
        shutil.copy(file, folder)
    node.script("env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends /root/packages/*.deb",
                "installing the packages")


def common_folder(lab, hub):
    return f"/proc/{hub[0]}/root{lab.fs}/common"


def flags_folder(lab):
    return f"/proc/{lab.state['hub'][0]}/root{lab.fs}/flags"


def fingerprint(node):
    """Makes the node's key and certificate with its own daemon, and returns the fingerprint."""
    printed = node.run(["setpriv", "--reuid=merlin", "--regid=merlin", "--init-groups", "/usr/sbin/merlind", "--init"],
                       "merlind --init")
    found = [word for word in printed.split() if word.startswith("SHA256:")]
    if not found:
        raise LabError(f"{node.name}: merlind --init printed no fingerprint but: {printed.strip()[:100]}")
    return found[-1]


def apply_cuts(nodes, records, cuts):
    """Drops packets at the receiver for each cut: (sender, receiver), "*" for everyone else."""
    for node in nodes:
        lines = []
        for record in records:
            ways = {(record["name"], node.name), (record["name"], "*"), ("*", node.name)}
            if record["name"] != node.name and any(tuple(cut) in ways for cut in cuts):
                lines += [f"ip saddr {record['address4']} drop", f"ip6 saddr {record['address6']} drop"]
        rules = "add table inet lab\ndelete table inet lab\n"
        if lines:
            body = "\n".join(f"    {line}" for line in lines)
            rules += f"table inet lab {{\n  chain cut {{\n    type filter hook prerouting priority raw; policy accept;\n{body}\n  }}\n}}\n"
        node.run(["nft", "-f", "-"], "cutting with nft", stdin=rules)


def hubs(lab):
    """The lab's hub by its command line, so that it is found even if the lab's state is lost."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        words = (read_file(f"/proc/{pid}/cmdline") or "").split("\0")
        if "lab-hub" in words and lab.fs in words and stat_fields(pid):
            found.append(identity(int(pid)))
    return found


def stop(lab):
    """Ends the hub, and so everything of the lab; returns once it is gone."""
    found = hubs(lab)
    for who in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(who[0], signal.SIGKILL)
    wait_until(lambda: not any(is_alive(who) for who in found), END_LIMIT_S, f"process {found[:1]}, which holds the lab, does not end")


def missing_programs():
    needed = ["nsenter", "ip", "nft", "sshd", "ssh-keygen", "openssl", "nagios4", "setpriv", "mount"]
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [name for name in needed if not shutil.which(name, path=path)]


# The Debian packages on bare nodes: apt installs them and everything runs, an upgrade keeps all settings and announces the restart, and purge leaves nothing.
import glob
import os
import subprocess
import tempfile

from bare import bare_nodes, packages
from cluster import check, main, skip, wait_for

OWNED = {"/etc/merlin": "root root 755", "/etc/merlin/merlin.conf": "root root 644", "/etc/merlin/tls": "merlin merlin 755",
         "/etc/merlin/tls/key.pem": "merlin merlin 600", "/var/lib/merlin": "merlin nagios 750", "/var/log/merlin": "merlin nagios 2770",
         "/usr/share/man/man1/mon.1.gz": "root root 644", "/usr/share/man/man5/merlin.conf.5.gz": "root root 644",
         "/usr/share/man/man8/merlind.8.gz": "root root 644", "/usr/share/bash-completion/completions/mon": "root root 644",
         "/usr/lib/systemd/system/merlind.service": "root root 644", "/etc/logrotate.d/merlind": "root root 644"}
NAMES = ("merlind", "merlin-module-nagios4", "mon")
CORE_CONFIG = "/etc/nagios4/nagios.cfg"
LINE = "broker_module=/usr/lib/merlin/merlin.so /etc/merlin/merlin.conf"
ORDERS = "/run/orders"
TRACES = ("/etc/merlin", "/var/lib/merlin", "/var/log/merlin", "/run/merlin", "/usr/lib/merlin", "/etc/init.d/merlind", "/etc/logrotate.d/merlind")


def newer_packages(folder):
    """The same packages with a higher version, in `folder`."""
    for path in glob.glob(os.path.join(packages(), "*.deb")):
        tree = os.path.join(folder, "tree")
        subprocess.run(["dpkg-deb", "-R", path, tree], check=True)
        control = os.path.join(tree, "DEBIAN", "control")
        with open(control, encoding="utf-8") as file:
            text = file.read()
        version = next(line.split()[1] for line in text.splitlines() if line.startswith("Version:"))
        with open(control, "w", encoding="utf-8") as file:
            file.write(text.replace(version, version + "+newer"))
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", tree, os.path.join(folder, os.path.basename(path))], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", tree], check=True)


def apt(c, node, *words):
    return c.run(node, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "--yes", *words, timeout_s=120)


def pid_of(c, node):
    return c.read(node, "/run/merlin/merlind.pid").strip()


def installed_right(c, node):
    for path, wanted in OWNED.items():
        found = c.run(node, "stat", "-c", "%U %G %a", path).strip()
        check(found == wanted, f"{path} is {found} instead of {wanted}")
    check(c.read(node, CORE_CONFIG).count(LINE) == 1, "the core's main file does not name the module once")
    links = c.run(node, "sh", "-c", "ls /etc/rc2.d/").split()
    check(any(link.startswith("S") and link.endswith("merlind") for link in links), f"merlind is not started with the machine: {links}")
    check("running" in c.run(node, "/etc/init.d/merlind", "status"), "the init script does not see merlind running")
    wait_for(f"{node} runs its checks", lambda: (c.about(node, node) or {}).get("hosts_owned") == c.hosts, 30)


def make_two(c):
    """Sets the nodes up with mon, as the documents describe."""
    c.mon("peer01", "node", "add", "peer02", "type=peer")
    c.mon("peer01", "sshkey", "push", "--all", "--accept-new", "--password-file", "/root/password")
    c.mon("peer01", "node", "ctrl", "peer02", "--", "mon", "node", "add", "peer01", "type=peer")
    c.wait_settled(timeout_s=60)


def upgrade(c, node, folder):
    target = c.path(node, "/root/newer")
    os.makedirs(target)
    subprocess.run(["cp", *glob.glob(os.path.join(folder, "*.deb")), target], check=True)
    before, config = pid_of(c, node), c.read(node, "/etc/merlin/merlin.conf")
    key = c.run(node, "mon", "id")
    # An upgrade does not restore what an administrator has removed.
    c.write(node, CORE_CONFIG, c.read(node, CORE_CONFIG) + "# a line of our own\n")
    log = len(c.read(node, "/var/log/merlin/merlind.log"))
    c.run(node, "sh", "-c", "DEBIAN_FRONTEND=noninteractive apt-get -qq --yes install /root/newer/*.deb", timeout_s=120)
    versions = c.run(node, "dpkg-query", "-W", "-f", "${Version} ${db:Status-Status}\n", *NAMES).splitlines()
    check(all(line.endswith("+newer installed") for line in versions), f"not upgraded: {versions}")
    check(pid_of(c, node) != before, "merlind was not restarted")
    check(c.read(node, "/etc/merlin/merlin.conf") == config and c.run(node, "mon", "id") == key, "the upgrade changed merlin.conf or the key")
    check("# a line of our own\n" in c.read(node, CORE_CONFIG) and c.read(node, CORE_CONFIG).count(LINE) == 1, "the upgrade changed nagios.cfg")
    c.wait_settled(timeout_s=60)
    check("announcing it to the other nodes" in c.read(node, "/var/log/merlin/merlind.log")[log:], "merlind ended without a goodbye")


def upgrade_with_wrong_config(c, node):
    """What is running continues with its last valid configuration."""
    config, before = c.read(node, "/etc/merlin/merlin.conf"), pid_of(c, node)
    c.write(node, "/etc/merlin/merlin.conf", config + "no_such_key = 1\n")
    said = c.run(node, "sh", "-c", "DEBIAN_FRONTEND=noninteractive apt-get -qq --yes install --reinstall /root/packages/merlind_*.deb 2>&1", timeout_s=120)
    check("merlin.conf is invalid. Correct it" in said and pid_of(c, node) == before, f"with a wrong merlin.conf: {said}")
    c.write(node, "/etc/merlin/merlin.conf", config)


def remove(c, node):
    apt(c, node, "remove", "merlin-module-nagios4")
    check(LINE not in c.read(node, CORE_CONFIG), "the core's main file still names the module that is gone")
    wait_for("the core runs without it", lambda: c.run(node, "/etc/init.d/nagios4", "status", check_status=False).returncode == 0)
    apt(c, node, "remove", "merlind", "mon")
    check(c.run(node, "pgrep", "-x", "merlind", check_status=False).returncode == 1, "merlind is still running")
    check(os.path.exists(c.path(node, "/etc/merlin/tls/key.pem")), "removing took the key along")


NAMED_AFTER_PACKAGES = ["find", "/etc", "/usr", "/var", "/run", "(", "-path", "/var/log", "-o", "-path", "/var/cache", ")", "-prune",
                        "-o", "-name", "*merlin*", "-print", "-o", "-name", "mon.fish", "-print", "-o", "-path", "/usr/bin/mon", "-print"]


def purge(c, node):
    apt(c, node, "purge", *NAMES)
    left = [path for path in TRACES if os.path.lexists(c.path(node, path))]
    # Any remaining reference to the packages, except for the packages themselves, dpkg's own logs, and what this machine has anyway.
    here = subprocess.run(NAMED_AFTER_PACKAGES, stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
    left += sorted(set(c.run(node, *NAMED_AFTER_PACKAGES, check_status=False).stdout.splitlines()) - set(here))
    left += [line for line in (c.read(node, "/etc/passwd") + c.read(node, "/etc/group")).splitlines() if line.startswith("merlin:")]
    check(not left, f"purge left {left}")


def with_systemd(c, node):
    """What the packages request from systemd; a script records it instead."""
    c.run(node, "mkdir", "-p", "/run/systemd/system")
    c.run(node, "rm", "-f", "/usr/bin/systemctl")
    c.write(node, "/usr/bin/systemctl", f"#!/bin/sh\necho \"$@\" >>{ORDERS}\necho enabled\n")
    c.run(node, "chmod", "755", "/usr/bin/systemctl")
    for words, wanted in ((("install", *(f"/root/packages/{os.path.basename(path)}" for path in glob.glob(packages() + "/*.deb"))),
                           ("daemon-reload", "start merlind.service", "restart nagios4.service")),
                          (("install", "--reinstall", *(f"/root/packages/{os.path.basename(path)}" for path in glob.glob(packages() + "/merlind_*.deb"))),
                           ("daemon-reload", "restart merlind.service")),
                          (("purge", *NAMES), ("restart nagios4.service", "stop merlind.service", "daemon-reload"))):
        c.write(node, ORDERS, "")
        apt(c, node, *words)
        orders = c.read(node, ORDERS)
        at = [orders.find(order) for order in wanted]
        check(-1 not in at and at == sorted(at), f"apt-get {words[0]}: systemd received {orders!r} instead of {wanted}")
    check("enabled" not in c.run(node, "sh", "-c", "ls /etc/systemd/system/*/merlind.service 2>/dev/null || true"), "the unit is still enabled")


def test():
    if not packages():
        skip("no packages: MERLIN_LAB_PACKAGES names their folder")
    with tempfile.TemporaryDirectory() as folder, bare_nodes(count=2, packages=packages()) as c:
        original = c.read("peer01", CORE_CONFIG)
        installed_right(c, "peer01")
        make_two(c)
        newer_packages(folder)
        upgrade(c, "peer02", folder)
        apt(c, "peer01", "install", "--reinstall", *(f"/root/packages/{os.path.basename(path)}" for path in glob.glob(packages() + "/*.deb")))
        c.wait_settled(timeout_s=60)
        check(c.read("peer01", CORE_CONFIG) == original, "installing again changed nagios.cfg")
        upgrade_with_wrong_config(c, "peer01")
        remove(c, "peer02")
        apt(c, "peer02", "install", *(f"/root/newer/{os.path.basename(path)}" for path in glob.glob(folder + "/*.deb")))
        check(c.read("peer02", CORE_CONFIG).count(LINE) == 1, "after a removal and an installation nagios.cfg does not name the module")
        c.wait_settled(timeout_s=60)
        purge(c, "peer02")
        with_systemd(c, "peer02")


main(test)

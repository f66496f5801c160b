"""`lab up`: creates nodes and waits until they are ready."""
import glob
import os
import secrets
import shutil

from . import build, control, cores, hosts, plain
from .util import LabError, is_alive, run, write_file

NODES_MAX = 64


def packages_in(folder):
    return sorted(glob.glob(os.path.join(os.path.abspath(folder), "*.deb")))


def check_machine(options):
    """Checks the requirements of every lab."""
    if not 1 <= options["nodes"] <= NODES_MAX:
        raise LabError(f"-n takes 1 to {NODES_MAX} nodes")
    if options["packages"] and not packages_in(options["packages"]):
        raise LabError(f"{options['packages']} holds no .deb file (cpack --config BUILD/CPackConfig.cmake makes them)")
    for key in ("hosts", "services", "interval", "passive"):
        if options[key] < (0 if key in ("services", "passive") else 1):
            raise LabError(f"--{key} is too small: {options[key]}")
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    os.environ["PATH"] = path
    missing = [name for name in ("cc", "nagios4") if not shutil.which(name)]
    if missing:
        raise LabError(f"not installed: {', '.join(missing)}; run scripts/packages first")


def staged_tree(options, say):
    """The tree of `cmake --install`, or None if the cores run without Merlin or get it as packages."""
    if not options["merlin"] or options["packages"]:
        return None
    if not options["stage"]:
        return build.stage(say)
    folder = os.path.abspath(options["stage"])
    for program in ("usr/sbin/merlind", "usr/bin/mon", "usr/lib/merlin/merlin.so"):
        if not os.path.exists(os.path.join(folder, program)):
            raise LabError(f"{folder} is no staged tree: it has no {program} (make one with DESTDIR=DIR cmake --install build/release)")
    return folder


def open_hub(lab, options, tools, stage, commit, say):
    """(mode, hub process): hosts if this machine permits them, else plain processes."""
    reason = "--plain" if options["plain"] else ""
    if not reason and os.getuid() != 0:
        reason = "not root"
    if not reason:
        missing = hosts.missing_programs()
        if missing:
            raise LabError(f"not installed: {', '.join(missing)}; run scripts/packages run first")
        try:
            return "hosts", hosts.start_hub(lab, tools, stage, commit)
        except LabError as error:
            reason = str(error)
    say(f"plain ({reason}): the nodes are processes on 127.151.x.x, with no cuts and no ssh")
    return "plain", plain.start_keeper(lab, commit)


def make_records(mode, number, count):
    """One entry per node; the addresses belong to the lab."""
    network = f"127.151.{number}" if mode == "plain" else f"10.151.{number}"
    return [{"name": f"peer{i:02d}", "process": None, "address4": f"{network}.{i}",
             "address6": None if mode == "plain" else f"fd15:151:{number}::{i}"} for i in range(1, count + 1)]


def make_hosts(lab, state, tools):
    options, hub = state["options"], state["hub"]
    hosts.write_common(hosts.common_folder(lab, hub), options, state["nodes"], state["password"], tools)
    return control.together(lambda record: hosts.start_node(lab, hub, record, tools, options), state["nodes"])


def make_plain(lab, state, tools):
    state["stage"] = plain.prepare(lab, tools, state["stage"])
    return control.together(
        lambda record: plain.start_node(lab, record, tools, state["stage"], state["options"]), state["nodes"])


def write_merlin_conf(state, nodes):
    """Each node's key, then merlin.conf with the others' addresses and certificates. A bare node keeps the packaged file."""
    mode = plain if state["mode"] == "plain" else hosts
    folders = {node.name: node.folder if mode is plain else None for node in nodes}
    if state["options"]["bare"]:
        for node in nodes:
            if mode is plain or not os.path.exists(node.path("/etc/merlin/merlin.conf")):
                write_conf(state, node, [], folders[node.name])
        return
    for node in nodes:
        write_conf(state, node, [], folders[node.name])
    if mode is plain:
        control.together(plain.hand_over, nodes)
    prints = dict(zip([node.name for node in nodes], control.together(mode.fingerprint, nodes)))
    for node in nodes:
        peers = [(other.name, other.address4, prints[other.name]) for other in nodes if other is not node]
        write_conf(state, node, peers, folders[node.name])


def write_conf(state, node, peers, plain_folder):
    record = next(r for r in state["nodes"] if r["name"] == node.name)
    write_file(node.path("/etc/merlin/merlin.conf"), cores.merlin_conf(record, peers, plain_folder))


def install_packages(lab, options, nodes):
    """Installs the packages on hosts on which only a core runs, as a user would."""
    if lab.state["mode"] == "plain":
        raise LabError("--packages takes nodes that are hosts of their own: root, and without --plain")
    control.together(lambda node: control.start(node, "all", False), nodes)
    control.together(lambda node: hosts.install_packages(node, packages_in(options["packages"])), nodes)


def make_ready(lab, tools, number, mode, hub, options, stage):
    state = {"mode": mode, "hub": hub, "number": number, "options": options, "stage": stage, "cuts": [],
             "password": secrets.token_hex(6), "nodes": make_records(mode, number, options["nodes"])}
    lab.save(state)
    nodes = (make_plain if mode == "plain" else make_hosts)(lab, state, tools)
    lab.save(state)
    if options["packages"]:
        install_packages(lab, options, nodes)
    elif options["merlin"]:
        write_merlin_conf(state, nodes)
    if mode == "plain":
        control.together(plain.hand_over, nodes)
    control.together(lambda node: control.start(node, "all", options["merlin"]), nodes)
    if options["merlin"]:
        control.together(control.wait_for_merlin, nodes)


def up(lab, options, say):
    if lab.is_running():
        raise LabError(f"'{lab.name}' is running already; end it with 'scripts/lab down', or choose another --name")
    if control.down(lab):
        say("cleared what an earlier lab of this name left")
    check_machine(options)
    tools = build.tools()
    stage = staged_tree(options, say)
    number = lab.choose_number()
    commit_read, commit_write = os.pipe()
    hub = None
    try:
        mode, hub = open_hub(lab, options, tools, stage, commit_read, say)
        os.close(commit_read)
        make_ready(lab, tools, number, mode, hub, options, stage)
        os.write(commit_write, b"k")
    except BaseException:
        # The hub ends by itself when no process can commit any more; wait for it, so that nothing is left at the return.
        os.close(commit_write)
        if lab.state:
            control.down(lab)
        elif is_alive(hub):
            run(["kill", "-9", str(hub[0])], "ending the lab")
        lab.forget()
        raise
    os.close(commit_write)

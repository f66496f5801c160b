"""The commands of scripts/lab."""
import argparse
import json
import os
import re
import signal
import sys
import time

from . import build, control, start
from .state import Lab, all_labs, base_folder
from .util import LabError, read_file, signal_number

DESCRIPTION = """Several monitoring servers on this machine, each with its own network, processes, host name and files: a real
nagios4, Merlin's module, merlind and sshd. For demos, tests and measurement."""
EXAMPLES = """examples:
  scripts/lab up -n 3 --hosts 300 --services 10 --interval 60
  scripts/lab run peer01 -- mon node status
  scripts/lab kill peer02 core          scripts/lab start peer02 core
  scripts/lab cut peer01 peer03         scripts/lab heal
  scripts/lab flag 'host0001;svc01' critical 'disk full'
  scripts/lab down
"""
LOGS = {"core": "/var/log/nagios4/nagios.log", "daemon": "/var/log/merlin/merlind.log",
        "module": "/var/log/merlin/module.log"}
PLUGIN_LOGS = {"checks": "checks.log", "notifications": "notifications.log", "handlers": "eventhandlers.log", "results": "results.log"}


def version():
    text = read_file(os.path.join(build.REPOSITORY, "CMakeLists.txt"), "")
    found = re.search(r"project\(merlin VERSION ([\d.]+)", text)
    return found.group(1) if found else "unknown"


class Progress:
    """Prints one line per step with the time since the beginning."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.started = time.monotonic()

    def __call__(self, text):
        if not self.quiet:
            print(f"lab: {text}", flush=True)

    def seconds(self):
        return time.monotonic() - self.started


def do_up(lab, args):
    say = Progress(args.quiet)
    options = {"nodes": args.nodes, "hosts": args.hosts, "services": args.services, "interval": args.interval, "passive": args.passive,
               "bare": args.bare, "merlin": args.merlin, "plain": args.plain,
               "stage": args.install_dir or os.environ.get("MERLIN_LAB_STAGE"), "packages": args.packages}
    with lab.locked():
        lab = Lab(lab.name)  # its state under the lock
        start.up(lab, options, say)
    names = ", ".join(f"{r['name']} {r['address4']}" for r in lab.state["nodes"])
    say(f"{lab.name} is ready after {say.seconds():.1f} s: {names}")


def do_down(lab, _args):
    with lab.locked():
        if not control.down(Lab(lab.name)):
            print(f"lab: '{lab.name}' is not running", file=sys.stderr)


def do_status(lab, args):
    document = control.status(lab)
    if args.json:
        print(json.dumps(document, indent=1))
        return
    kind = "processes on this host (--plain)" if document["mode"] == "plain" else "hosts of their own"
    print(f"lab {document['name']}: {len(document['nodes'])} nodes, {kind}")
    for node in document["nodes"]:
        parts = [f"{what} {node[what]}" + (f" ({node[what + '_pid']})" if node.get(what + "_pid") else "")
                 for what in ("core", "daemon")]
        if document["mode"] != "plain":
            parts.append(f"sshd {node['sshd']}")
        addresses = " ".join(filter(None, (node["address4"], node["address6"])))
        print(f"  {node['name']}  {addresses}  {', '.join(parts)}")
    for sender, receiver in document["cuts"]:
        print(f"  cut: {sender} -> {receiver}".replace("*", "everyone else"))


def do_list(_lab, _args):
    for lab in all_labs():
        count = len(lab.state["nodes"]) if lab.state else 0
        print(f"{lab.name}  {f'{count} nodes' if lab.is_running() else 'stale, clear it with down'}")


def do_run(lab, args):
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        raise LabError("nothing to run; write scripts/lab run NODE -- COMMAND")
    node = control.node_of(lab, args.node)
    sys.stdout.flush()
    try:
        node.execute(command)
    except OSError as error:
        raise LabError(f"{command[0]}: {error.strerror}") from None


def do_shell(lab, args):
    control.node_of(lab, args.node).execute(["bash", "-l"])


def do_root(lab, args):
    print(control.node_of(lab, args.node).path(""))


def do_logs(lab, args):
    path = control.node_of(lab, args.node).path(LOGS[args.what])
    if not os.path.exists(path):
        raise LabError(f"{args.node} has no {LOGS[args.what]} yet")
    os.execvp("tail", ["tail", "-n", "+1"] + (["-F"] if args.follow else []) + ["--", path])


def do_cut(lab, args):
    with lab.locked():
        control.cut(Lab(lab.name), args.node, args.other, args.one_way)


def do_heal(lab, _args):
    with lab.locked():
        control.set_cuts(Lab(lab.name), [])


def do_kill(lab, args):
    control.kill(control.node_of(lab, args.node), args.what, signal_number(args.signal))


def do_start(lab, args):
    node = control.node_of(lab, args.node)
    if args.what == "daemon" and not lab.state["options"]["merlin"]:
        raise LabError("this lab runs --no-merlin: its nodes have no daemon")
    control.start(node, args.what, lab.state["options"]["merlin"])


def do_password(lab, _args):
    state = control.running(lab)
    if state["mode"] == "plain":
        raise LabError("a --plain lab has no ssh")
    print(state["password"])


def do_flag(lab, args):
    control.set_flag(lab, args.target, args.state, " ".join(args.text), args.sleep, args.node)


def do_lines(lab, args):
    lines = control.lines_of(lab, PLUGIN_LOGS[args.verb], args.nodes, args.since)
    if args.count:
        print(len(lines))
    elif lines:
        print("\n".join(lines))


def number(low):
    def parse(text):
        value = int(text)
        if value < low:
            raise argparse.ArgumentTypeError(f"must be {low} or more")
        return value
    parse.__name__ = "number"
    return parse


def make_parser():
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--name", default=argparse.SUPPRESS, help="which lab; several can run side by side (default: lab)")
    parser = argparse.ArgumentParser(prog="lab", description=DESCRIPTION, epilog=EXAMPLES, parents=[common],
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=f"lab {version()}")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True)

    def verb(name, function, text):
        sub = verbs.add_parser(name, help=text, description=text, parents=[common])
        sub.set_defaults(function=function)
        return sub
    add_up(verb)
    verb("down", do_down, "end the lab, and clear what a crashed one left")
    sub = verb("status", do_status, "show nodes, addresses, cores, daemons and cuts")
    sub.add_argument("--json", action="store_true", help="one JSON document")
    verb("list", do_list, "show the labs of this machine")
    sub = verb("run", do_run, "run a command in a node; its exit status is passed on")
    sub.add_argument("node")
    sub.add_argument("command", nargs=argparse.REMAINDER)
    verb("shell", do_shell, "open a shell in a node").add_argument("node")
    verb("root", do_root, "print where a node's root folder is seen from here").add_argument("node")
    sub = verb("logs", do_logs, "print a node's log")
    sub.add_argument("node")
    sub.add_argument("what", nargs="?", choices=sorted(LOGS), default="core")
    sub.add_argument("-f", "--follow", action="store_true", help="and go on")
    add_faults(verb)
    verb("password", do_password, "print root's password for ssh between the nodes")
    add_plugin_verbs(verb)
    return parser


def add_up(verb):
    sub = verb("up", do_up, "build, stage and start a lab")
    sub.add_argument("-n", "--nodes", type=number(1), default=3, help="how many nodes: peer01, peer02, ... (default 3)")
    sub.add_argument("--hosts", type=number(1), default=300, help="monitored hosts (default 300)")
    sub.add_argument("--services", type=number(0), default=10, help="services a host (default 10)")
    sub.add_argument("--interval", type=number(1), default=60, help="seconds between two checks (default 60)")
    sub.add_argument("--passive", type=number(0), default=0, help="services a host that only get results from outside (default 0)")
    sub.add_argument("--bare", action="store_true", help="as freshly installed: no peers in merlin.conf, no keys exchanged")
    sub.add_argument("--no-merlin", dest="merlin", action="store_false", help="the cores alone, without module and daemon")
    sub.add_argument("--plain", action="store_true", help="nodes that are only processes on 127.151.x.x: no cuts, no ssh")
    sub.add_argument("--install-dir", metavar="DIR", help="use this tree of 'DESTDIR=DIR cmake --install' and build nothing "
                     "(also $MERLIN_LAB_STAGE)")
    sub.add_argument("--packages", metavar="DIR", help="bare nodes, on which each of the .deb files in DIR is installed by apt-get")
    sub.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")


def add_faults(verb):
    sub = verb("cut", do_cut, "drop all packets between two nodes, or between one and all others")
    sub.add_argument("node")
    sub.add_argument("other", nargs="?")
    sub.add_argument("--one-way", action="store_true", help="only those that NODE sends")
    verb("heal", do_heal, "end all cuts")
    sub = verb("kill", do_kill, "send a signal; 'all' is every process of the node")
    sub.add_argument("node")
    sub.add_argument("what", choices=("core", "daemon", "all"))
    sub.add_argument("signal", nargs="?", default="KILL", help="KILL (default), STOP, CONT, TERM, HUP, ...")
    sub = verb("start", do_start, "start what is down and wait until it is ready")
    sub.add_argument("node")
    sub.add_argument("what", choices=("core", "daemon", "all"))


def add_plugin_verbs(verb):
    sub = verb("flag", do_flag, "make a check fail, or (ok without TEXT) be well again")
    sub.add_argument("target", metavar="HOST[;SERVICE]")
    sub.add_argument("state", nargs="?", default="ok", choices=sorted(control.FLAG_STATES))
    sub.add_argument("text", nargs="*", help="the plugin's output")
    sub.add_argument("--sleep", type=float, default=0, metavar="SECONDS", help="the plugin takes that long")
    sub.add_argument("--node", help="only when this node runs the check")
    for name, text in (("checks", "print who ran which check: NODE HOST SERVICE TIME_MS"),
                       ("notifications", "print notifications: NODE TIME_MS CONTACT TYPE HOST SERVICE STATE NUMBER"),
                       ("handlers", "print the event handlers run: NODE TIME_MS HOST SERVICE STATE STATETYPE ATTEMPT"),
                       ("results", "print who handled which result of a --passive service: NODE TIME_MS HOST SERVICE STATE OUTPUT")):
        sub = verb(name, do_lines, text)
        sub.add_argument("nodes", nargs="*", metavar="NODE", help="default: all")
        sub.add_argument("--since", type=int, default=0, metavar="TIME_MS", help="only what is later than this, in ms since 1970")
        sub.add_argument("--count", action="store_true", help="only how many lines")


def main():
    args = make_parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        args.function(Lab(getattr(args, "name", "lab")), args)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"lab: {error.strerror}: {error.filename} (state is kept below {base_folder()}; are you the one who started it?)",
              file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    return 0

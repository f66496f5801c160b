"""The part of scripts/demo that runs once its packages are installed."""
import argparse
import json
import os
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAB = [os.path.join(TOP, "scripts", "lab")]
HOSTS, SERVICES, INTERVAL = 300, 10, 20
NODES = ["peer01", "peer02", "peer03"]
VICTIM = "peer02"
STARTED = time.monotonic()


class Trouble(Exception):
    pass


def say(text):
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def lab(*words, quiet=True):
    done = subprocess.run([*LAB, *words], capture_output=quiet, text=True, check=False)
    if done.returncode != 0:
        raise Trouble((done.stderr or done.stdout or "").strip() or f"scripts/lab {' '.join(words)} failed")
    return done.stdout


def status(node):
    done = subprocess.run([*LAB, "run", node, "--", "mon", "node", "status", "--json"], capture_output=True, text=True, check=False)
    try:
        return {entry["name"]: entry for entry in json.loads(done.stdout)["nodes"]}
    except ValueError:
        return {}


def owned(node):
    return {name: entry["hosts_owned"] for name, entry in status(node).items() if entry["state"] == "active"}


def wait_for(what, test, timeout_s):
    began = time.monotonic()
    while not test():
        if time.monotonic() - began > timeout_s:
            raise Trouble(f"not within {timeout_s} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def shared_by(nodes):
    def test():
        counts = owned(nodes[0])
        return set(counts) == set(nodes) and all(counts.values()) and sum(counts.values()) == HOSTS
    return test


def checks_since(when_ms):
    """{node: number of checks run} since then, from the plugins' records."""
    counts = dict.fromkeys(NODES, 0)
    for line in lab("checks", "--since", str(when_ms)).splitlines():
        counts[line.split()[0]] += 1
    return counts


def show(node):
    print()
    subprocess.run([*LAB, "run", node, "--", "mon", "node", "status"], check=False)
    print(flush=True)


def in_words(counts):
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def demo():
    os.environ.setdefault("MERLIN_LAB_PRESET", "demo")
    subprocess.run([*LAB, "down"], capture_output=True, check=False)
    lab("up", "-n", "3", "--hosts", str(HOSTS), "--services", str(SERVICES), "--interval", str(INTERVAL), quiet=False)
    seconds = wait_for("the three share all hosts", shared_by(NODES), 60)
    say(f"three servers share {HOSTS} hosts with {SERVICES} services each, {seconds:.1f} s after their start")
    show("peer01")
    before = owned("peer01")
    since = time.time_ns() // 1_000_000
    time.sleep(5)
    say(f"checks run in 5 s: {in_words(checks_since(since))}")

    say(f"killing the core of {VICTIM} with kill -9")
    lab("kill", VICTIM, "core")
    rest = [node for node in NODES if node != VICTIM]
    seconds = wait_for("the others take over", shared_by(rest), 30)
    after = owned("peer01")
    gained = {node: after[node] - before[node] for node in rest}
    say(f"its {before[VICTIM]} hosts are run by others, seen {seconds:.2f} s after the kill: {in_words(gained)} more each" if len(set(gained.values())) == 1
        else f"its {before[VICTIM]} hosts are run by others, seen {seconds:.2f} s after the kill: {in_words(gained)} more")
    since = time.time_ns() // 1_000_000
    time.sleep(5)
    say(f"checks run in 5 s: {in_words(checks_since(since))}")
    show("peer01")

    say(f"starting the core of {VICTIM} again")
    lab("start", VICTIM, "core")
    seconds = wait_for("it has its share again", lambda: owned("peer01") == before, 60)
    say(f"{VICTIM} has compared its state with the others and has exactly its {before[VICTIM]} hosts back, {seconds:.1f} s after its start")
    show("peer01")


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo")
    parser.add_argument("--exit", action="store_true", help="end the cluster at the end")
    args = parser.parse_args()
    try:
        demo()
    except Trouble as trouble:
        print(f"scripts/demo: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if args.exit:
            subprocess.run([*LAB, "down"], capture_output=True, check=False)
    if args.exit:
        say("ended")
        return 0
    print("The cluster goes on. Try:")
    print("  scripts/lab run peer01 -- mon node status --watch")
    print("  scripts/lab kill peer03 core          scripts/lab start peer03 core")
    print("  scripts/lab flag 'host0001;svc01' critical 'disk full'")
    print("  scripts/lab down")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# Proves that a lab leaves no process, mount, namespace or interface behind: after `down`, after a kill of `up` at any moment, after a kill of its hub.
"""Runs scripts/lab with the cores alone (--no-merlin) and inspects this machine before and after. Exits 77 (skipped) where
namespaces and overlays are not permitted."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
LAB = os.path.join(TOP, "scripts", "lab")
SKIPPED = 77
GONE_LIMIT_S = 10
UP = ["up", "-q", "-n", "3", "--hosts", "20", "--services", "2", "--interval", "5", "--no-merlin"]
KILL_AFTER_S = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
NAME = f"leaves-{os.getpid()}"


class Failed(Exception):
    pass


def lab(*args, name=NAME):
    done = subprocess.run([LAB, "--name", name, *args], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"lab {' '.join(args)}: {done.stderr.strip()}")
    return done.stdout


def processes(folder):
    """Processes of any lab below `folder`, recognised by the mounts in their mount namespace."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as text:
                if text.read().rsplit(")", 1)[1].split()[0] in "ZX":
                    continue
            with open(f"/proc/{pid}/mountinfo", encoding="utf-8") as text:
                if folder in text.read():
                    found.append(pid)
        except (OSError, IndexError):
            continue
    return found


def namespaces(pids):
    """The network namespaces of those processes, except this machine's own."""
    found = set()
    for pid in pids:
        try:
            found.add(os.readlink(f"/proc/{pid}/ns/net"))
        except OSError:
            continue
    return sorted(found - {os.readlink("/proc/self/ns/net")})


def traces(folder):
    """Everything that a lab could leave on this machine, in a form that can be compared."""
    with open("/proc/self/mounts", encoding="utf-8") as text:
        mounts = [line for line in text if folder in line]
    pids = processes(folder)
    return {"interfaces": sorted(os.listdir("/sys/class/net")), "mounts": mounts, "namespaces": namespaces(pids),
            "processes": pids}


def expect_nothing(before, folder, when):
    end = time.monotonic() + GONE_LIMIT_S
    while True:
        left = traces(folder)
        if all(set(left[key]) <= set(before[key]) for key in before):
            return
        if time.monotonic() > end:
            raise Failed(f"{when}: left behind: {({key: set(left[key]) - set(before[key]) for key in before})}")
        time.sleep(0.1)


def expect(truth, text):
    if not truth:
        raise Failed(text)


def kill_up_at_each_moment(before, folder):
    for delay_s in KILL_AFTER_S:
        begun = subprocess.Popen([LAB, "--name", NAME, *UP], stderr=subprocess.DEVNULL)
        time.sleep(delay_s)
        begun.kill()
        if begun.wait() == 0:
            break  # up ended before the kill
        expect_nothing(before, folder, f"up killed after {delay_s} s")
    lab("down")


def end_by_killing_the_hub(before, folder):
    lab(*UP)
    os.kill(json.loads(lab("status", "--json"))["hub"], signal.SIGKILL)
    expect_nothing(before, folder, "hub killed")
    done = subprocess.run([LAB, "--name", NAME, "status"], capture_output=True, text=True, check=False)
    expect(done.returncode == 1 and "has ended" in done.stderr, f"a stale lab is not noticed: {done.stderr}")
    lab(*UP)
    lab("down")
    expect_nothing(before, folder, "up over a stale lab, then down")


def two_side_by_side(before, folder):
    begun = [subprocess.Popen([LAB, "--name", f"{NAME}{n}", *UP]) for n in "ab"]
    expect([b.wait() for b in begun] == [0, 0], "two labs do not start at the same time")
    one = {node["address4"] for node in json.loads(lab("status", "--json", name=f"{NAME}a"))["nodes"]}
    two = {node["address4"] for node in json.loads(lab("status", "--json", name=f"{NAME}b"))["nodes"]}
    expect(not one & two, f"two labs share addresses: {one & two}")
    lab("down", name=f"{NAME}a")
    states = {node["core"] for node in json.loads(lab("status", "--json", name=f"{NAME}b"))["nodes"]}
    expect(states == {"running"}, f"ending one lab touched the other: {states}")
    lab("down", name=f"{NAME}b")
    expect_nothing(before, folder, "two labs, then down")


def one_name_for_many(before, folder):
    begun = [subprocess.Popen([LAB, "--name", NAME, *UP], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    ended = sorted((b.communicate()[1].strip(), b.returncode) for b in begun)
    expect(ended[0] == ("", 0) and all(status == 1 and "running already" in text for text, status in ended[1:]),
           f"three calls of up with one name: {ended}")
    lab("down")
    expect_nothing(before, folder, "up three times with one name, then down")


def works_while_it_runs(before):
    """While a lab runs, the search must find what it looks for; otherwise finding nothing would prove nothing."""
    lab(*UP)
    status = json.loads(lab("status", "--json"))
    if status["mode"] == "plain":
        lab("down")
        print("skipped: this machine permits no namespaces or overlays")
        sys.exit(SKIPPED)
    now = traces(os.environ["MERLIN_LAB_DIR"])
    expect(len(now["namespaces"]) >= len(before["namespaces"]) + 4, "a lab of three has no four network namespaces of its own")
    expect(now["processes"], "a running lab's processes are not found")
    expect(now["interfaces"] == before["interfaces"], "a running lab has an interface in the machine's own namespace")
    expect(not now["mounts"], f"a running lab has mounts in the machine's own namespace: {now['mounts']}")
    ping = ["run", "peer01", "--", "ping", "-c", "1", "-W", "1"]
    lab(*ping, "peer02")
    lab(*ping, "-6", "peer03")
    lab("down")


def main():
    with tempfile.TemporaryDirectory(prefix="merlin-lab-test.") as folder:
        os.chmod(folder, 0o755)  # plain nodes run as another user
        os.environ["MERLIN_LAB_DIR"] = folder
        before = traces(folder)
        try:
            works_while_it_runs(before)
            expect_nothing(before, folder, "down")
            kill_up_at_each_moment(before, folder)
            expect_nothing(before, folder, "down after a killed up")
            end_by_killing_the_hub(before, folder)
            two_side_by_side(before, folder)
            one_name_for_many(before, folder)
            expect(not [f for f in os.listdir(folder) if not f.startswith(".")], "state files are left")
        except Failed as reason:
            print(f"FAILED: {reason}", file=sys.stderr)
            return 1
        finally:
            for name in (NAME, f"{NAME}a", f"{NAME}b"):
                subprocess.run([LAB, "--name", name, "down"], stderr=subprocess.DEVNULL, check=False)
    print("ok: the lab leaves nothing behind")
    return 0


if __name__ == "__main__":
    sys.exit(main())

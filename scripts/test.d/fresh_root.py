#!/usr/bin/python3
"""Tries the two commands of the README on a fresh machine: a Debian root made by debootstrap (minbase) with git and
ca-certificates, and a clone of this repository in it. It is the stage `fresh` of scripts/test.

  fresh_root.py            the package step, scripts/demo --help, the core's headers, a configuration, one small target
  fresh_root.py --whole    scripts/demo and scripts/test to the end, as root, then without the right to make namespaces
    fresh_root.py -- CMD     a command in a new root, for inspection

The root is made once with this machine's apt sources and kept in /var/cache/merlin-build; each run works on a copy. The
script enters it by a mount namespace and pivot_root, because programs in a chroot cannot enter namespaces.
Exit status 77: this machine permits no namespaces.
"""
import argparse
import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
CACHE = "/var/cache/merlin-build"
LAYOUT = "1"  # increase it when the contents of the cache change
SKIP = 77
CLONE = "/root/merlin"  # /root has mode 0700: the user nagios cannot enter it
# Capabilities that an ordinary container lacks.
WITHOUT_RIGHTS = ["setpriv", "--bounding-set", "-sys_admin,-net_admin", "--inh-caps", "-all"]
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb",
               "MERLIN_FRESH_ROOT": "1"}
SMALL_TARGET = "merlin_base"
KEEP_DAYS = 7  # then the root is rebuilt with newer packages

# Runs in a mount and process namespace of its own: $1 becomes the root, the other arguments are the command.
ENTER = r"""set -eu
root=$1; shift
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o mode=0755 run run
mkdir -p run/lock mnt
mount --bind "$DEBS" var/cache/apt/archives
pivot_root . mnt
umount -l /mnt
cd /root
exec "$@"
"""


def load_core_headers():
    """scripts/get-core-headers as a module, because it reads this machine's apt sources."""
    loader = importlib.machinery.SourceFileLoader("get_core_headers", os.path.join(TOP, "scripts", "get-core-headers"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def say(text):
    print(time.strftime("%H:%M:%S"), "", text, flush=True)


def fail(text):
    sys.exit(f"fresh: {text}")


def permitted():
    """Whether this machine permits the namespaces."""
    return os.getuid() == 0 and subprocess.run(["unshare", "--mount", "--pid", "--fork", "mount", "--make-rprivate", "/"],
                                               capture_output=True, check=False).returncode == 0


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def use_machine_sources(root, lines):
    """Copies this machine's Debian archives, proxies and name servers to the root."""
    write(f"{root}/etc/apt/sources.list", "\n".join(lines) + "\n")
    shutil.rmtree(f"{root}/etc/apt/sources.list.d", ignore_errors=True)
    for key in re.findall(r"signed-by=([^\] ]+)", "\n".join(lines)):
        os.makedirs(os.path.dirname(root + key), exist_ok=True)
        shutil.copy(key, root + key)
    settings = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    kept = [line for line in settings.splitlines() if re.match(r"Acquire::(https?|ftp)::", line)]
    write(f"{root}/etc/apt/apt.conf.d/90machine", "\n".join(kept) + "\n")
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", f"{root}/etc/{name}")


def debs():
    folder = f"{CACHE}/fresh-debs"
    os.makedirs(f"{folder}/partial", exist_ok=True)
    return folder


def link_debs(source, target):
    """Hard-links the packages of one folder into the other, if they are missing there."""
    os.makedirs(f"{target}/partial", exist_ok=True)
    for name in os.listdir(source):
        if name.endswith(".deb") and not os.path.exists(f"{target}/{name}"):
            try:
                os.link(f"{source}/{name}", f"{target}/{name}")
            except FileExistsError:
                pass  # another run was faster


def base_root():
    """The unchanged root; made if it does not exist yet."""
    machine = load_core_headers()
    code = machine.os_codename()
    root = f"{CACHE}/fresh-root-{code}-{LAYOUT}"
    lines = [line.replace("deb-src", "deb", 1) for line in machine.source_lines()]
    mirrors = [line.split()[-3] for line in lines if line.split()[-2] == code]
    if not mirrors:
        fail(f"no Debian archive of {code} in this machine's apt sources")
    if os.path.isdir(root) and time.time() - os.path.getmtime(root) < KEEP_DAYS * 86400:
        return root
    say("making the root with debootstrap")
    shutil.rmtree(root, ignore_errors=True)
    work = tempfile.mkdtemp(prefix="fresh-root.", dir=CACHE)
    try:
        os.chmod(work, 0o755)
        done = subprocess.run(["debootstrap", "--variant=minbase", "--include=git,ca-certificates", f"--cache-dir={debs()}", code, work, mirrors[0]],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            fail("debootstrap: " + " / ".join((done.stdout + done.stderr).strip().splitlines()[-3:]))
        use_machine_sources(work, lines)
        write(f"{work}/etc/dpkg/dpkg.cfg.d/90fresh", "force-unsafe-io\n")  # losing this root in a power failure does not matter
        os.utime(work)
        os.rename(work, root)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return root


def put_clone(root):
    """A clone of this repository in its present state, including uncommitted changes."""
    target = root + CLONE
    os.chmod(f"{root}/root", 0o700)
    subprocess.run(["git", "-c", "safe.directory=*", "clone", "-q", "--no-hardlinks", TOP, target], check=True)
    changes = subprocess.run(["git", "-C", TOP, "diff", "--binary", "HEAD"], capture_output=True, check=True).stdout
    if changes:
        subprocess.run(["git", "-C", target, "apply"], input=changes, check=True)


class FreshRoot:
    """A copy of the root with a clone; removed at the end."""

    def __init__(self):
        base = base_root()
        self.folder = tempfile.mkdtemp(prefix="fresh.", dir=CACHE)
        self.root = os.path.join(self.folder, "root")
        self.archives = os.path.join(self.folder, "archives")  # apt locks it, so each run has its own
        link_debs(debs(), self.archives)
        subprocess.run(["cp", "-a", "--reflink=auto", base, self.root], check=True)
        put_clone(self.root)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        link_debs(self.archives, debs())
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command, **options):
        argv = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "sh", "-c", ENTER, "enter", self.root, *command]
        return subprocess.run(argv, env=dict(ENVIRONMENT, DEBS=self.archives), stdin=subprocess.DEVNULL, check=False, **options)


def step(fresh, name, *command, ends_with=0, says=""):
    """One command in the clone; its output is shown if it fails."""
    started = time.monotonic()
    done = fresh.run("sh", "-c", f"cd {CLONE} && exec \"$@\"", "sh", *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    text = done.stdout.strip()
    if (done.returncode == 0) != (ends_with == 0) or says not in text:
        print("\n".join(text.splitlines()[-40:]))
        fail(f"{name} failed with status {done.returncode}" + (f"; its output lacks '{says}'" if says not in text else ""))
    say(f"{name}: ok ({time.monotonic() - started:.0f} s)")


def quick(fresh):
    step(fresh, "package step", "scripts/packages", "build", "run")
    step(fresh, "demo help", "scripts/demo", "--help", says="scripts/demo --exit")
    step(fresh, "configuration without the headers", "cmake", "--preset", "demo", ends_with=1, says="scripts/get-core-headers")
    step(fresh, "core's headers", "scripts/get-core-headers")
    step(fresh, "configuration", "cmake", "--preset", "demo")
    step(fresh, f"target {SMALL_TARGET}", "cmake", "--build", "build/demo", "--target", SMALL_TARGET)


def whole():
    """Runs each command in a root of its own and shows its output."""
    failed = []
    for command in (["scripts/demo", "--exit"], ["scripts/test"]):
        for rights, prefix in (("as root", []), ("without the right to make namespaces", WITHOUT_RIGHTS)):
            with FreshRoot() as fresh:
                say(f"--- {' '.join(command)} {rights}")
                started = time.monotonic()
                status = fresh.run("sh", "-c", f"cd {CLONE} && exec \"$@\"", "sh", *prefix, *command).returncode
                say(f"--- {' '.join(command)} {rights}: status {status} after {(time.monotonic() - started) / 60:.1f} min")
                if status != 0:
                    failed.append(f"{' '.join(command)} {rights}")
    if failed:
        fail("failed: " + "; ".join(failed))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("command", nargs="*")
    args = parser.parse_args()
    if os.environ.get("MERLIN_FRESH_ROOT"):
        print("skipped: this is a fresh root already")
        return SKIP
    if not permitted():
        print("skipped: this machine permits no namespaces")
        return SKIP
    os.makedirs(CACHE, exist_ok=True)
    if args.whole:
        whole()
        return 0
    with FreshRoot() as fresh:
        if args.command:
            return fresh.run(*args.command).returncode
        quick(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())

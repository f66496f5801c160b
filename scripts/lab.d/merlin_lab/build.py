"""Compiles and stages what the nodes run: Merlin itself by cmake, and the lab's own two small programs."""
import os
import re
import subprocess
import sys
import time

from .state import locked
from .util import LabError

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
BUILD_LIMIT_S = 3600


def build_folder():
    """The folder for what this checkout's lab compiles; another folder if the checkout is not writable."""
    own = os.path.join(REPOSITORY, "build")
    if os.access(own if os.path.isdir(own) else REPOSITORY, os.W_OK):
        return own
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "merlin", "build")


def logged(command, what, log, env=None):
    log.write(f"+ {' '.join(command)}\n")
    log.flush()
    try:
        status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=REPOSITORY, env=env,
                                timeout=BUILD_LIMIT_S, check=False).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{what}: {error}") from None
    if status != 0:
        raise LabError(f"{what} failed; the compiler's output is in {log.name}")


def preset():
    """The CMake preset that a lab without --install-dir builds; scripts/demo selects the one that compiles fastest."""
    return os.environ.get("MERLIN_LAB_PRESET") or "release"


def configure(folder, log, *more):
    logged(["cmake", "--preset", preset(), "-B", folder, *more], "cmake's configuration", log)


def compile_programs(folder, log, progress):
    """Builds everything that is installed except the manual, and shows the progress."""
    command = ["cmake", "--build", folder, "--target", "merlind", "merlin", "mon"]
    log.write(f"+ {' '.join(command)}\n")
    log.flush()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          cwd=REPOSITORY, env=dict(os.environ, NINJA_STATUS="[%f/%t] ")) as built:
        for line in built.stdout:
            log.write(line)
            found = re.match(r"\[(\d+)/(\d+)\] ", line)
            if found:
                progress(int(found.group(1)), int(found.group(2)))
    progress(0, 0)
    if built.returncode != 0:
        raise LabError(f"the build failed; the compiler's output is in {log.name}")


class Progress:
    """One progress line that is redrawn on a terminal; otherwise one line per quarter."""

    def __init__(self, say):
        self.say, self.shown, self.began = say, 0, time.monotonic()
        self.terminal = sys.stdout.isatty() and not getattr(say, "quiet", False)

    def __call__(self, done, total):
        if self.terminal:
            text = f"lab: building: {done} of {total} steps, {time.monotonic() - self.began:.0f} s" if total else ""
            print(f"\r{text:60}" + ("" if total else "\r"), end="", flush=True)
        elif total >= 4 and done * 4 // total > self.shown:
            self.shown = done * 4 // total
            self.say(f"building: {done} of {total} steps")


def stage(say):
    """Builds that preset, installs it into a staging folder and returns the folder."""
    build = build_folder()
    folder, target = os.path.join(build, preset()), os.path.join(build, f"lab-stage-{preset()}")
    os.makedirs(build, exist_ok=True)
    started = time.monotonic()
    with locked(os.path.join(build, "lab.lock")):
        with open(os.path.join(build, "lab-build.log"), "w", encoding="utf-8") as log:
            headers = os.path.join(build, "core-headers")
            logged([os.path.join(REPOSITORY, "scripts", "get-core-headers"), "--dir", headers], "fetching the headers of Nagios", log)
            if not os.path.exists(target):
                say(f"building for the first time, which takes minutes; the compiler's output goes to {log.name}")
            if not os.path.exists(os.path.join(folder, "build.ninja")):
                configure(folder, log, f"-DNAGIOS4_INCLUDE_DIR={headers}")
            try:
                compile_programs(folder, log, Progress(say))
            except LabError:
                if preset() != "demo":
                    raise
                # Files that are compiled together may declare the same private name; compiling them one by one avoids the conflict.
                say("building again, one file at a time")
                configure(folder, log, f"-DNAGIOS4_INCLUDE_DIR={headers}", "-DMERLIN_UNITY=OFF")
                compile_programs(folder, log, Progress(say))
            logged(["cmake", "--install", folder], "cmake --install", log, dict(os.environ, DESTDIR=target))
    say(f"built and staged in {time.monotonic() - started:.1f} s")
    return target


def tools():
    """Folder with labinit and check_lab, compiled if their source is newer."""
    folder = os.path.join(build_folder(), "lab-tools")
    os.makedirs(folder, exist_ok=True)
    with locked(os.path.join(folder, "lock")), open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
        for name in ("labinit", "check_lab"):
            source = os.path.join(HERE, f"{name}.c")
            program = os.path.join(folder, name)
            if os.path.exists(program) and os.path.getmtime(program) >= os.path.getmtime(source):
                continue
            # Static: a check starts twice as fast without the dynamic linker, and there are hundreds per second.
            logged(["cc", "-O2", "-static", "-o", f"{program}.new", source], f"compiling the lab's {name}", log)
            os.rename(f"{program}.new", program)
    return folder

"""Compiles and stages what the nodes run: Merlin itself by cmake, and the lab's own two small programs."""
import os
import subprocess
import time

from .state import locked
from .util import LabError

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
BUILD_LIMIT_S = 3600


def build_folder():
    """Where this checkout's lab keeps what it compiles; elsewhere when the checkout is not ours to write."""
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


def stage(say):
    """Builds the release preset, installs it below a staging folder and returns that."""
    build = build_folder()
    target = os.path.join(build, "lab-stage")
    os.makedirs(build, exist_ok=True)
    started = time.monotonic()
    with locked(os.path.join(build, "lab.lock")):
        with open(os.path.join(build, "lab-build.log"), "w", encoding="utf-8") as log:
            release = os.path.join(build, "release")
            if not os.path.exists(os.path.join(release, "lab-staged")):
                say(f"building for the first time, which takes minutes; the compiler's output goes to {log.name}")
            if not os.path.exists(os.path.join(release, "build.ninja")):
                logged(["cmake", "--preset", "release", "-B", release], "cmake's configuration", log)
            logged(["cmake", "--build", release], "the build", log)
            logged(["cmake", "--install", release], "cmake --install", log, dict(os.environ, DESTDIR=target))
            with open(os.path.join(release, "lab-staged"), "w", encoding="utf-8"):
                pass
    say(f"built and staged in {time.monotonic() - started:.1f} s")
    return target


def tools():
    """Folder with labinit and check_lab, compiled when their source is newer."""
    folder = os.path.join(build_folder(), "lab-tools")
    os.makedirs(folder, exist_ok=True)
    with locked(os.path.join(folder, "lock")), open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
        for name in ("labinit", "check_lab"):
            source = os.path.join(HERE, f"{name}.c")
            program = os.path.join(folder, name)
            if os.path.exists(program) and os.path.getmtime(program) >= os.path.getmtime(source):
                continue
            # Static: a check starts twice as fast without the dynamic linker, and there are hundreds a second.
            logged(["cc", "-O2", "-static", "-o", f"{program}.new", source], f"compiling the lab's {name}", log)
            os.rename(f"{program}.new", program)
    return folder

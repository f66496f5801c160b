"""The state of labs on disk, below one folder of this machine.

        BASE/.lock               locked while a lab's number is chosen
        BASE/.NAME.lock          locked while NAME changes
        BASE/NAME/number         makes the lab's addresses unique
        BASE/NAME/state.json     written once the lab is complete
        BASE/NAME/fs             mount point of the lab's file systems, visible to its own processes only
"""
import contextlib
import fcntl
import json
import os
import re
import shutil

from .util import LabError, is_alive, read_file, write_file

NUMBER_MAX = 254
NAME_RULE = re.compile(r"^[a-z0-9][a-z0-9-]{0,19}$")


def base_folder():
    if os.environ.get("MERLIN_LAB_DIR"):
        return os.path.abspath(os.environ["MERLIN_LAB_DIR"])
    if os.getuid() == 0:
        return "/run/merlin-lab"
    return os.path.join(os.environ.get("XDG_RUNTIME_DIR") or "/tmp", f"merlin-lab-{os.getuid()}")


@contextlib.contextmanager
def locked(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    while True:
        # Not inherited: a core that a command starts must not keep the lock.
        with open(path, "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_same_file(lock, path):
                continue  # the last holder has removed the file
            yield
            return


def is_same_file(opened, path):
    try:
        return os.path.samestat(os.fstat(opened.fileno()), os.stat(path))
    except OSError:
        return False


class Lab:
    """One lab by its name, whether it runs or not."""

    def __init__(self, name):
        if not NAME_RULE.match(name):
            raise LabError(f"'{name}' is no name for a lab: up to 20 of a-z, 0-9 and -, not beginning with -")
        self.name = name
        self.folder = os.path.join(base_folder(), name)
        self.fs = os.path.join(self.folder, "fs")
        self.state = None
        text = read_file(f"{self.folder}/state.json")
        if text:
            with contextlib.suppress(ValueError):
                self.state = json.loads(text)

    def lock_file(self):
        return os.path.join(base_folder(), f".{self.name}.lock")

    def exists(self):
        return os.path.isdir(self.folder)

    def is_running(self):
        """True while the lab's main process lives."""
        if not self.state:
            return False
        return is_alive(self.state["hub"])

    def choose_number(self):
        """A number that no other lab on this machine has, kept until forget()."""
        with locked(os.path.join(base_folder(), ".lock")):
            taken = {int(n) for n in (read_file(f"{base_folder()}/{d}/number", "0") for d in os.listdir(base_folder()))
                     if n.strip().isdigit()}
            free = [n for n in range(1, NUMBER_MAX + 1) if n not in taken]
            if not free:
                raise LabError(f"{NUMBER_MAX} labs exist already below {base_folder()}")
            write_file(f"{self.folder}/number", f"{free[0]}\n")
            return free[0]

    def save(self, state):
        self.state = state
        write_file(f"{self.folder}/state.json", json.dumps(state, indent=1) + "\n", 0o600)

    def forget(self):
        self.state = None
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def locked(self):
        """One command at a time changes a lab. The lock's file is removed with the lab."""
        with locked(self.lock_file()):
            try:
                yield
            finally:
                if not self.exists():
                    with contextlib.suppress(OSError):
                        os.unlink(self.lock_file())


def all_labs():
    try:
        names = sorted(os.listdir(base_folder()))
    except OSError:
        return []
    return [Lab(n) for n in names if NAME_RULE.match(n) and os.path.isdir(os.path.join(base_folder(), n))]

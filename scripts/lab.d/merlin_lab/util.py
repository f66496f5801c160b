"""Small helpers for every part of the lab."""
import os
import signal
import subprocess
import time


class LabError(Exception):
    """The error for the user in one line: what is wrong and what to do."""


COMMAND_LIMIT_S = 120


def run(command, what, stdin=None, limit_s=COMMAND_LIMIT_S, **options):
    """Runs a command to its end and returns its output; a LabError with its last line if it fails."""
    try:
        done = subprocess.run(command, input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=limit_s, check=False, **options)
    except subprocess.TimeoutExpired:
        raise LabError(f"{what} took longer than {limit_s} s") from None
    except OSError as error:
        raise LabError(f"{what}: {error}") from None
    if done.returncode != 0:
        lines = [l.strip() for l in (done.stderr + "\n" + done.stdout).splitlines() if l.strip()]
        raise LabError(f"{what} failed: {lines[0] if lines else 'exit status %d' % done.returncode}")
    return done.stdout


def wait_until(condition, limit_s, what, interval_s=0.05):
    """Returns the first true value of condition(); a LabError if it stays false. `what` may be a function."""
    end = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise LabError(f"{what() if callable(what) else what} (waited {limit_s} s)")
        time.sleep(interval_s)


def stat_fields(pid, proc="/proc"):
    """(state letter, parent, start time in ticks) of a process, or None. A zombie counts as gone."""
    try:
        with open(f"{proc}/{pid}/stat", encoding="utf-8", errors="replace") as text:
            fields = text.read().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    if fields[0] in "ZX":
        return None
    return fields[0], int(fields[1]), int(fields[19])


def identity(pid):
    """A process as [pid, start time], so that a process with a reused id is not mistaken for it."""
    fields = stat_fields(pid)
    return [pid, fields[2]] if fields else None


def is_alive(who):
    fields = stat_fields(who[0]) if who else None
    return fields is not None and fields[2] == who[1]


def signal_number(name):
    """The number of KILL, SIGKILL or 9."""
    text = str(name).upper()
    if text.isdigit() and 0 < int(text) < signal.NSIG:
        return int(text)
    found = getattr(signal, text if text.startswith("SIG") else f"SIG{text}", None)
    if not isinstance(found, signal.Signals):
        raise LabError(f"no signal is called '{name}'; try KILL, STOP, CONT, TERM or HUP")
    return int(found)


def write_file(path, text, mode=0o644):
    """Replaces a file in one step."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fresh = f"{path}.lab-new"
    with open(fresh, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(fresh, mode)
    os.rename(fresh, path)


def read_file(path, default=None):
    try:
        with open(path, encoding="utf-8", errors="replace") as text:
            return text.read()
    except OSError:
        return default

"""The systemd unit: systemd accepts it, and it lets merlind write to its default paths."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UNIT = os.path.join(TOP, "packaging/systemd/merlind.service")
# Keys of merlin.conf.example whose values are paths to which merlind writes.
WRITTEN = ("log_file", "ipc_socket", "pidfile", "control_socket", "tls_dir", "state_dir")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def default_folders():
    folders = {}
    for key, value in re.findall(r"^\s*#?(\w+) = (/\S+)", read(os.path.join(TOP, "merlin.conf.example")), re.M):
        if key in WRITTEN:
            folders[key] = value if key.endswith("_dir") else os.path.dirname(value)
    return folders


def writable_folders(unit):
    roots = {"RuntimeDirectory": "/run/", "StateDirectory": "/var/lib/", "LogsDirectory": "/var/log/", "ReadWritePaths": ""}
    return [roots[key] + word.lstrip("-") for key, words in re.findall(r"^(\w+)=(.*)$", unit, re.M) if key in roots for word in words.split()]


def complaints():
    if not shutil.which("systemd-analyze"):
        print("systemd-analyze is not there: the unit was not verified")
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "merlind.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write(read(UNIT).replace("/usr/sbin/merlind", "/bin/true"))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False)
        lines = [line for line in done.stderr.splitlines() if "merlind.service" in line]
        return lines or ([done.stderr] if done.returncode != 0 else [])


def main():
    wrong = complaints()
    folders = default_folders()
    if set(folders) != set(WRITTEN):
        wrong.append(f"merlin.conf.example does not say {sorted(set(WRITTEN) - set(folders))}")
    writable = writable_folders(read(UNIT))
    wrong += [f"{key}: merlind may not write to {folder}" for key, folder in folders.items() if folder not in writable]
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())

"""Copies of the files that the nodes of labs wrote, for finding the cause of a failure."""
import json
import os
import shutil
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
LAB = os.path.join(TOP, "scripts", "lab")
PATHS = ("/var/log/nagios4/nagios.log", "/var/log/merlin/merlind.log", "/var/log/merlin/module.log", "/etc/merlin/merlin.conf", "/var/log/lab/checks.log",
         "/var/log/lab/notifications.log", "/var/log/lab/results.log")


def save_node_logs(prefix, folder):
    """Copies to FOLDER/LAB/NODE/FILE, for each lab whose name starts with the prefix."""
    done = subprocess.run([LAB, "list"], capture_output=True, text=True, check=False)
    for lab in (line.split()[0] for line in done.stdout.splitlines()):
        if not lab.startswith(prefix):
            continue
        status = subprocess.run([LAB, "--name", lab, "status", "--json"], capture_output=True, text=True, check=False)
        try:
            nodes = [(node["name"], node["root"]) for node in json.loads(status.stdout)["nodes"]]
        except (ValueError, KeyError):
            continue
        for node, root in nodes:
            for path in PATHS:
                if os.path.exists(root + path):
                    os.makedirs(os.path.join(folder, lab, node), exist_ok=True)
                    shutil.copy(root + path, os.path.join(folder, lab, node))

"""What logrotate does as root is harmless whatever other users write: logs are rotated with merlind's rights, and no number in a file is signalled."""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOGS = {"/var/log/merlin/merlind.log", "/var/log/merlin/module.log"}
# Directives that run nothing and open nothing but the logs.
HARMLESS = {"weekly", "rotate", "missingok", "notifempty", "compress", "delaycompress", "nocompress", "nocreate"}
SIGNAL = "start-stop-daemon --stop --quiet --oknodo --signal USR1 --exec /usr/sbin/merlind"
# Each of these changes makes the file harmful.
PLANTED = (
    ("su merlin nagios", "su root root"),
    ("    su merlin nagios\n", ""),
    ("su merlin nagios", "su merlin nagios\n    su root root"),
    ("/var/log/merlin/module.log", "/var/log/merlin/*.log"),
    ("--exec /usr/sbin/merlind", "--pidfile /run/merlin/merlind.pid"),
    ("    postrotate\n", "    prerotate\n        chown root /tmp/x\n    endscript\n    postrotate\n"),
    ("    weekly\n", "    weekly\n    firstaction\n        kill -USR1 $(cat /run/merlin/merlind.pid)\n    endscript\n"),
    ("    nocreate\n", "    include /tmp\n"),
    ("/var/log/merlin/merlind.log {", "compresscmd /tmp/x\n/var/log/merlin/merlind.log {"),
)


def faults(text):
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M)
    stanzas = re.findall(r"^([^\s{][^{]*)\{\n(.*?)^\}\n?", text, re.M | re.S)
    if {path for paths, _ in stanzas for path in paths.split()} != LOGS:
        yield "not the two logs of Merlin are rotated"
    for paths, body in stanzas:
        paths, users, script = paths.strip(), [], None
        for line in filter(None, map(str.strip, body.splitlines())):
            if script is not None:
                if line == "endscript":
                    script = None
                elif script != "postrotate" or line != SIGNAL:
                    yield f"{paths}: root runs '{line}': only processes that run merlind's program may get the signal"
            elif line.startswith("su "):
                users.append(line)
            elif re.fullmatch(r"(pre|post)rotate|(first|last)action|preremove", line):
                script = line
            elif line.split()[0] not in HARMLESS:
                yield f"{paths}: '{line}' may not be harmless"
        if users != ["su merlin nagios"]:
            yield f"{paths} is rotated with other rights than merlind's"


def main():
    with open(os.path.join(TOP, "packaging/debian/merlind.logrotate"), encoding="utf-8") as file:
        text = file.read()
    found = list(faults(text))
    for old, new in PLANTED:
        if old not in text or not list(faults(text.replace(old, new, 1))):
            found.append(f"this test does not find a change of {old!r} to {new!r}")
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())

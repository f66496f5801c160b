"""merlin.so, which runs in the core's process, needs nothing but libc and OpenSSL and exports nothing but its entry points."""
import subprocess
import sys

NEEDED = {"libc.so.6", "libm.so.6", "libssl.so.3", "libcrypto.so.3"}
LOADERS = ("ld-linux", "ld64", "ld-musl")
EXPORTED = {"nebmodule_init", "nebmodule_deinit", "__neb_api_version"}


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def needed(path):
    lines = [line for line in output("readelf", "-dW", path).splitlines() if "(NEEDED)" in line]
    return {line.split("[")[1].rstrip("]") for line in lines}


def exported(path):
    return {line.split()[-1] for line in output("nm", "-D", "--defined-only", path).splitlines()}


def of_the_core(path):
    """Undefined symbols that no library defines: the core's. A core without one of them would not load the module, and end."""
    lines = (line.split() for line in output("nm", "-D", "--undefined-only", path).splitlines())
    return {words[-1] for words in lines if words[-2] == "U" and "@" not in words[-1]}


def our_own(path):
    """Our own symbols that were compiled but not linked: with lazy binding such a module loads, and fails when it calls them."""
    lines = output("nm", "-D", "--undefined-only", path).splitlines()
    return [line.split()[-1] for line in lines if "6merlin" in line.split()[-1]]


def main(path):
    wrong = []
    if our_own(path):
        wrong.append(f"lacks of its own: {our_own(path)}")
    libraries = {name for name in needed(path) if not name.startswith(LOADERS)}
    if not libraries <= NEEDED:
        wrong.append(f"needs {sorted(libraries - NEEDED)}")
    if exported(path) != EXPORTED:
        wrong.append(f"shows {sorted(exported(path) ^ EXPORTED)}")
    try:
        missing = of_the_core(path) - exported("/usr/sbin/nagios4")
    except subprocess.CalledProcessError:
        print("nagios4 is not installed: its symbols were not compared")
        missing = set()
    if missing:
        wrong.append(f"wants of the core what it does not have: {sorted(missing)}")
    for line in wrong:
        print(f"{path}: {line}")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1]))

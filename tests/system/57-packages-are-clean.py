# lintian reports no error and no warning for the Debian packages, programs and module are hardened, the package scripts contain no paths of helpers and do not run ldconfig, and each link in the documents leads to a file.
import glob
import os
import re
import shutil
import subprocess
import tempfile

from bare import packages
from cluster import check, main, skip

NAMES = ("merlind", "merlin-module-nagios4", "mon")
PROGRAMS = {"merlind": "/usr/sbin/merlind", "merlin-module-nagios4": "/usr/lib/merlin/merlin.so", "mon": "/usr/bin/mon"}
FILES = {"merlind": ("/usr/share/doc/merlind/changelog.Debian.gz", "/usr/share/doc/merlind/changelog.gz", "/usr/share/doc/merlind/copyright",
                     "/usr/share/doc/merlind/docs/installing.md", "/usr/share/doc/merlind/examples/merlin.conf"),
         "merlin-module-nagios4": ("/usr/share/doc/merlin-module-nagios4/changelog.Debian.gz", "/usr/share/doc/merlin-module-nagios4/copyright"),
         "mon": ("/usr/share/doc/mon/changelog.Debian.gz", "/usr/share/doc/mon/copyright")}


def said_by(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def field(path, name):
    return said_by("dpkg-deb", "-f", path, name).strip()


def check_lintian(paths):
    if not shutil.which("lintian"):
        print("lintian is not there: it did not look at the packages")
        return
    # --allow-root: lintian only reads the packages.
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", *paths], capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"lintian:\n{done.stdout}{done.stderr}")


def check_control(path, folder):
    check(field(path, "Maintainer") == "Merlin maintainers <merlin@example.org>", f"maintainer of {path}")
    check(field(path, "Homepage").startswith("https://"), f"no homepage in {path}")
    control = os.path.join(folder, "control")
    subprocess.run(["dpkg-deb", "-e", path, control], check=True)
    scripts = ""
    for name in os.listdir(control):
        with open(os.path.join(control, name), encoding="utf-8") as file:
            text = file.read()
        scripts += text if name.startswith("p") else ""
        check("ldconfig" not in text, f"{name} of {path} runs ldconfig")
        check(not re.search(r"/usr/bin/deb-systemd-", text), f"{name} of {path} names the path of deb-systemd-helper")
    needs_helpers = any(word in scripts for word in ("invoke-rc.d", "update-rc.d", "deb-systemd"))
    check(not needs_helpers or "init-system-helpers" in field(path, "Depends"), f"{path} does not depend on init-system-helpers")


def check_hardening(program, architecture):
    """Hardening: position-independent, all symbols resolved at the start, checks of the stack and of buffers, targets of jumps marked."""
    check("DYN" in said_by("readelf", "-h", program), f"{program} is not position-independent")
    check("NOW" in said_by("readelf", "-d", program), f"{program} resolves symbols late")
    check("GNU_RELRO" in said_by("readelf", "-l", program), f"{program} has a writable table of symbols")
    imported = set(re.findall(r"\b(__\w+_chk(?:_fail)?)\b", said_by("readelf", "--wide", "--dyn-syms", program)))
    check("__stack_chk_fail" in imported, f"{program} does not check its stack")
    check(imported - {"__stack_chk_fail"}, f"{program} does not check the size of buffers (_FORTIFY_SOURCE)")
    if architecture == "amd64":
        # Not the note of readelf -n: the linker leaves it out, because the start files of Debian's C library lack it.
        with open(program, "rb") as file:
            marked = file.read().count(b"\xf3\x0f\x1e\xfa")  # endbr64
        check(marked > 300, f"{program} has only {marked} marked targets of indirect jumps (-fcf-protection)")


def links(path):
    """Files that a document refers to, relative to its folder; links to other sites and within the page are none."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"^```.*?^```", "", file.read(), flags=re.DOTALL | re.MULTILINE)
    found = {target.split("#")[0] for target in re.findall(r"\]\(([^()\s]+)\)", text)}
    return {target for target in found if target and not re.match(r"[a-z]+:", target)}


def check_links(root):
    """Each link in the installed documents leads to an installed file; the number of links."""
    pages = glob.glob(root + "/usr/share/doc/*/**/*.md", recursive=True)
    checked = 0
    for page in pages:
        for target in links(page):
            checked += 1
            check(os.path.exists(os.path.join(os.path.dirname(page), target)), f"{page[len(root):]} links to {target}, which is not installed")
    return checked


def test():
    if not packages():
        skip("no packages: MERLIN_LAB_PACKAGES names their folder")
    paths = {name: next(iter(glob.glob(os.path.join(packages(), name + "_*.deb")))) for name in NAMES}
    for name, path in paths.items():
        with tempfile.TemporaryDirectory() as folder:
            check_control(path, folder)
            subprocess.run(["dpkg-deb", "-x", path, os.path.join(folder, "root")], check=True)
            check_hardening(os.path.join(folder, "root") + PROGRAMS[name], field(path, "Architecture"))
            for file in FILES[name]:
                check(os.path.exists(os.path.join(folder, "root") + file), f"{name} does not have {file}")
            checked = check_links(os.path.join(folder, "root"))
            check(checked > 20 or name != "merlind", f"only {checked} links were found in the documents of {name}")
    check_lintian(paths.values())


main(test)

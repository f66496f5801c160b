"""scripts/get-core-headers writes the configured headers itself: values, paths, and a source without one of the headers."""
import importlib.machinery
import importlib.util
import os
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
loader = importlib.machinery.SourceFileLoader("get_core_headers", os.path.join(TOP, "scripts", "get-core-headers"))
headers = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(headers)

TEMPLATE = """#define DEFAULT_NAGIOS_USER nagios
#undef HAVE_PWD_H
#ifdef HAVE_PWD_H
#undef USE_LTDL
#undef NEVER_HEARD_OF
#define SOCKET_SIZE_TYPE ""
#define _GNU_SOURCE 1
#define DEFAULT_CONFIG_FILE\t"@sysconfdir@/nagios.cfg"
 * @file of the @brief kind
"""
WRITTEN = """#define DEFAULT_NAGIOS_USER "nagios"
#define HAVE_PWD_H 1
#ifdef HAVE_PWD_H
/* #undef USE_LTDL */
/* #undef NEVER_HEARD_OF */
#define SOCKET_SIZE_TYPE size_t
#define _GNU_SOURCE 1
#define DEFAULT_CONFIG_FILE\t"/etc/nagios4/nagios.cfg"
 * @file of the @brief kind
"""


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def copied(names):
    """(files of the target, error or None) for a source with these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            write(f"{folder}/source/{name}", TEMPLATE)
        try:
            headers.copy_headers(f"{folder}/source", f"{folder}/target")
        except SystemExit as error:
            return [], str(error)
        found = [os.path.relpath(os.path.join(at, name), f"{folder}/target") for at, _, files in os.walk(f"{folder}/target") for name in files]
        return sorted(found), None


def main():
    assert headers.configured(TEMPLATE) == WRITTEN, headers.configured(TEMPLATE)
    all_names = ["include/config.h.in", "include/locations.h.in", "include/nebmodules.h", "lib/iobroker.h.in", "lib/libnagios.h"]
    found, error = copied(all_names)
    assert error is None and found == sorted(name.removesuffix(".in") for name in all_names), (found, error)
    found, error = copied(all_names[:-1])
    assert "lib/libnagios.h" in (error or ""), error
    print("ok")


main()

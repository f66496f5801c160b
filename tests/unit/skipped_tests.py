#!/usr/bin/env python3
"""Tests that need rights which a machine does not give are skipped, counted and named; what fails there is a failure.
skipped_tests.py PROGRAM: one with a case that needs the right to mount."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NEEDS_MOUNT = "a_read_only_disk_is_no_damage"
# As a container without these rights. Who is not root lacks them anyway.
WITHOUT_RIGHTS = ["setpriv", "--bounding-set", "-sys_admin,-net_admin", "--inh-caps", "-all"] if os.getuid() == 0 else []
# A test program of three cases for ctest.
PROGRAM = r"""#!/bin/sh
case $1 in
--list_content*) printf 'passes*\nfails*\nis_skipped*\n' ;;
--run_test=passes) echo "Running 1 test case..." ;;
--run_test=fails) echo "nothing was skipped: needs a fix"; exit 1 ;;
--run_test=is_skipped) printf 'Running 1 test case...\nskipped: needs a feather\n' ;;
esac
"""


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=100, **options)


def write_program(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o755)


class Skipped(unittest.TestCase):
    program = ""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def summary(self, text):
        log = os.path.join(self.folder, "log")
        with open(log, "w", encoding="utf-8") as file:
            file.write(text)
        return run(os.path.join(TOP, "scripts/test.d/ctest_summary"), log).stdout

    def test_a_case_without_the_right_to_mount_says_so(self):
        done = run(*WITHOUT_RIGHTS, self.program, "--run_test=" + NEEDS_MOUNT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(^|\n)skipped: needs the right to mount\n")

    def test_ctest_and_its_summary_know_skipped_cases(self):
        program, cases = os.path.join(self.folder, "program"), os.path.join(self.folder, "CTestTestfile.cmake")
        write_program(program, PROGRAM)
        made = run("cmake", "-DNAME=p", f"-DPROGRAM={program}", f"-DFILE={cases}", "-P", os.path.join(TOP, "packaging/cmake/MerlinTestCases.cmake"))
        self.assertEqual(made.returncode, 0, made.stderr)
        for arguments in ([], ["-j2"]):
            said = run("ctest", *arguments, cwd=self.folder, env=dict(os.environ, CTEST_OUTPUT_ON_FAILURE="1")).stdout
            self.assertEqual(self.summary(said), "1 1 1\np/is_skipped\n", said)

    def test_a_log_without_a_result_is_a_failure(self):
        self.assertEqual(self.summary("ctest: no such folder\n"), "0 1 0\n")

    def run_systemd(self, debootstrap, *before):
        """tests/systemd/run with this in place of debootstrap."""
        for name, line in (("debootstrap", debootstrap), ("systemd-nspawn", "exit 1"), ("unshare", "exit 0") if not before else ("x", "")):
            write_program(os.path.join(self.folder, name), f"#!/bin/sh\n{line}\n")
        return run(*before, os.path.join(TOP, "tests/systemd/run"), "--packages", self.folder, "--root", os.path.join(self.folder, "root"),
                   env=dict(os.environ, PATH=self.folder + os.pathsep + os.environ["PATH"]))

    def test_the_systemd_stage_is_skipped_without_the_right_to_mount(self):
        done = self.run_systemd("exit 0", *(WITHOUT_RIGHTS or ["env"]))
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertTrue(re.fullmatch(r"skipped: needs (root|the right to mount and to create namespaces)\n", done.stdout), done.stdout)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "root")), "it has begun to make the root")

    @unittest.skipIf(os.getuid() != 0, "the stage needs root")
    def test_the_systemd_stage_reports_a_root_that_cannot_be_made(self):
        done = self.run_systemd("echo no such mirror >&2; exit 1")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("root: FAILED: debootstrap", done.stdout)
        self.assertIn("no such mirror", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-1], "0 passed, 1 failed")
        self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    Skipped.program = sys.argv.pop()
    unittest.main()

#!/usr/bin/env python3
"""Each program in scripts/checks.d accepts the tree as it is and finds violations that are planted in a copy of it."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout


class Checks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.copy = os.path.join(cls.temporary.name, "merlin")
        files = git(TOP, "ls-files", "--cached", "--others", "--exclude-standard", "shared", "module", "daemon", "mon", "packaging", "docs",
                    "scripts/checks.d", "*.md", "merlin.conf.example").split("\n")
        for name in filter(None, files):
            if os.path.exists(os.path.join(TOP, name)):
                os.makedirs(os.path.dirname(os.path.join(cls.copy, name)), exist_ok=True)
                subprocess.run(["cp", "-p", os.path.join(TOP, name), os.path.join(cls.copy, name)], check=True)
        git(cls.copy, "init", "-q")
        git(cls.copy, "add", "-A")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def run_check(self, name):
        return subprocess.run([os.path.join(self.copy, "scripts/checks.d", name)], cwd=self.copy, capture_output=True, text=True)

    def run_with(self, check, path, content):
        """the check's result with that file planted"""
        full = os.path.join(self.copy, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(content)
        try:
            return self.run_check(check)
        finally:
            os.remove(full)

    def finds(self, check, path, content, line, words):
        """the check finds `words` in that line of a planted file, and nothing in any other file"""
        ran = self.run_with(check, path, content)
        self.assertEqual(ran.returncode, 1, f"{check} accepts {content!r} in {path}: {ran.stderr}")
        found = ran.stdout.strip().split("\n")
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:{line}: "), found)
        self.assertIn(words, found[0])

    def finds_in_last_line(self, check, path, text, words):
        self.finds(check, path, "\n" + text + "\n", 2 + text.count("\n"), words)

    def accepts(self, check, path, content):
        ran = self.run_with(check, path, content)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_the_copy_is_accepted(self):
        for check in ("assertions", "cited-ids", "layering", "terms"):
            ran = self.run_check(check)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_layering(self):
        for include, words in (
                ('#include "shared/cluster/node/node.hpp"', "may not include shared/cluster/node"),
                ('  #  include "mon/cli/call.hpp"', "may not include mon/cli"),
                ('#include "../node/node.hpp"', "may not include shared/cluster/node"),
                ("#include <sys/socket.h>", "no I/O"),
                ("#include <thread>", "starts no thread"),
        ):
            self.finds("layering", "shared/cluster/state/planted.hpp", "// planted\n" + include + "\n", 2, words)
        self.finds("layering", "module/shell/planted.cpp", "#include <libev/ev.h>\n", 1, "belongs to shared/net and daemon only")
        self.finds("layering", "mon/oconf/planted.cpp", "#include <libssh/libssh.h>\n", 1, "belongs to mon/ssh only")
        self.finds("layering", "daemon/links/planted.cc", "#include <sqlite3.h>\n", 1, "belongs to daemon/store only")
        self.finds("layering", "module/shell/planted.h", "#include <nebmodules.h>\n", 1, "belongs to module/nagios4 only")
        self.finds("layering", "daemon/new/planted.cpp", "int planted;\n", 1, "is missing in the table")
        self.accepts("layering", "shared/cluster/state/planted.hpp", '#include "shared/base/result.hpp"\n#include <vector>\n')

    def test_cited_ids(self):
        for path, text in (
                ("shared/base/planted.cpp", "// as R97 says"),
                ("shared/base/planted.cpp", "/* the promise\n * is I98. */"),
                ("docs/planted.md", "This follows from R97."),
                ("docs/planted.md", "both hold (I1/I98)"),
                ("docs/planted.md", "see F998"),
                ("scripts/planted", "# a shell script without a suffix: F99"),
                ("scripts/planted.py", '"""F99: its first line says what it proves."""'),
        ):
            self.finds_in_last_line("cited-ids", path, text, "no document defines it")
        self.accepts("cited-ids", "scripts/planted.py", "from files import *  # noqa: F998\n")
        self.accepts("cited-ids", "docs/planted.md", "R1, I1 and F01; L1-cache, corpus/R97, F99.txt, R97x\n")

    def test_assertions(self):
        reason = "// asserted: nothing from outside is here\n"
        for code, line, words in (
                ("MERLIN_ASSERT(known);", 1, "without a reason"),
                ("  ::_exit(1);", 1, "without a reason"),
                ("if (bad) exit(1);", 1, "without a reason"),
                ('log("http://x"); std::abort();', 1, "without a reason"),
                ("#define CHECK(x) assert(x)", 1, "without a reason"),
                ("default: __builtin_unreachable();", 1, "without a reason"),
                (reason + "MERLIN_ASSERT(parts.size() == 2);", 2, "bounded by"),
                (reason + "MERLIN_ASSERT(\n    parts.front().length == 2);", 2, "bounded by"),
        ):
            self.finds("assertions", "shared/wire/planted.cpp", code + "\n", line, words)
        self.finds("assertions", "shared/config/planted.cpp", "assert(read);\n", 1, "without a reason")
        self.accepts("assertions", "shared/wire/planted.cpp", reason + "MERLIN_ASSERT(known);\n// MERLIN_ASSERT(x)\nstatic_assert(true);\n"
                     "journal.abort(entry);\nlog(\"assert (x)\");\n")

    def test_terms(self):
        for path, text in (
                ("docs/planted.md", "A problem is told once."),
                ("docs/planted.md", "the teller of `told`"),
                ("mon/cli/planted.cpp", 'console.say("; mend it with: " + fix);'),
                ("daemon/links/planted.hpp", 'log("the core\'s loop stood still");'),
                ("mon/cli/planted.cpp", 'R"(first\nthe lone service)"'),
        ):
            self.finds_in_last_line("terms", path, text, ": write ")
        self.accepts("terms", "docs/planted.md", "`told` is a key, told.json a file\n```\na runner\n```\n")
        self.accepts("terms", "mon/cli/planted.cpp", 'call("told");  // who told it is not a text for a reader\n')


if __name__ == "__main__":
    unittest.main()

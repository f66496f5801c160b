"""scripts/chaos-map: all tests cite only faults and promises of docs/faults.md, and a fault without a test is reported."""
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
SCRIPT = os.path.join(TOP, "scripts", "chaos-map")
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("chaos_map", SCRIPT)
chaos_map = importlib.util.module_from_spec(importlib.util.spec_from_loader("chaos_map", loader))
loader.exec_module(chaos_map)


class ChaosMap(unittest.TestCase):
    def test_the_marks_of_this_repository_name_what_the_catalogue_has(self):
        done = subprocess.run([SCRIPT], capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 0)

    def test_marks_are_comment_lines_of_ids_alone_in_the_head_or_above_a_case(self):
        text = "// What it proves.\n// F50 I9\n" + "\n" * 20 + "// F51\nBOOST_AUTO_TEST_CASE(too_long) {\n// F52\n}\n// F53 and so on\n"
        self.assertEqual(chaos_map.marks(text), [(2, "", ["F50", "I9"]), (23, "too_long", ["F51"])])
        self.assertEqual(chaos_map.marks("# Proves.\n# F02, I4\nimport os\n"), [(2, "", ["F02", "I4"])])

    def test_a_catalogue_is_its_tables(self):
        self.assertEqual(chaos_map.catalogue("| id | fault |\n| --- | --- |\n| F01 | it dies |\n| I4 | one runner |\n"), {"F01": "it dies", "I4": "one runner"})

    def test_files_and_cases_are_found_by_id(self):
        with tempfile.TemporaryDirectory() as top:
            os.makedirs(os.path.join(top, "tests", "unit"))
            with open(os.path.join(top, "tests", "unit", "a_test.cpp"), "w", encoding="utf-8") as file:
                file.write("// A.\n// F01\n\n// F02\nBOOST_AUTO_TEST_CASE(b) {}\n")
            self.assertEqual(chaos_map.tests(top), {"F01": ["tests/unit/a_test.cpp"], "F02": ["tests/unit/a_test.cpp:b"]})


unittest.main()

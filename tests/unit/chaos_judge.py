"""The judge of scripts/chaos: a good run passes, and each broken promise is detected; a plan depends only on its seed."""
import copy
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts", "chaos.d"))

from merlin_chaos import judge, plan, record  # noqa: E402
from merlin_chaos.faults import KINDS  # noqa: E402

NODES = ["peer01", "peer02", "peer03"]
HOST, SERVICE = "host0001", "svc01"
KEY = f"{HOST};{SERVICE}"
TROUBLED = "host0002"
KILLED_MS, BACK_MS = 40_000, 55_000
QUIET_MS = 80_000  # long after both, so that no fault excuses anything


def good():
    """Two minutes with one check every ten seconds, one result per second, one problem, and a core that is killed."""
    found = record.Record(NODES, 10, [[HOST, SERVICE]], [TROUBLED], start_ms=0, end_ms=120_000)
    found.faults = [record.Struck("kill-core", ["peer02"], KILLED_MS, BACK_MS, [KILLED_MS, BACK_MS], ends_core=True, evidence="no process")]
    found.checks = [["peer01", HOST, SERVICE, when] for when in range(1000, 120_000, 10_000)]
    found.sent = [[number, "peer01", HOST, "passive01", number * 1000] for number in range(1, 110)]
    found.handled = [["peer03", number * 1000 + 5, HOST, "passive01", "OK", f"result {number}"] for number in range(1, 110)]
    found.problems = [[TROUBLED, SERVICE, 5000, 100_000]]
    found.notifications = [["peer03", 20_000, "admin", "PROBLEM", TROUBLED, SERVICE, "CRITICAL", "1"],
                  ["peer03", 102_000, "admin", "RECOVERY", TROUBLED, SERVICE, "OK", "1"]]
    found.notes = [["comment", "comment 1 of chaos", "peer02", 30_000]]
    found.shown = {node: {KEY: {"current_state": "0", "problem_has_been_acknowledged": "1"}} for node in NODES}
    found.noted = {node: {"comment 1 of chaos": 1} for node in NODES}
    found.acknowledged = [KEY]
    found.owners_before = {HOST: "peer01"}
    found.owners_after = {node: {HOST: "peer01"} for node in NODES}
    found.sizes = {node: [[when, 20, 10_000] for when in range(0, 120_000, 1000)] for node in NODES}
    found.log_lines = {node: 50 for node in NODES}
    return found


def broken(found):
    return {verdict.name for verdict in judge.judge(found) if verdict.broken}


class Judge(unittest.TestCase):
    def setUp(self):
        self.found = good()

    def test_all_well(self):
        self.assertEqual(broken(self.found), set())
        self.assertEqual(judge.why_void(self.found), [])

    def test_a_lost_result(self):
        del self.found.handled[80]
        self.assertEqual(broken(self.found), {"I1"})

    def test_a_result_that_others_show_is_not_lost(self):
        self.found.handled[80][5] = "another"
        self.found.results_shown = {"peer01": [81]}
        self.assertEqual(broken(self.found), {"I1"})
        self.found.results_shown = {"peer02": [81]}
        self.assertEqual(broken(self.found), set())

    def test_a_result_that_a_newer_one_replaced_while_its_node_was_alone_is_not_lost(self):
        self.found.handled[44][5] = "another"
        self.assertEqual(broken(self.found), {"I1"})
        self.found.faults.append(record.Struck("kill-daemon", ["peer01"], 44_000, 50_000, [44_000, 50_000], evidence="no process"))
        self.assertEqual(broken(self.found), set())

    def test_a_result_in_the_hands_of_a_killed_core_may_be_lost(self):
        self.found.sent.append([500, "peer02", HOST, "passive01", KILLED_MS - 500])
        self.assertEqual(broken(self.found), set())

    def test_a_lost_comment(self):
        self.found.noted = {node: {} for node in NODES}
        self.assertEqual(broken(self.found), {"I1"})

    def test_results_out_of_order(self):
        rows = self.found.handled
        rows[85][5], rows[90][5] = rows[90][5], rows[85][5]
        self.assertEqual(broken(self.found), {"I2"})

    def test_a_result_handled_twice(self):
        self.found.handled.append(["peer01", QUIET_MS + 900, HOST, "passive01", "OK", f"result {QUIET_MS // 1000}"])
        self.assertEqual(broken(self.found), {"I3"})

    def test_a_result_handled_again_after_a_kill_is_excused(self):
        self.found.handled.append(["peer01", KILLED_MS + 900, HOST, "passive01", "OK", f"result {KILLED_MS // 1000}"])
        self.assertEqual(broken(self.found), set())

    def test_a_comment_shown_twice(self):
        self.found.noted["peer02"]["comment 1 of chaos"] = 2
        self.assertEqual(broken(self.found), {"I3"})

    def test_a_check_that_is_not_run(self):
        self.found.checks = [row for row in self.found.checks if row[3] < QUIET_MS]
        self.assertEqual(broken(self.found), {"I4"})

    def test_a_check_delayed_by_a_kill_for_no_longer_than_it_takes_to_notice(self):
        self.found.checks = [row for row in self.found.checks if row[3] != 41_000]
        late = copy.deepcopy(self.found)
        self.found.checks.append(["peer03", HOST, SERVICE, 45_900])
        self.assertEqual(broken(self.found), set())
        self.assertEqual(broken(late), {"I4"})

    def test_a_check_run_twice(self):
        self.found.checks.append(["peer03", HOST, SERVICE, QUIET_MS + 1500])
        self.assertEqual(broken(self.found), {"I4"})

    def test_a_check_run_on_both_sides_of_a_partition_is_excused(self):
        self.found.faults.append(record.Struck("isolate", ["peer03"], 60_000, 90_000, [60_000, 90_000], splits=True, evidence="no answer"))
        self.found.checks.append(["peer03", HOST, SERVICE, QUIET_MS + 1500])
        self.assertEqual(broken(self.found), set())

    def test_a_host_that_does_not_come_back(self):
        self.found.owners_after["peer02"][HOST] = "peer03"
        self.assertEqual(broken(self.found), {"I5"})

    def test_a_problem_never_notified(self):
        self.found.notifications = []
        self.assertEqual(broken(self.found), {"I6"})

    def test_a_problem_notified_twice(self):
        self.found.notifications.append(["peer01", 22_000, "admin", "PROBLEM", TROUBLED, SERVICE, "CRITICAL", "1"])
        self.assertEqual(broken(self.found), {"I6"})

    def test_a_recovery_never_notified(self):
        del self.found.notifications[1]
        self.found.problems[0][3] = 60_000
        self.assertEqual(broken(self.found), {"I6"})

    def test_nodes_that_show_different_things(self):
        self.found.shown["peer03"][KEY]["current_state"] = "2"
        self.assertEqual(broken(self.found), {"I7"})

    def test_a_comment_that_one_node_does_not_show(self):
        self.found.noted["peer03"] = {}
        self.assertEqual(broken(self.found), {"I7"})

    def test_an_acknowledgement_that_all_nodes_lost(self):
        for seen in self.found.shown.values():
            seen[KEY]["problem_has_been_acknowledged"] = "0"
        self.assertEqual(broken(self.found), {"I7"})

    def test_a_core_that_ended_by_itself(self):
        self.found.deaths = [["peer01", "core", QUIET_MS]]
        self.assertEqual(broken(self.found), {"I8"})

    def test_a_merlind_that_grows(self):
        for row in self.found.sizes["peer01"][-10:]:
            row[1] = 100
        self.assertEqual(broken(self.found), {"I9"})

    def test_only_what_was_asked_for(self):
        self.assertEqual([verdict.name for verdict in judge.judge(self.found, ["I4", "I7"])], ["I4", "I7"])

    def test_a_fault_that_was_not_seen_makes_it_void(self):
        self.found.faults[0].evidence = ""
        self.assertEqual(len(judge.why_void(self.found)), 1)

    def test_results_that_did_not_flow_make_it_void(self):
        self.found.handled = [row for row in self.found.handled if row[1] < BACK_MS]
        self.assertEqual(judge.why_void(self.found), ["no result from outside was handled after the last one"])

    def test_a_record_is_read_as_it_was_written(self):
        with tempfile.NamedTemporaryFile() as file:
            self.found.write(file.name)
            self.assertEqual(record.read(file.name), self.found)


class Plan(unittest.TestCase):
    def test_a_seed_gives_one_plan_and_another_seed_another(self):
        words = list(KINDS)
        self.assertEqual(plan.draw(7, 10, NODES, words), plan.draw(7, 10, NODES, words))
        self.assertNotEqual(plan.draw(7, 10, NODES, words), plan.draw(8, 10, NODES, words))

    def test_faults_end_before_the_last_look_and_never_share_a_node(self):
        for seed in range(200):
            steps = plan.draw(seed, 5, NODES, list(KINDS))
            self.assertTrue(steps)
            for step in steps:
                self.assertLessEqual(step.until_s, 5 * 60 - plan.AFTER_S)
                for other in steps:
                    if step is not other and step.at_s <= other.at_s < step.until_s:
                        self.assertFalse(set(step.nodes) & set(other.nodes))
                        self.assertFalse(KINDS[step.word].network and KINDS[other.word].network)


class Program(unittest.TestCase):
    def test_the_program_finds_its_parts_and_prints_a_plan(self):
        done = subprocess.run([os.path.join(TOP, "scripts", "chaos"), "--plan", "--seed", "3", "--minutes", "2"], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(" s  ", done.stdout)


unittest.main()

"""Faults drawn at random on real nodes under load, and a judge: what scripts/chaos is made of.

plan     what will be done to whom and when, from one seed
faults   how each fault is made, ended, and seen to happen
load     results by command pipe, problems, comments, downtimes, acknowledgements
watch    the processes of all nodes, second by second
run      one run from the first result to the last look
record   what is known afterwards
judge    the invariants, by the record alone
report   the tables
"""
import os
import sys

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "system", "lib"))

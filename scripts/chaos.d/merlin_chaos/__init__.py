"""Random faults on real nodes under load, and a judge: the parts of scripts/chaos.

plan     which fault happens to which node and when, from one seed
faults   how each fault is caused, ended and detected
load     results by command pipe, problems, comments, downtimes, acknowledgements
watch    the processes of all nodes, once per second
run      one run from the first result to the final state of all nodes
record   everything that a run has recorded
judge    the invariants, by the record alone
report   the tables
"""
import os
import sys

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "scripts", "lab.d"))

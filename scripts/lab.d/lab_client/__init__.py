"""Access to a running lab for the system tests, scripts/chaos and scripts/bench.

cluster  one lab: its commands, the status of its nodes, the checks and notifications that its plugins recorded
files    merlin.conf, object configuration and logs of a node
waiting  conditions that must be true, now or within a time
"""
from .cluster import LAB, TOP, Cluster
from .waiting import Failed, check, now_ms, wait_for

__all__ = ["LAB", "TOP", "Cluster", "Failed", "check", "now_ms", "wait_for"]

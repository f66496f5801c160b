"""Several monitoring servers on one machine: the parts of scripts/lab.

cli      the commands
build    compiles and stages what the nodes run
state    a lab's state on disk, and its locks
cores    the files of a node: object configuration, nagios.cfg, merlin.conf
hosts    nodes with namespaces of their own       plain  nodes that are only processes
control  start, stop, cut and inspect nodes
"""

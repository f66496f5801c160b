"""Several monitoring servers on one machine: what scripts/lab is made of.

cli      the commands
build    compiles and stages what the nodes run
state    what is known of a lab on disk, and its locks
cores    the files of a node: object configuration, nagios.cfg, merlin.conf
hosts    nodes with namespaces of their own       plain  nodes that are only processes
control  start, stop, cut and look at nodes
"""

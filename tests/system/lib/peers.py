"""Three peers that were set up from bare nodes: keys exchanged, blocks everywhere."""
from bare import LOGIN


def digests(c):
    return {node: c.run(node, "mon", "oconf", "hash").strip() for node in c.nodes}


def make_peers(c):
    for node in c.nodes:
        for name in c.nodes:
            if name != node:
                c.run(node, "mon", "node", "add", name, "type=peer")
    for node in c.nodes:
        c.mon(node, "sshkey", "push", "--all", *LOGIN, "--accept-new")
    c.wait_settled()

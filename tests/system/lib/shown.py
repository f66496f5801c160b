"""What mon prints at a node of a running cluster."""
from cluster import check


def mon(c, node, *words, status=0):
    """Standard output of mon there, which must end with `status`; None: with any."""
    done = c.run(node, "mon", *words, check_status=False)
    check(status in (None, done.returncode),
          f"{node}: mon {' '.join(words)}: status {done.returncode} instead of {status}: {done.stderr}{done.stdout}")
    return done.stdout


def row(table, name):
    """The line of a node in the table of `mon node status`."""
    return next(line for line in table.splitlines() if name in line.replace("*", " ").split()[:1])

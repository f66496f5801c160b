# More than two minutes of drawn faults under load on three nodes: all that plugins, notification commands and cores wrote is as promised.
# F02 F10 F11 F14 F16 F41 I1 I2 I3 I4 I5 I6 I7 I8 I9
import os
import subprocess

from cluster import TOP, check, main, skip

CHAOS = os.path.join(TOP, "scripts", "chaos")
SEED = 298  # has each of these faults, two of them at once
FAULTS = "kill-core,isolate,lossy,slow,read-only"
MINUTES = 2.4


def test():
    done = subprocess.run([CHAOS, "--minutes", str(MINUTES), "--seed", str(SEED), "--faults", FAULTS], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.PIPE, check=False)
    if "permits no nodes" in done.stderr:
        skip("the nodes have no network of their own")
    print(done.stderr, done.stdout, sep="\n")
    check(done.returncode == 0, f"chaos ends with status {done.returncode}")


main(test)

# Three nodes under load suffer random faults for more than two minutes: everything that plugins, notification commands and cores wrote fulfils the promises.
# F02 F10 F11 F14 F16 F41 I1 I2 I3 I4 I5 I6 I7 I8 I9
import os
import subprocess

from cluster import SKIP, TOP, check, main, skip

CHAOS = os.path.join(TOP, "scripts", "chaos")
SEED = 298  # draws each of these faults, two of them at the same time
FAULTS = "kill-core,isolate,lossy,slow,read-only"
MINUTES = 2.4


def test():
    done = subprocess.run([CHAOS, "--minutes", str(MINUTES), "--seed", str(SEED), "--faults", FAULTS], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode == SKIP:
        skip("the nodes have no network of their own")
    print(done.stderr, done.stdout, sep="\n")
    check(done.returncode == 0, f"chaos ends with status {done.returncode}")


main(test)

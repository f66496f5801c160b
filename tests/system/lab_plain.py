# A lab of plain processes runs even if the nodes' user may not enter the folder in which Merlin was built.
import os
import shutil
import tempfile

from cluster import Cluster, check, main, skip


def test():
    stage = os.environ.get("MERLIN_LAB_STAGE")
    if not stage or os.getuid() != 0:
        skip("it takes root and a staged tree: MERLIN_LAB_STAGE names it")
    with tempfile.TemporaryDirectory(prefix="merlin-plain.") as folder:  # of mode 0700
        os.environ["MERLIN_LAB_STAGE"] = shutil.copytree(stage, os.path.join(folder, "stage"), symlinks=True)
        c = Cluster(f"{os.environ.get('MERLIN_TEST_LABS', 'test')}-plain", 2, 10, 2, 5)
        try:
            c.up("--plain")
            c.wait_settled()
            merlind = c.run("peer01", "sh", "-c", "readlink /proc/$(cat run/merlin/merlind.pid)/exe").strip()
            check(not merlind.startswith(folder), f"peer01 runs {merlind}")
        finally:
            c.lab("down", check_status=False)


main(test)

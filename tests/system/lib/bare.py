"""Freshly installed nodes: no peers, no keys, only ssh with a root password, and names. With $MERLIN_LAB_PACKAGES, a folder
of .deb files, the nodes can install these; otherwise they contain the tree that the other tests use."""
import os
from contextlib import contextmanager

from cluster import Cluster, check

PASSWORD_FILE = "/root/password"
LOGIN = ("--password-file", PASSWORD_FILE)


class BareNodes(Cluster):
    """Created for each test; `mon` logs in with the password in /root/password of each node."""

    def password(self):
        return self.lab("password").strip()

    def put_password(self, node, text=None, path=PASSWORD_FILE):
        self.write(node, path, (text or self.password()) + "\n")
        os.chmod(self.path(node, path), 0o600)

    def mon(self, node, *words, status=0, stdin=None, timeout_s=120):
        """Runs mon there, which must end with `status`; returns (standard output, standard error)."""
        done = self.run(node, "mon", *words, check_status=False, stdin=stdin, timeout_s=timeout_s)
        check(done.returncode == status, f"{node}: mon {' '.join(words)}: status {done.returncode} instead of {status}: {done.stderr}{done.stdout}")
        return done.stdout, done.stderr

    def mon_refuses(self, node, *words, says, status=1):
        """mon must fail with one line that contains `says`, behind lines about host keys that it accepts."""
        _, errors = self.mon(node, *words, status=status)
        errors = "".join(line for line in errors.splitlines(True) if "its host key is trusted from now on" not in line)
        check(errors.count("\n") == 1 and says in errors, f"mon {' '.join(words)} says {errors!r} instead of {says!r}")

    def make_cluster(self):
        """Makes all nodes know, trust and hear each other, with commands at the first node only."""
        first, *others = self.nodes
        for other in others:
            self.mon(first, "node", "add", other, "type=peer", "--everywhere", "--accept-new", *LOGIN)
        self.wait_settled(timeout_s=60)


def packages():
    """The folder of .deb files to test, or None."""
    return os.environ.get("MERLIN_LAB_PACKAGES")


@contextmanager
def bare_nodes(count=3, hosts=6, services=2, interval=5, packages=None):
    prefix = os.environ.get("MERLIN_TEST_LABS", "test")
    c = BareNodes(f"{prefix}-bare", count, hosts, services, interval)
    c.lab("down", check_status=False)
    c.up("--bare", *(("--packages", packages) if packages else ()))
    try:
        for node in c.nodes:
            c.put_password(node)
        yield c
    finally:
        c.lab("down", check_status=False)

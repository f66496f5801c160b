# A module with a remote daemon uses TLS 1.3 with both certificates verified by fingerprint: another daemon's certificate is refused with one clear line, and the core keeps monitoring.
# F57 I10
import hashlib
import os
import shutil
import ssl
import subprocess
import time

import protocol
from lone_core import FakeDaemon, LoneCore, check, run, wait_until


def make_identity(folder, node_id):
    """Makes key and certificate as merlind does; returns the fingerprint."""
    os.makedirs(folder)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10", "-subj",
                    f"/CN={node_id * 32}", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True)
    os.chmod(f"{folder}/key.pem", 0o600)
    shutil.chown(f"{folder}/key.pem", "nagios", "nagios")
    with open(f"{folder}/cert.pem", encoding="utf-8") as file:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()


def server(identity, trusted, version=ssl.TLSVersion.TLSv1_3):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = version
    context.set_alpn_protocols(["merlin/1"])
    context.load_cert_chain(f"{identity}/cert.pem", f"{identity}/key.pem")
    context.load_verify_locations(f"{trusted}/cert.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def refused(daemon):
    try:
        daemon.accept()
        daemon.link.settimeout(2)
        check(not daemon.link.recv(1), "the module spoke to a daemon that it must not trust")
    except (ssl.SSLError, ConnectionError):
        pass


def test():
    with LoneCore(start_daemon=False) as core:
        fingerprint = make_identity(f"{core.dir}/daemon", "d")
        make_identity(f"{core.dir}/other", "e")
        os.mkdir(f"{core.dir}/tls")
        make_identity(f"{core.dir}/tls/module", "a")
        core.daemon = daemon = FakeDaemon(tls=server(f"{core.dir}/other", f"{core.dir}/tls/module"))
        core.write_merlin(f"daemon {{\n  tls_dir = {core.dir}/tls\n}}\n", f"127.0.0.1:{daemon.port}\n  fingerprint = {fingerprint}")
        core.start()
        refused(daemon)
        wait_until(lambda: "presented another certificate" in core.log(), "the refusal in the log")
        daemon.tls = server(f"{core.dir}/daemon", f"{core.dir}/tls/module", ssl.TLSVersion.TLSv1_2)
        refused(daemon)
        wait_until(lambda: {host for host, _ in core.runs()} == set(core.hosts), "the core to monitor alone")

        daemon.tls = server(f"{core.dir}/daemon", f"{core.dir}/tls/module")
        daemon.start()
        daemon.send("Epoch", number=1, term=2, side=2, whole=True, added=[protocol.key("host0")])
        daemon.expect("CoreClaims", lambda claims: claims.get("epoch") == 1)
        daemon.expect("CoreRows", lambda rows: not rows.get("kind"))
        daemon.link.close()
        daemon.link = None
        daemon.start()
        check(core.log().count("no connection to the daemon") <= 2, "refusals flood the log")
        since = time.time()
        check(core.stop() == 0 and time.time() - since < 3, "the core did not end well")
        daemon.expect("CoreAway")


run(test)

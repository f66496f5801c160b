# Port 15551 refuses TLS 1.2 (even with a trusted key), clients without a certificate, and plain text; each is counted and logged once.
# F57 I10
import shutil
import ssl
import tempfile

from cluster import check, cluster, main
from intruder import connect, refusal, tls_client
from nodefiles import log_end, log_since, terms

TRIES = 3


def stolen_key(c, folder):
    """The key of peer02, which peer01 trusts."""
    for name in ("key.pem", "cert.pem"):
        shutil.copy(c.path("peer02", f"/etc/merlin/tls/{name}"), folder)
    return folder


def refused(c):
    return c.status("peer01")["links"]["refused"]


def check_refused(c, what, source, context, alert):
    """The log's one line. All invalid TLS counts as one kind of refusal, and each source is logged once per minute."""
    before, end = refused(c).get("not_ours", 0), log_end(c, "peer01")
    for _ in range(TRIES):
        said = refusal(context, connect(c, "peer01", "127.0.0.1", source))
        check(said and alert in said, f"{what}: the other end said {said}")
    check(refused(c).get("not_ours", 0) == before + TRIES, f"{what}: counted before were {before}, now {refused(c)}")
    lines = [line for line in log_since(c, "peer01", end) if "refused link" in line]
    check(len(lines) == 1, f"{what}: the log has {lines}")
    return lines[0]


def test():
    with cluster() as c, tempfile.TemporaryDirectory() as folder:
        before = terms(c)
        key = stolen_key(c, folder)
        line = check_refused(c, "TLS 1.2", "127.0.42.1", tls_client(key, ssl.TLSVersion.TLSv1_2), "PROTOCOL_VERSION")
        check("TLS 1.3" in line, f"the line does not say what is wrong: {line}")
        line = check_refused(c, "no certificate", "127.0.42.2", tls_client(), "CERTIFICATE_REQUIRED")
        check("certificate" in line, f"the line does not say what is wrong: {line}")
        counts = sum(refused(c).values())
        with connect(c, "peer01", "127.0.0.1", "127.0.42.3") as plain:
            plain.sendall(b"#merlin;0;0\n" * 100)
            plain.settimeout(5)
            try:
                while plain.recv(4096):
                    pass
            except ConnectionError:
                pass
        check(sum(refused(c).values()) == counts + 1, "plain text is not counted")
        check(c.settled() and terms(c) == before, "a node was lost meanwhile")


main(test)

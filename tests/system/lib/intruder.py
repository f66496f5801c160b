"""Connections that no node makes: sockets in a node's own network, and TLS with any certificate."""
import ctypes
import os
import socket
import ssl
import subprocess
from contextlib import contextmanager

from cluster import skip

PORT = 15551
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def enter(namespace):
    if LIBC.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def network_of(c, node):
    """Sockets that are created inside the `with` block belong to the node's network, even after it."""
    folder = os.path.dirname(c.path(node, "").rstrip("/"))
    if not os.path.exists(f"{folder}/ns/net"):
        skip("the nodes have no network of their own")
    own, there = (os.open(path, os.O_RDONLY) for path in ("/proc/thread-self/ns/net", f"{folder}/ns/net"))
    try:
        enter(there)
        yield
    finally:
        enter(own)
        os.close(own)
        os.close(there)


def connect(c, node, to, source=None):
    """A TCP connection from `node` to merlind of `to`, an address or a name of the nodes' own."""
    with network_of(c, node):
        return socket.create_connection((address_of(c, to), PORT), timeout=10, source_address=(source, 0) if source else None)


def address_of(c, name):
    """IPv4 address of a node; any other text is already an address."""
    if name not in c.nodes:
        return name
    lines = c.read(name, "/etc/hosts").splitlines()
    return next(line.split()[0] for line in lines if line.split()[1:] == [name] and "." in line.split()[0])


def make_certificate(folder, name="d" * 32):
    """Makes key and certificate as merlind does, as key.pem and cert.pem in that folder."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10", "-subj",
                    f"/CN={name}", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True)
    return folder


def tls_client(identity=None, newest=ssl.TLSVersion.TLSv1_3):
    """`identity`: a folder with key.pem and cert.pem."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = newest
    context.set_alpn_protocols(["merlin/1"])
    if identity:
        context.load_cert_chain(f"{identity}/cert.pem", f"{identity}/key.pem")
    return context


def refusal(context, link, send=b""):
    """How the other end closes the link: an alert's name, "closed" or "reset"; None if it accepts us or sends anything."""
    try:
        with context.wrap_socket(link) as tls:
            tls.settimeout(15)
            if send:
                tls.sendall(send)
            # A TLS 1.3 client considers the link open before the server has verified its certificate.
            return None if tls.recv(1) else "closed"
    except ssl.SSLError as error:
        return error.reason or str(error)
    except ConnectionError:
        return "reset"

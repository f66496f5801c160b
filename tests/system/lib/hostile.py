"""A hostile peer: a client that speaks docs/protocol.md with the key and certificate of a lab's node, and sends what no node sends.

    with hostile.peer(c, "peer03", "peer01") as evil:  # instead of peer03, which is killed
        evil.send_rows(evil.row("comment", "host0001", {"author": "anna", "text": "x", "expire_s": 1 << 62}, item=7))

It sends heartbeats of a drained node without a core, so that it receives no checks and still has a vote; the test determines
everything else that it sends. Only the target hears it; other nodes receive its data only as far as the target relays it.
A message is a dict of field names by shared/wire/merlin.proto, as in protocol.py.
"""
import ctypes
import secrets
import select
import subprocess
import threading
import time
from contextlib import contextmanager

import protocol
from cluster import check, wait_for
from intruder import connect, tls_client

TLS = "/etc/merlin/tls"
READY, DRAINED = 1, 2
CORE_GONE, CORE_WELL = 0, 1
KINDS = {"check": (0, "CheckRegister"), "acknowledgement": (1, "AcknowledgementRegister"), "comment": (2, "CommentRegister"),
         "downtime": (3, "DowntimeRegister"), "attribute": (4, "AttributeRegister"), "notification": (5, "NotificationRecord")}
LIVE, BACKLOG, COMPARE = 0, 1, 2
HEARTBEAT_S = 0.5
ZSTD = ctypes.CDLL("libzstd.so.1")
ZSTD.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong


def unfold(payload):
    size = ZSTD.ZSTD_getFrameContentSize(payload, ctypes.c_size_t(len(payload)))
    out = ctypes.create_string_buffer(size)
    ZSTD.ZSTD_decompress(out, ctypes.c_size_t(size), payload, ctypes.c_size_t(len(payload)))
    return out.raw


def node_id(c, node):
    text = subprocess.run(["openssl", "x509", "-in", c.path(node, f"{TLS}/cert.pem"), "-noout", "-subject", "-nameopt", "multiline"],
                          check=True, capture_output=True, text=True).stdout
    return bytes.fromhex(next(line.split("=")[1].strip() for line in text.splitlines() if "commonName" in line))


def object_of(host, service=None):
    return {"host": protocol.key(host), "service": protocol.key(host, service) if service else 0}


def rejected(c, node, name=None):
    """What `node` has rejected from the node `name`, or from its own module; without rejected relayed messages, which occur while links change."""
    found = next((entry for entry in c.status(node)["rejected"] if entry["node"] == name and entry["from"] != "store"), {"count": 0, "reasons": {}})
    relayed = found["reasons"].pop("relayed", 0)
    return {**found, "count": found["count"] - relayed}


class Hostile:
    def __init__(self, c, name, target):
        self.c, self.name, self.target = c, name, target
        self.id, self.target_id = node_id(c, name), node_id(c, target)
        self.instance = secrets.randbits(63) | 1
        self.cluster = c.status(target)["cluster"]
        self.phase, self.core, self.heartbeats = DRAINED, CORE_GONE, 0
        self.heartbeat_fields = {}  # overrides fields of the next heartbeats
        self.theirs = {}            # the target's last heartbeat, and when it arrived
        self.received, self.closed = [], None
        self.writes = 0
        self.lock = threading.Lock()
        self.link = None

    # ---- the link

    def open(self):
        context = tls_client()
        context.load_cert_chain(self.c.path(self.name, f"{TLS}/cert.pem"), self.c.path(self.name, f"{TLS}/key.pem"))
        self.link = context.wrap_socket(connect(self.c, self.name, self.target))
        self.link.settimeout(10)
        self.buffer = b""
        self.greet()
        threading.Thread(target=self.read_all, daemon=True).start()
        threading.Thread(target=self.send_heartbeats, daemon=True).start()
        wait_for(f"{self.target} sends heartbeats to {self.name}'s impostor", lambda: self.theirs, 10)

    def greet(self):
        """The node with the greater id speaks first."""
        if self.id > self.target_id:
            self.hello()
        name, fields = self.next_message()
        check(name == "Hello", f"{self.target} greets with {name}: {fields}")
        if self.id < self.target_id:
            self.hello()

    def hello(self):
        self.say("Hello", oldest_version=1, newest_version=1, cluster=self.cluster, node_id=self.id, node_name=self.name,
                 instance=self.instance, program_version="hostile")

    def close(self):
        self.closed = self.closed or "by ourselves"
        self.link.close()

    def is_open(self):
        return self.closed is None

    def raw(self, data):
        """Sends bytes unchanged."""
        with self.lock:  # an OpenSSL session permits one thread at a time
            self.link.sendall(data)

    def frame(self, kind, payload):
        """Sends a frame; `kind` is a message's name or number."""
        number = protocol.NUMBERS[kind] if isinstance(kind, str) else kind
        self.raw(protocol.HEADER.pack(protocol.MAGIC, 1, number, 0, 0, len(payload)) + payload)

    def say(self, kind, **fields):
        self.frame(kind, protocol.encode(kind, fields))

    def next_message(self):
        while True:
            if len(self.buffer) >= 12:
                _, _, kind, flags, _, size = protocol.HEADER.unpack_from(self.buffer)
                if len(self.buffer) >= 12 + size:
                    payload, self.buffer = self.buffer[12:12 + size], self.buffer[12 + size:]
                    name = protocol.TYPES[kind]
                    return name, protocol.decode(name, unfold(payload) if flags & 1 else payload)
            while not self.link.pending() and not select.select([self.link], [], [], 0.1)[0]:
                if self.closed:
                    raise ConnectionError(self.closed)
            with self.lock:
                data = self.link.recv(65536)
            if not data:
                raise ConnectionError("closed by the other end")
            self.buffer += data

    def read_all(self):
        try:
            while True:
                name, fields = self.next_message()
                if name == "Heartbeat":
                    self.theirs = dict(fields, came=time.monotonic())
                else:
                    self.received.append((name, fields))
        except (OSError, ValueError) as error:
            self.closed = self.closed or str(error)

    def send_heartbeats(self):
        while self.closed is None:
            try:
                self.heartbeat()
            except OSError as error:
                self.closed = self.closed or str(error)
            time.sleep(HEARTBEAT_S)

    def heartbeat(self, **fields):
        self.heartbeats += 1
        said = {"node_id": self.id, "instance": self.instance, "number": self.heartbeats, "interval_ms": 1000, "core": self.core,
                "core_timeout_ms": 5000, "term": self.term(), "side": self.side(), "phase": self.phase, "wall_ms": int(time.time() * 1000)}
        if self.theirs:
            said["heard"] = [{"node_id": self.target_id, "instance": self.theirs["instance"], "number": self.theirs["number"],
                              "age_ms": int((time.monotonic() - self.theirs["came"]) * 1000), "direct": True}]
        self.say("Heartbeat", **{**said, **self.heartbeat_fields, **fields})

    # ---- what it knows of the target

    def term(self):
        return self.theirs.get("term", 0)

    def side(self):
        return self.theirs.get("side", 1)

    def messages(self, name):
        return [fields for kind, fields in list(self.received) if kind == name]

    def wait_message(self, name, true=lambda fields: True, timeout_s=10):
        return wait_for(f"{self.target} sends {name}", lambda: next((fields for fields in self.messages(name) if true(fields)), None), timeout_s)

    # ---- what it sends

    def row(self, kind, host, fields, service=None, item=0, rank=0, base_ms=None, **version):
        """A register with the content `fields` (bytes: sent unchanged). Its version is the newest, unless `version` overrides it."""
        self.writes += 1
        stamp = {"term": self.term(), "side": self.side(), "hlc": (int(time.time() * 1000) << 16) + self.writes, "writer": self.id}
        number, content = KINDS[kind]
        value = fields if isinstance(fields, bytes) else protocol.encode(content, fields)
        target = host if isinstance(host, dict) else object_of(host, service)
        return {**target, "kind": number, "version": {**stamp, **version}, "value": value, "item": item, "rank": rank,
                "base_ms": int(time.time() * 1000) if base_ms is None else base_ms}

    def check_row(self, host, service=None, state=0, output=b"sent by a hostile peer", **more):
        """The check register of an object, well-formed unless `more` (fields, or version parts with a leading v_) overrides it."""
        version = {name[2:]: more.pop(name) for name in list(more) if name.startswith("v_")}
        fields = {"current_state": state, "last_state": state, "last_hard_state": state, "state_type": 1, "current_attempt": 1,
                  "has_been_checked": True, "output": output, "should_be_scheduled": True, "state_history": b"\0" * 21, "last_check": 0,
                  "next_check": 60_000}
        return self.row("check", host, {**fields, **more}, service, **version)

    def send_rows(self, *rows, stream=LIVE):
        self.say("Rows", table_id=self.instance, upto=self.writes, stream=stream, rows=list(rows))

    def send_result(self, host, service=None, number=1, **result):
        """Forwards a result for an object of the target."""
        now = int(time.time() * 1000)
        fields = {**object_of(host, service), "passive": True, "exited_ok": True, "start_ms": now, "finish_ms": now, "sent_ms": now,
                  "number": number, **result}
        self.say("ForwardedResult", taker=self.id, taker_instance=self.instance, number=number, result=fields,
                 heard_instance=self.theirs["instance"], heard_number=self.theirs["number"])

    def send_claims(self, *hosts, number=1, origin=None):
        """Claims whole hosts; `origin`: in another node's name."""
        self.say("Claims", node_id=origin or self.id, instance=self.instance, number=number, whole=True, added=[protocol.key(host) for host in hosts])

    def send_reply(self, question, vote, holder=b"", rows=()):
        """Answers a NotifyAsk. 0 grant, 1 stale, 2 sent, 3 holder."""
        self.say("NotifyReply", question=question, vote=vote, holder=holder or self.id, rows=list(rows))

    def relay(self, origin, to, kind, **fields):
        """Sends a message as if this node relayed it for `origin`; ids of 16 bytes."""
        self.say("Relayed", **{"from": origin, "to": to, "type": protocol.NUMBERS[kind], "payload": protocol.encode(kind, fields)})


@contextmanager
def peer(c, name, target):
    """Replaces merlind of `name`, linked with `target` alone. Its real core and merlind are killed, and restarted at the end."""
    c.kill(name, "core")
    c.kill(name, "daemon")
    evil = Hostile(c, name, target)
    try:
        evil.open()
        yield evil
    finally:
        if evil.link:
            evil.close()
        c.start(name, "all")

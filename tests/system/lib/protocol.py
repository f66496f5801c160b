"""Merlin's protocol for tests: messages by shared/wire/merlin.proto, read at run time, so it judges our codec independently.

A message is a dict of field names; missing fields have their default. encode(), decode(), and frames.
"""
import ctypes
import os
import re
import struct

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
HEADER = struct.Struct(">HBBHHI")
MAGIC = 0x4D4C
VARINT = {"uint32", "uint64", "sint32", "sint64", "bool", "int32", "int64"}


def read_schema():
    with open(os.path.join(TOP, "shared/wire/merlin.proto"), encoding="utf-8") as file:
        text = file.read()
    types = {}
    pending = None
    messages = {}
    for comment, kind, name, body in re.findall(r"((?://[^\n]*\n)*)(message|enum) (\w+) \{(.*?)\n\}", text, re.S):
        if kind == "enum":
            continue
        number = re.search(r"Frame type (\d+)", comment)
        if number:
            types[int(number.group(1))] = name
        messages[name] = {int(tag): (field, what, label == "repeated") for label, what, field, tag in re.findall(
            r"^\s*(repeated|optional)?\s*(\w+) (\w+) = (\d+);", body, re.M)}
    return messages, types


MESSAGES, TYPES = read_schema()
NUMBERS = {name: number for number, name in TYPES.items()}


def varint(value):
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def is_message(what):
    return what in MESSAGES


def encode_one(tag, what, value):
    if what in ("bytes", "string") or is_message(what):
        data = encode(what, value) if is_message(what) else value.encode() if isinstance(value, str) else value
        return varint(tag << 3 | 2) + varint(len(data)) + data
    if what == "fixed64":
        return varint(tag << 3 | 1) + struct.pack("<Q", value)
    if what == "double":
        return varint(tag << 3 | 1) + struct.pack("<d", value)
    if what in ("sint32", "sint64"):
        value = value * 2 if value >= 0 else -value * 2 - 1
    return varint(tag << 3) + varint(int(value))


def encode(name, fields):
    out = b""
    for tag, (field, what, repeated) in MESSAGES[name].items():
        if field not in fields:
            continue
        for value in fields[field] if repeated else [fields[field]]:
            out += encode_one(tag, what, value)
    return out


def decode_scalar(what, value):
    if what in ("sint32", "sint64"):
        return value >> 1 ^ -(value & 1)
    return bool(value) if what == "bool" else value


def decode_packed(what, data):
    if what in ("fixed64", "double"):
        return list(struct.unpack(f"<{len(data) // 8}{'Q' if what == 'fixed64' else 'd'}", data))
    values, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        values.append(decode_scalar(what, value))
    return values


def decode(name, data):
    fields = {field: [] for field, _, repeated in MESSAGES[name].values() if repeated}
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        field, what, repeated = MESSAGES[name].get(key >> 3, (None, None, False))
        wire = key & 7
        if wire == 0:
            value, at = read_varint(data, at)
            values = [decode_scalar(what, value)]
        elif wire == 1:
            values = [struct.unpack_from("<d" if what == "double" else "<Q", data, at)[0]]
            at += 8
        else:
            size, at = read_varint(data, at)
            piece = bytes(data[at:at + size])
            at += size
            if field is None or what in ("bytes", "string"):
                values = [piece]
            else:
                values = [decode(what, piece)] if is_message(what) else decode_packed(what, piece)
        if field is None:
            continue
        if repeated:
            fields[field] += values
        else:
            fields[field] = values[-1]
    return fields


def frame(name, fields):
    payload = encode(name, fields)
    return HEADER.pack(MAGIC, 1, NUMBERS[name], 0, 0, len(payload)) + payload


XXHASH = ctypes.CDLL("libxxhash.so.0")
XXHASH.XXH3_64bits.restype = ctypes.c_uint64
XXHASH.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


def key(*names):
    """The key of a host, or of a host's service."""
    data = "\0".join(names).encode()
    return XXHASH.XXH3_64bits(data, len(data)) or 1

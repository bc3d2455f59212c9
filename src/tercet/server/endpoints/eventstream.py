"""Amazon's event-stream framing (application/vnd.amazon.eventstream): bytes out, checksums included."""

from __future__ import annotations

import base64
import struct
from binascii import crc32

STRING = 7
"""The header value type of strings."""


def frame(payload: bytes, headers: dict[str, str]) -> bytes:
    """Return one message: prelude, prelude checksum, headers, payload, message checksum."""
    head = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    start = prelude + struct.pack(">I", crc32(prelude)) + head + payload
    return start + struct.pack(">I", crc32(start))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack(">B", len(key)) + key + struct.pack(">BH", STRING, len(text)) + text


CHUNK = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}


def chunk(event: bytes) -> bytes:
    """Return one event of a message's stream, as Bedrock wraps it."""
    return frame(b'{"bytes":"' + base64.b64encode(event) + b'"}', CHUNK)

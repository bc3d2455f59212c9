"""Golden frames of Amazon's framing, made by the book and not by the decoder under test."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

CHUNK = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}


def text_header(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()


def frame(payload: bytes, headers: dict[str, str] | bytes = CHUNK) -> bytes:
    head = headers if isinstance(headers, bytes) else b"".join(text_header(*pair) for pair in headers.items())
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    start = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return start + struct.pack(">I", zlib.crc32(start))


def chunk(event: Any, **beside: Any) -> bytes:
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    return frame(json.dumps({"bytes": base64.b64encode(data).decode(), **beside}).encode())


def exception(kind: str, message: str) -> bytes:
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return frame(json.dumps({"message": message}).encode(), headers)


METRICS = {"inputTokenCount": 12, "outputTokenCount": 6, "invocationLatency": 700, "firstByteLatency": 300}
STARTED = {
    "type": "message_start",
    "message": {
        "model": "claude-sonnet-4-5-20250929",
        "id": "msg_bdrk_01A",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 1},
    },
}
EVENTS: list[dict[str, Any]] = [
    STARTED,
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 6},
    },
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": METRICS},
]
FRAMES = [chunk(event, p="abcdefghijkl") for event in EVENTS]

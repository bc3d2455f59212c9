"""What a healthy API answers on each surface: the good bytes that the faults of the matrix damage."""

from __future__ import annotations

import json
from typing import Any

from tests.faults.server import chunked_head, chunks, response

TEXT = '{"word": "Hello, w\u00f6rld"}'
PARTS = ('{"word"', ': "Hel', "lo, w\u00f6", 'rld"}')
MESSAGE: dict[str, Any] = {
    "id": "msg_01Fault",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": TEXT}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 12, "output_tokens": 9},
}
JSON = "application/json"
SSE = "text/event-stream; charset=utf-8"
LINES = "application/binary"
KINDS = {"json": JSON, "sse": SSE, "lines": LINES, "batch": JSON}


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def event(name: str, **data: Any) -> bytes:
    """One event of a stream."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), dumped({"type": name, **data}))


def started(**more: Any) -> bytes:
    message = {**MESSAGE, "content": [], "stop_reason": None, "usage": {"input_tokens": 12, "output_tokens": 1}, **more}
    return event("message_start", message=message)


def block_started(index: int = 0, **block: Any) -> bytes:
    return event("content_block_start", index=index, content_block=block or {"type": "text", "text": ""})


def delta(text: str, index: Any = 0) -> bytes:
    return event("content_block_delta", index=index, delta={"type": "text_delta", "text": text})


def tool_delta(part: str, index: int = 0) -> bytes:
    return event("content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": part})


def block_stopped(index: int = 0) -> bytes:
    return event("content_block_stop", index=index)


def changed(stop_reason: str | None = "end_turn", **usage: Any) -> bytes:
    return event(
        "message_delta",
        delta={"stop_reason": stop_reason, "stop_sequence": None},
        usage=usage or {"output_tokens": 9},
    )


STOPPED = event("message_stop")
PING = event("ping")
BEGUN = (started(), block_started(), PING)
DELTAS = tuple(delta(part) for part in PARTS)
ENDED = (block_stopped(), changed(), STOPPED)
EVENTS = (*BEGUN, *DELTAS, *ENDED)
TOOL = (
    started(),
    block_started(type="tool_use", id="toolu_1", name="write", input={}),
    tool_delta('{"path": "/srv/a", '),
    tool_delta('"mode": "rw"}'),
    block_stopped(),
    changed("tool_use"),
    STOPPED,
)

RESULTS = tuple(
    dumped({"custom_id": f"item-{number}", "result": {"type": "succeeded", "message": MESSAGE}}) + b"\n"
    for number in range(3)
)

BATCH: dict[str, Any] = {
    "id": "msgbatch_1",
    "type": "message_batch",
    "processing_status": "ended",
    "request_counts": {"processing": 0, "succeeded": 3, "errored": 0, "canceled": 0, "expired": 0},
    "ended_at": "2026-11-20T10:00:00Z",
    "created_at": "2026-11-20T09:00:00Z",
    "expires_at": "2026-11-21T09:00:00Z",
    "archived_at": None,
    "cancel_initiated_at": None,
    "results_url": None,
}
BODY: dict[str, bytes] = {
    "json": dumped(MESSAGE),
    "sse": b"".join(EVENTS),
    "lines": b"".join(RESULTS),
    "batch": dumped(BATCH),
}
"""The whole body by kind of surface."""
PARTED: dict[str, tuple[bytes, ...]] = {
    "json": (BODY["json"],),
    "sse": EVENTS,
    "lines": RESULTS,
    "batch": (BODY["batch"],),
}

ERROR = dumped({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_1"})


def error_event(kind: str = "overloaded_error") -> bytes:
    return b"event: error\ndata: " + dumped({"type": "error", "error": {"type": kind, "message": "No."}}) + b"\n\n"


def good(kind: str, *lines: str) -> bytes:
    """The whole good response."""
    if KINDS[kind] == JSON:
        return response(BODY[kind], JSON, "200 OK", *lines)
    return chunked_head(KINDS[kind], *lines) + chunks(*PARTED[kind])


def of(kind: str, *parts: bytes, end: bool = True) -> bytes:
    """A chunked response of this kind's content type."""
    return chunked_head(KINDS[kind]) + chunks(*parts, end=end)


def events(*parts: bytes) -> bytes:
    """A stream of these bytes that ends cleanly."""
    return of("sse", *parts)


def batch(url: str) -> bytes:
    """A batch that has ended; its results are on this server."""
    return response(dumped({**BATCH, "results_url": f"{url}/v1/messages/batches/msgbatch_1/results"}))

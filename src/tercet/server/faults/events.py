"""Edits of a stream's events: dropped, doubled, swapped, inserted, an error among them, silence. Pure, as `steps.py` is.

Server-sent events end with an empty line; Amazon's framing says its length first. Both are told apart by the first bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tercet.server.faults.spec import FaultSpec
from tercet.server.faults.steps import Action, End, Pause, cut

PING = b'event: ping\ndata: {"type": "ping"}\n\n'
PING_SECONDS = 1.0
MESSAGES = {"overloaded_error": "Overloaded", "rate_limit_error": "Number of requests has exceeded your rate limit"}
INSERTED = {
    "ping": PING,
    "unknown": b'event: content_block_hint\ndata: {"type":"content_block_hint","index":0,"hint":"x"}\n\n',
    "comment": b": a comment\n\n",
    "null": b"event: content_block_delta\ndata: null\n\n",
    "broken": b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,\n\n',
    "done": b"data: [DONE]\n\n",
    "stop": b'event: content_block_stop\ndata: {"type":"content_block_stop","index":99}\n\n',
}


class Events:
    """Cuts the body into events and edits the one that the fault names; the others pass as they are."""

    def __init__(self, fault: FaultSpec) -> None:
        self._fault = fault
        self._place: Any = fault.place[1] if fault.place is not None else None
        self._rest = b""
        self._count = 0
        self._struck = False
        self._held: bytes | None = None

    def feed(self, data: bytes) -> Iterable[Action]:
        events, self._rest = split(self._rest + data)
        for event in events:
            yield from self._passed(event)

    def finish(self) -> Iterable[Action]:
        if self._held is not None:
            yield self._held
        if self._rest:
            yield self._rest

    def _passed(self, event: bytes) -> Iterator[Action]:
        if self._fault.kind == "pace":
            yield from (event, Pause(1.0 / max(1, self._fault.number or 1)))
        elif self._held is not None:
            held, self._held = self._held, None
            yield from (event, held)
        elif not self._struck and self._is_meant(event):
            self._struck = True
            yield from self._edited(event)
        else:
            yield event
        self._count += 1

    def _is_meant(self, event: bytes) -> bool:
        return bool(self._place == (name_of(event) if isinstance(self._place, str) else self._count))

    def _edited(self, event: bytes) -> Iterator[Action]:
        fault = self._fault
        if fault.kind == "duplicate":
            yield from (event, event)
        elif fault.kind == "swap":
            self._held = event
        elif fault.kind == "insert":
            yield from (INSERTED.get(fault.value or "ping", PING), event)
        elif fault.kind == "error":
            yield from (error_event(fault), End("end"))
        elif fault.kind == "silence":
            yield from _silence(fault.seconds)
            yield event
        elif fault.kind != "drop":
            yield from (*cut(fault), event)


def _silence(seconds: float | None) -> Iterator[Action]:
    """Pings and nothing else, a second apart; an hour of them if no time is given."""
    for _ in range(int(3600 if seconds is None else seconds / PING_SECONDS)):
        yield from (PING, Pause(PING_SECONDS))


def error_event(fault: FaultSpec) -> bytes:
    """Return the error event that a fault asks for; `overloaded_error` unless it says another."""
    kind = fault.value or "overloaded_error"
    error: dict[str, Any] = {
        "type": kind,
        "message": fault.options.get("message", MESSAGES.get(kind, "Internal server error")),
    }
    if "error_code" in fault.options:
        error["details"] = {"error_code": fault.options["error_code"]}
    data = msgspec.json.encode({"type": "error", "error": error, "request_id": None})
    return b"event: error\ndata: " + data + b"\n\n"


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole events of `data`, and what is left of it."""
    if data[:1] == b"\x00":
        return _split_frames(data)
    *events, rest = data.split(b"\n\n")
    return [event + b"\n\n" for event in events], rest


def _split_frames(data: bytes) -> tuple[list[bytes], bytes]:
    frames, start = [], 0
    while len(data) - start >= 4:
        size = int.from_bytes(data[start : start + 4], "big")
        if size < 16 or len(data) - start < size:
            break
        frames.append(data[start : start + size])
        start += size
    return frames, data[start:]


def name_of(event: bytes) -> str:
    """Return the event's name; empty for frames and events that have none."""
    first = event.partition(b"\n")[0]
    return first[6:].strip().decode("latin-1") if first.startswith(b"event:") else ""

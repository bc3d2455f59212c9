"""The bodies of an attempt, for a ledger that was asked to keep them: a line behind the attempt's own, in the same write.

They hold no credential (`wire/redaction.py`), no files, and no more than `MOST` characters each; each line says until when it
may be kept. What cannot be read as JSON, or not without a credential, is left out.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tercet.flow.effects import Outcome, Reply
from tercet.flow.ledger.entry import DAY, LedgerLine
from tercet.wire.http import Request
from tercet.wire.model import Model
from tercet.wire.redaction import Redaction, Unreadable

MOST = 200_000
"""Characters of a body that are kept."""
MOST_READ = 32 * 1024 * 1024
"""Bytes of a stream that are put together to an answer."""
SHORT_DATA = 256
"""Characters of base64 that may stand; longer ones are files, and told by their size."""


class BodyLine(msgspec.Struct, omit_defaults=True):
    """Hold the keys of a line of bodies. `until`: ns since 1970."""

    tercet_body: str
    """The id of the call."""
    attempt: int
    at: int
    until: int
    request: str | None = None
    answer: str | None = None


class KeptBodies:
    """Gather what one attempt sends and gets. `days`: how long it may be kept."""

    __slots__ = ("_chunks", "_days", "_size")

    def __init__(self, days: float) -> None:
        self._days = days
        self._chunks: list[bytes] = []
        self._size = 0

    def see(self, chunk: bytes) -> None:
        """Note bytes of a stream."""
        self._size += len(chunk)
        if self._size <= MOST_READ:
            self._chunks.append(chunk)

    def line(self, entry: LedgerLine, request: Request, outcome: Outcome | None) -> bytes:
        """Return the line, which ends in a newline."""
        pairs = [
            (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in request.headers.multi_items()
        ]
        redaction = Redaction(pairs, query=request.url.partition("?")[2].encode())
        asked = _kept(redaction, _read_json(request.content))
        answer = None
        if isinstance(outcome, Reply):
            whole = outcome.stream is None or "json" in outcome.headers.get("content-type", "")
            content = b"".join(self._chunks) if outcome.stream is not None else outcome.content
            answer = _kept(redaction, _read_json(content) if whole else _read_stream(content))
        line = BodyLine(entry.id, entry.attempt, entry.at, entry.at + int(self._days * DAY), asked, answer)
        return msgspec.json.encode(line) + b"\n"


def _kept(redaction: Redaction, body: Any) -> str | None:
    if body is None:
        return None
    try:
        text = msgspec.json.encode(redaction.json(_without_files(body))).decode()
    except (Unreadable, RecursionError, ValueError):
        return None
    return text if len(text) <= MOST else f"{text[:MOST]}… ({len(text):,} characters in all)"


def _without_files(value: Any) -> Any:
    """Return JSON without the files that it holds as base64: their size stands in their place."""
    if isinstance(value, list):
        return [_without_files(each) for each in value]
    if not isinstance(value, dict):
        return value
    data = value.get("data")
    if value.get("type") == "base64" and isinstance(data, str) and len(data) > SHORT_DATA:
        return {**value, "data": f"({len(data):,} characters of base64)"}
    return {name: _without_files(each) for name, each in value.items()}


def _read_json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return None


def _read_stream(content: bytes) -> Any:
    """Return the message that a stream made, as far as it came: a key may be cut in two by its events."""
    from tercet.wire.stream.decoder import EventDecoder
    from tercet.wire.stream.message_builder import MessageBuilder

    decoder, builder = EventDecoder(), MessageBuilder()
    try:
        for event in (*decoder.feed(content), *decoder.close()):
            if isinstance(event, Model):
                builder.add(event)
        return builder.message.to_dict() if builder.started else None
    except (ValueError, TypeError, RecursionError):
        return None

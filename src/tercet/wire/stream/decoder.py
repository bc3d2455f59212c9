"""Bytes of a stream to typed events. Knows not what the events add up to.

Theory of operation
-------------------
`EventDecoder.feed` takes chunks as the network cuts them. Three paths give the same events; each takes what the one
before it leaves, so that the usual costs little and the unusual is still read right.

1. *One delta alone.* A live stream sends most events as a chunk of their own. If the last chunk ended between events
   (`_between`) and this one is a single `content_block_delta` in the API's own form, `_delta_alone` finds its JSON by
   position, decodes it, and is done: no line is split, nothing is buffered.
2. *Whole plain pairs.* The chunk's head up to its last blank line, if it holds no CR, is searched once for pairs of an
   `event:` and a `data:` line, and all their data is decoded in one call, as one array (`_read_plain`). It proves that
   it read everything: as many values as pairs, three line feeds to a pair.
3. *Anything else* goes through `SSEDecoder`, line by line, by the specification: other line ends, comments, data of
   several lines, what a cut left. It alone keeps bytes from one chunk to the next.

A fast path never judges. Where something is not plain – a value of another shape, bytes that are not JSON, deep
nesting, an error – it raises or gives None before anything was handed out, and the same bytes go down path 3, which
alone decides what is an event, what passes, and what is a ProtocolFault. So there is one judge, and the paths cannot
disagree; tests feed every sample cut at every byte. Path 3 is left again at the next blank line: `_feed` finishes the
event that was begun and tries path 2 with the rest.

Depth is checked outside of the JSON decoder, and only for lines that are long enough to nest too deeply
(`_MAY_BE_DEEP`). After a fault or an `error` event the decoder is over and gives nothing more.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

import msgspec

from tercet.wire.model import AnyModel, Model
from tercet.wire.stream.events import (
    DELTAS,
    EVENTS,
    ErrorEvent,
    ProtocolFault,
    RawContentBlockDeltaEvent,
    RawMessageStopEvent,
    event_model,
)
from tercet.wire.stream.sse import ServerSentEvent, SSEDecoder

Event: TypeAlias = Model | ProtocolFault

DEPTH_LIMIT = 512
_MAY_BE_DEEP = 2 * DEPTH_LIMIT
"""A line must have so many bytes to nest deeper than the limit."""

_PLAIN_EVENTS = re.compile(rb"^event: [a-z_]+\ndata: (.+)\n\n", re.MULTILINE)
_DELTA = b"event: content_block_delta\ndata: "
_DELTA_DATA = len(_DELTA)
_NESTED: dict[object, str] = {
    "message_start": "message",
    "content_block_start": "content_block",
    "message_delta": "delta",
}
_decode = msgspec.json.Decoder().decode


def too_deep(value: Any) -> bool:
    """Return whether decoded JSON nests deeper than DEPTH_LIMIT. Does not recurse."""
    layer = [value]
    for _ in range(DEPTH_LIMIT + 1):
        layer = [
            item
            for each in layer
            if isinstance(each, dict | list)
            for item in (each.values() if isinstance(each, dict) else each)
            if isinstance(item, dict | list)
        ]
        if not layer:
            return False
    return True


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def decode_json(content: bytes) -> Any:
    """Return JSON bytes as a value. Lone surrogates pass. Raises ValueError, also for what nests deeper than
    DEPTH_LIMIT."""
    try:
        value = _decode(content)
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    except ValueError:  # msgspec refuses lone surrogates, which a model may write
        value = _decode_leniently(content)
    if len(content) > _MAY_BE_DEEP and too_deep(value):
        raise ValueError("it nests too deeply")
    return value


def _decode_leniently(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it nests too deeply") from None


class _NotPlainError(Exception):
    """This chunk does not go by the fast path."""


_NOT_PLAIN = (_NotPlainError, ValueError, KeyError, TypeError, RecursionError)


class EventDecoder:
    """Takes bytes, gives events, without pings. After a Fault or an ErrorEvent, which are values, nothing comes."""

    def __init__(self) -> None:
        self._sse = SSEDecoder()
        self._over = False
        self._ended = False
        self._between = False
        """Whether something was read, and the next byte opens an event."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that this chunk completes."""
        if self._between and (event := _delta_alone(chunk)) is not None:
            return [event]
        if self._over:
            return []
        events = self._feed(chunk)
        self._between = self._sse.idle and not self._over
        return events

    def _feed(self, chunk: bytes) -> list[Event]:
        events: list[Event] = []
        if not self._sse.idle:  # finish the event that an earlier chunk began, so that the rest can go the fast way
            cut = chunk.find(b"\n\n") + 2
            begun, chunk = (chunk[:cut], chunk[cut:]) if cut > 1 else (chunk, b"")
            events = self._read(self._sse.feed(begun))
        cut = chunk.rfind(b"\n\n") + 2
        if cut > 1 and not self._over and self._sse.idle and chunk.find(b"\r", 0, cut) < 0:
            try:
                events += self._read_plain(chunk[:cut])
                chunk = chunk[cut:]
            except _NOT_PLAIN:
                pass
        if chunk and not self._over:
            events += self._read(self._sse.feed(chunk))
        return events

    def close(self) -> list[Event]:
        """Return the last event, if it lacks its blank line. One that was cut off is left out: it is no fault of its
        sender."""
        self._between = False
        return [] if self._over else self._read(self._sse.close())

    def _read_plain(self, chunk: bytes) -> list[Event]:
        """Return the events of one `event:` line, one `data:` line and a blank one. Raises if there is anything else
        in `chunk`, or an event that is not plain.

        One pass finds all data, one call decodes it: as an array, which has as many values as there are data lines
        unless a line is no JSON value by itself. Every line break must belong to an event found.
        """
        found = _PLAIN_EVENTS.findall(chunk)
        decoded = _decode(b"[" + b",".join(found) + b"]")
        if chunk.count(b"\n") != 3 * len(found) or len(decoded) != len(found):
            raise _NotPlainError
        events: list[Event] = []
        for data in decoded:
            name = data["type"]
            if name == "content_block_delta":
                delta = data["delta"]
                data["delta"] = (DELTAS.get(delta["type"]) or _class_of_unknown(delta))(delta)
                events.append(RawContentBlockDeltaEvent(data))
            elif name != "ping":
                events.append(_plain_event(name, data))
        if len(max(found, key=len, default=b"")) > _MAY_BE_DEEP and any(map(too_deep, decoded)):
            raise _NotPlainError
        self._ended = self._ended or RawMessageStopEvent in map(type, events)
        self._sse.mark_started()
        return events

    def _read(self, read: list[ServerSentEvent]) -> list[Event]:
        events: list[Event] = []
        for each in read:
            event = self._event(each)
            if event is None:
                continue
            events.append(event)
            if isinstance(event, ProtocolFault | ErrorEvent):
                self._over = True
                return events
            self._ended = self._ended or type(event) is RawMessageStopEvent
        if self._sse.broken is not None:
            self._over = True
            events.append(ProtocolFault(self._sse.broken))
        return events

    def _event(self, sse: ServerSentEvent) -> Event | None:
        content, name = sse.content.strip(), sse.event
        if not content or (content == b"[DONE]" and self._ended):
            return None
        try:
            data = decode_json(content)
        except ValueError as error:
            if sse.unfinished:
                return None
            if name == "error":
                return ErrorEvent({"type": "error", "error": {"message": sse.data}})
            return None if name == "ping" else ProtocolFault(f"an event's data is not JSON: {error}", sse.data)
        if not isinstance(data, dict):
            return None if name == "ping" else ProtocolFault("an event's data is not a JSON object", sse.data)
        return _make_event(data, name, sse)


def _make_event(data: dict[str, Any], name: str | None, sse: ServerSentEvent) -> Event | None:
    """Return the event. The data's own type wins over the event's name; a name alone does, and with neither there is
    no event."""
    kind = data.get("type", name)
    if kind is None or kind == "ping":
        return None
    if not isinstance(kind, str):
        return ProtocolFault("an event's type is not text", sse.data)
    if name == "error" and data.get("type") not in EVENTS:
        return ErrorEvent({"type": "error", "error": data})
    if "type" not in data:
        data = {"type": kind, **data}
    nested = "delta" if kind == "content_block_delta" else _NESTED.get(kind)
    if nested is not None and not _is_object(data.get(nested)):
        return ProtocolFault(f"a {kind} event has no {nested}", sse.data)
    return event_model(data)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("type", ""), str)


# --- the fast path: whatever is not plain raises one of _NOT_PLAIN ---------------------------------------------------


def _delta_alone(chunk: bytes) -> Event | None:
    """Return the event, if `chunk` is one delta and nothing else. Most events of a live stream arrive so, each into
    caches that others have used since: what they cost is how much code they touch."""
    end = len(chunk) - 2
    if not chunk.startswith(_DELTA) or chunk.find(b"\n", _DELTA_DATA) != end or not chunk.endswith(b"\n\n"):
        return None
    if chunk.find(b"\r") >= 0 or end > _MAY_BE_DEEP:
        return None
    try:
        data = _decode(chunk[_DELTA_DATA:end])
        if data["type"] != "content_block_delta":
            return None
        delta = data["delta"]
        data["delta"] = DELTAS[delta["type"]](delta)
    except _NOT_PLAIN:
        return None
    return RawContentBlockDeltaEvent(data)


def _class_of_unknown(delta: dict[str, Any]) -> type[Model]:
    if type(delta["type"]) is not str:
        raise _NotPlainError
    return AnyModel


def _plain_event(name: Any, data: dict[str, Any]) -> Model:
    nested = _NESTED.get(name)
    if name == "error" or (nested and not _is_object(data.get(nested))):
        raise _NotPlainError
    return EVENTS[name](data)

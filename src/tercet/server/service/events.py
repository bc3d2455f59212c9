"""Cuts a finished message into the events of a stream. Deterministic: the same message, the same events.

A client that puts the events together again gets the message back, usage included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from tercet.server.accounting.usage import result_tokens

_encode = msgspec.json.Encoder().encode
_WORDS = re.compile(r"\s*\S{1,40}|\s+")
AT_ONCE = 4096
"""Characters of a text whose pieces are all made at once, which is faster."""
JSON_PIECE = 16
"""Characters of a tool's input in one delta."""
LATE_USAGE = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "output_tokens_details",
    "server_tool_use",
    "iterations",
    "fallback_credit",
)
"""Usage that the last `message_delta` repeats or tells first."""
ONLY_LATE = ("output_tokens_details", "iterations")
DELTA_FIELDS = ("stop_reason", "stop_sequence", "stop_details")
LATE_FIELDS = ("context_management",)
"""Top-level fields of the message that come beside `delta` and `usage`."""


class StreamEvent(NamedTuple):
    """One event: its name and the JSON of its data."""

    name: bytes
    data: bytes

    def sse(self) -> bytes:
        """Return the event as server-sent event."""
        return b"event: " + self.name + b"\ndata: " + self.data + b"\n\n"


class Run(NamedTuple):
    """Deltas of one kind in a row: what each brings, and the JSON around it."""

    before: bytes
    pieces: Iterable[Any]
    after: bytes = b"}"


TEXT_DELTA = b'{"type":"text_delta","text":'
DELTA = b'{"type":"content_block_delta","index":'
PING = StreamEvent(b"ping", b'{"type": "ping"}')
STOP = StreamEvent(b"message_stop", b'{"type":"message_stop"}')


def events_of(message: Mapping[str, Any]) -> Iterator[StreamEvent]:
    """Yield every event of the message's stream, in order, one ping after the first block has begun."""
    yield _message_start(message)
    for index, block in enumerate(message["content"]):
        number = str(index).encode()
        start, runs = CUTS.get(block["type"], _whole)(block)
        yield _block_start(number, start)
        if index == 0:
            yield PING
        for run in runs:
            prefix = DELTA + number + b',"delta":' + run.before
            for piece in run.pieces:
                yield StreamEvent(b"content_block_delta", prefix + _encode(piece) + run.after + b"}")
        yield _block_stop(number)
    yield _message_delta(message)
    yield STOP


def sse_of(message: Mapping[str, Any]) -> bytes:
    """Return the whole stream, as `events_of` has it. The pieces of a text are put into their frames together, in
    0.1 µs each."""
    parts = [_message_start(message).sse()]
    for index, block in enumerate(message["content"]):
        number = str(index).encode()
        start, runs = CUTS.get(block["type"], _whole)(block)
        parts.append(_block_start(number, start).sse())
        if index == 0:
            parts.append(PING.sse())
        parts += [_framed(number, run) for run in runs]
        parts.append(_block_stop(number).sse())
    parts += [_message_delta(message).sse(), STOP.sse()]
    return b"".join(parts)


def _framed(number: bytes, run: Run) -> bytes:
    """Return the events of a run. Pieces of a text without quotes are cut out of their JSON, where `","` can only be
    between two."""
    start = b"event: content_block_delta\ndata: " + DELTA + number + b',"delta":' + run.before
    end = run.after + b"}\n\n"
    pieces = list(run.pieces)
    if run.before == TEXT_DELTA and pieces:
        written = _encode(pieces)
        if b'\\"' not in written:
            return start + b'"' + written[2:-2].replace(b'","', b'"' + end + start + b'"') + b'"' + end
    return b"".join([start + _encode(piece) + end for piece in pieces])


def _block_start(number: bytes, start: Mapping[str, Any]) -> StreamEvent:
    data = b'{"type":"content_block_start","index":' + number + b',"content_block":' + _encode(start) + b"}"
    return StreamEvent(b"content_block_start", data)


def _block_stop(number: bytes) -> StreamEvent:
    return StreamEvent(b"content_block_stop", b'{"type":"content_block_stop","index":' + number + b"}")


def _message_start(message: Mapping[str, Any]) -> StreamEvent:
    begun = {key: value for key, value in message.items() if key not in LATE_FIELDS}
    usage = {key: value for key, value in message["usage"].items() if key not in ONLY_LATE}
    usage["output_tokens"] = max(1, min(4, usage["output_tokens"]))
    if usage.get("server_tool_use"):
        usage["input_tokens"] -= result_tokens(message["content"], message["model"])
        usage["server_tool_use"] = dict.fromkeys(usage["server_tool_use"], 0)
    begun.update(content=[], stop_reason=None, stop_sequence=None, stop_details=None, container=None, usage=usage)
    return StreamEvent(b"message_start", _encode({"type": "message_start", "message": begun}))


def _message_delta(message: Mapping[str, Any]) -> StreamEvent:
    usage = message["usage"]
    delta = {key: message.get(key) for key in DELTA_FIELDS}
    if message.get("container") is not None:
        delta["container"] = message["container"]
    event = {
        "type": "message_delta",
        "delta": delta,
        "usage": {key: usage[key] for key in LATE_USAGE if usage.get(key) is not None},
        **{key: message[key] for key in LATE_FIELDS if key in message},
    }
    return StreamEvent(b"message_delta", _encode(event))


# --- blocks: how each begins, and its deltas as JSON ------------------------------------------------------------------

Cut = tuple[Mapping[str, Any], Sequence[Run]]


def pieces_of_text(text: str) -> Iterable[str]:
    """Return the text in word-sized pieces that join back to it. Those of a long text are not all there at once."""
    if len(text) <= AT_ONCE:
        return _WORDS.findall(text)
    return (match[0] for match in _WORDS.finditer(text))


def _text(block: Mapping[str, Any]) -> Cut:
    cited = block.get("citations")
    start = {"type": "text", "text": ""} if cited is None else {"citations": [], "type": "text", "text": ""}
    citations = Run(b'{"type":"citations_delta","citation":', cited or ())
    return start, (citations, Run(TEXT_DELTA, pieces_of_text(block["text"])))


def _thinking(block: Mapping[str, Any]) -> Cut:
    thought = Run(b'{"type":"thinking_delta","thinking":', pieces_of_text(block.get("thinking", "")))
    seal = Run(b'{"type":"signature_delta","signature":', [block.get("signature", "")])
    return {**block, "thinking": "", "signature": ""}, (thought, seal)


def _tool_call(block: Mapping[str, Any]) -> Cut:
    written = _encode(block["input"]).decode() if block["input"] else ""
    pieces = ["", *(written[at : at + JSON_PIECE] for at in range(0, len(written), JSON_PIECE))]
    return {**block, "input": {}}, [Run(b'{"type":"input_json_delta","partial_json":', pieces)]


def _compaction(block: Mapping[str, Any]) -> Cut:
    delta = {"type": "compaction_delta", **{key: value for key, value in block.items() if key != "type"}}
    return {"type": "compaction", "content": None, "encrypted_content": None}, [Run(b"", [delta], b"")]


def _whole(block: Mapping[str, Any]) -> Cut:
    return block, []


CUTS: dict[str, Callable[[Mapping[str, Any]], Cut]] = {
    "text": _text,
    "thinking": _thinking,
    "tool_use": _tool_call,
    "server_tool_use": _tool_call,
    "mcp_tool_use": _tool_call,
    "compaction": _compaction,
}

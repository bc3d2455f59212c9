"""Four recorded streams and the results of a batch, cut at every byte and ended in three ways. Played in memory: what is
under test is what becomes of the bytes. A cut answer must never pass for a whole one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from tests.client.scripted import SSE, Script
from tests.faults import bodies
from tests.faults.surfaces import Seen, ask, ask_async

from tercet.transport.base import Lost
from tercet.wire.errors import APIConnectionError, APIError, ToolInputError

ENDS: dict[str, list[Any]] = {
    "clean end": [],
    "FIN": [Lost("read", "cut", "the connection ended within the body")],
    "RST": [Lost("read", "cut", "connection reset", ConnectionResetError())],
}
THINKING = (
    bodies.started(),
    bodies.block_started(type="thinking", thinking="", signature=""),
    bodies.event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "6 × 7 …"}),
    bodies.event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "c2ln"}),
    bodies.block_stopped(),
    bodies.block_started(1),
    bodies.delta("42 – äöü 😀", 1),
    bodies.block_stopped(1),
    bodies.changed(),
    bodies.STOPPED,
)
TWO_TOOLS = (
    *bodies.TOOL[:-2],
    bodies.block_started(1, type="tool_use", id="toolu_2", name="read", input={}),
    bodies.tool_delta('{"paths": ["/a", {"b": [1, 2', 1),
    bodies.tool_delta("]}]}", 1),
    bodies.block_stopped(1),
    *bodies.TOOL[-2:],
)
STREAMS: dict[str, bytes] = {
    "text": b"".join(bodies.EVENTS),
    "thinking": b"".join(THINKING),
    "tools": b"".join(TWO_TOOLS),
    "CR LF and comments": b": hello\r\n\r\n" + b"".join(bodies.EVENTS).replace(b"\n", b"\r\n"),
}
WHOLE_INPUTS: tuple[Any, ...] = ({"path": "/srv/a", "mode": "rw"}, {"paths": ["/a", {"b": [1, 2]}]})
SURFACES = ("raw", "helper")


def told_at(stream: bytes) -> tuple[int, int]:
    """Before the first byte an answer is certainly cut: the event of its stop reason is not there. From the second on it is
    certainly whole: that event has its blank line. Between them either reading is right."""
    said = stream.index(b'"stop_reason":"')
    crlf = b"\r\n" in stream
    end_of_line = stream.index(b"\r\n" if crlf else b"\n", said)
    return end_of_line, end_of_line + (4 if crlf else 2)


def cases(every: int = 1) -> Iterator[tuple[str, int, str, str, str]]:
    """(stream, byte, end, surface, world); `every` nth byte."""
    for name, stream in STREAMS.items():
        for at in range(0, len(stream) + 1, every):
            for end in ENDS:
                for surface in SURFACES:
                    for world in ("blocking", "async"):
                        yield name, at, end, surface, world


def problem_of(name: str, at: int, end: str, surface: str, world: str, loop: asyncio.AbstractEventLoop) -> str:
    """What is wrong with this cut; nothing if it ended as it must."""
    stream, seen, told = STREAMS[name], Seen(), None
    script = Script((200, SSE, [stream[:at], *ENDS[end]] if at else ENDS[end]))
    error: BaseException | None = None
    try:
        if world == "blocking":
            told = ask(script.client(), surface, seen)
        else:
            told = loop.run_until_complete(ask_async(script.async_client(), surface, seen))
    except BaseException as caught:
        error = caught
    if not all(each.closed for each in script.streams):
        return "the body is left open"
    if error is not None and not isinstance(error, APIError):
        return f"{type(error).__name__} escapes"
    cut_before, whole_from = told_at(stream)
    if at < cut_before or (at < whole_from and error is not None):
        return _cut(told, error, seen)
    return f"{type(error).__name__} after the stop reason" if error is not None else ""


def _cut(told: Any, error: Any, seen: Seen) -> str:
    if error is None:
        return f"a success of part of the answer: {told}"
    if not isinstance(error, APIConnectionError) or isinstance(error, ToolInputError):
        return f"{type(error).__name__} instead of an APIConnectionError"
    part, shown = error.partial_message, "".join(seen.text)
    if part is None:
        return "what had come is lost" if shown else ""
    if part.text != shown or part.stop_reason is not None:
        return f"the part {part.text!r} ({part.stop_reason}) is not what was shown, {shown!r}"
    calls = [block for block in part.content if block.type == "tool_use"]
    if any(call.input_complete and call.input not in WHOLE_INPUTS for call in calls):
        return f"a tool call that was cut looks whole: {calls}"
    return ""

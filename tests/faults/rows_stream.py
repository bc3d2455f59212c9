"""Rows 64–102: streams: how they break, how they are written, what they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.faults import bodies
from tests.faults.bodies import (
    BEGUN,
    DELTAS,
    ENDED,
    EVENTS,
    PING,
    STOPPED,
    TOOL,
    block_started,
    block_stopped,
    changed,
    delta,
    error_event,
    event,
    events,
    of,
    started,
    tool_delta,
)
from tests.faults.row import ONCE, ONE, SHORT, STREAMS, Due, Row, fails, fine
from tests.faults.server import Fin, Raw, Repeat, Reset, Stall, Steps, chunked_head, chunks, response

ON = {"on": STREAMS}
PART = b"".join((*BEGUN, *DELTAS[:2]))
CUT = fails("IncompleteStreamError", sends=ONCE)
BROKEN = fails("StreamProtocolError", sends=ONCE)
NOT_BEGUN = fails("IncompleteStreamError", phase="nothing_yielded")


def stream(*parts: bytes) -> Callable[[str], list[Steps]]:
    """A stream of these events that ends cleanly."""
    return lambda kind: [(events(*parts),)]


def joined(change: Callable[[bytes], bytes]) -> Callable[[str], list[Steps]]:
    """The good stream, changed as one text."""
    return stream(change(b"".join(EVENTS)))


def between(*parts: bytes) -> Callable[[str], list[Steps]]:
    """The good stream with something in the midst of its text."""
    return stream(*BEGUN, *DELTAS[:2], *parts, *DELTAS[2:], *ENDED)


def open_stream(*steps: Any, parts: Sequence[bytes] = (*BEGUN, *DELTAS[:2])) -> Callable[[str], list[Steps]]:
    return lambda kind: [(of("sse", *parts, end=False), *steps)]


def in_one_read(broken: bytes) -> Callable[[str], list[Steps]]:
    """Good events and what breaks the framing behind them, in one piece."""
    return lambda kind: [(Raw(of("sse", *BEGUN, *DELTAS[:2], end=False) + broken), Stall())]


TRANSPORT = [
    Row(46, "a bad chunk behind good events", in_one_read(b"zz\r\n"), CUT, **ON),
    Row(
        46,
        "a chunk behind good events that is longer than it says",
        in_one_read(b"8\r\n: ping\n\nmore\r\n"),
        CUT,
        **ON,
    ),
    Row(64, "RST within the stream", open_stream(Reset()), CUT, **ON),
    Row(65, "FIN within the stream", open_stream(Fin()), CUT, **ON),
    Row(66, "a clean end without a stop reason", stream(*BEGUN, *DELTAS), CUT, **ON),
    Row(66, "a clean end within an event", stream(PART + delta("x")[:-20]), CUT, **ON),
    Row(66, "a clean end after the block", stream(*BEGUN, *DELTAS, block_stopped()), CUT, **ON),
    Row(
        66, "a clean end before the last result", lambda kind: [(of(kind, *bodies.RESULTS[:2]),)], CUT, on=("results",)
    ),
    Row(
        66,
        "FIN before the last result",
        lambda kind: [(of(kind, *bodies.RESULTS[:2], end=False), Fin())],
        CUT,
        on=("results",),
    ),
    Row(
        66,
        "RST before the last result",
        lambda kind: [(of(kind, *bodies.RESULTS[:2], end=False), Reset())],
        CUT,
        on=("results",),
    ),
    Row(67, "an empty stream", stream(), NOT_BEGUN, kept=False, **ON),
    Row(67, "pings alone", stream(PING, PING), NOT_BEGUN, kept=False, **ON),
    Row(67, "an end after message_start", stream(started()), NOT_BEGUN, kept=False, **ON),
    Row(
        67,
        "FIN after message_start",
        open_stream(Fin(), parts=(started(),)),
        NOT_BEGUN,
        kept=False,
        **ON,
    ),
    Row(68, "no message_stop", stream(*EVENTS[:-1]), fine(), **ON),
    Row(68, "no blank line at the end", joined(lambda text: text[:-1]), fine(), **ON),
    Row(68, "FIN after the stop reason", open_stream(Fin(), parts=EVENTS[:-1]), fine(), **ON),
    Row(
        69,
        "silence within the stream",
        open_stream(Stall()),
        fails("StreamIdleTimeoutError", sends=ONCE),
        chunkings=ONE,
        client={"timeout": SHORT},
        **ON,
    ),
    Row(
        69,
        "silence within the results",
        lambda kind: [(of(kind, *bodies.RESULTS[:2], end=False), Stall())],
        fails("APITimeoutError", sends=ONCE),
        chunkings=ONE,
        client={"timeout": SHORT},
        on=("results",),
    ),
    Row(
        70,
        "pings and nothing else",
        open_stream(Repeat(chunks(PING, end=False), every=0.04, times=50), Fin()),
        fails("StreamIdleTimeoutError", sends=ONCE),
        chunkings=ONE,
        client={"timeout": 5, "stream_idle_timeout": 0.3},
        **ON,
    ),
    Row(
        71,
        "a slow drip",
        lambda kind: [(chunked_head(bodies.SSE), *(chunks(part, end=False) for part in EVENTS), b"0\r\n\r\n")],
        fine(),
        chunkings=("bytes",),
        client={"timeout": SHORT * 4},
        **ON,
    ),
    Row(73, "JSON where a stream was due", lambda kind: [(bodies.good("json"),)], fine(), **ON),
    Row(
        73,
        "a JSON error where a stream was due",
        lambda kind: [(response(bodies.ERROR),)],
        fails("OverloadedError", phase="refused", status=200),
        kept=False,
        **ON,
    ),
    Row(
        73,
        "a page where a stream was due",
        lambda kind: [(response(b"<html>Log in</html>", "text/html"),)],
        CUT,
        kept=False,
        **ON,
    ),
    Row(74, "a stream said to be text", lambda kind: [(chunked_head("text/plain") + chunks(*EVENTS),)], fine(), **ON),
    Row(
        74,
        "a stream without a content type",
        lambda kind: [(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks(*EVENTS),)],
        fine(),
        **ON,
    ),
]

FORMAT = [
    Row(75, "CR LF", joined(lambda text: text.replace(b"\n", b"\r\n")), fine(), **ON),
    Row(75, "CR alone", joined(lambda text: text.replace(b"\n", b"\r")), fine(), **ON),
    Row(75, "mixed line ends", joined(lambda text: text.replace(b"\n", b"\r\n", 7)), fine(), **ON),
    Row(
        75,
        "line ends of results",
        lambda kind: [(of(kind, *(line.replace(b"\n", b"\r\n") for line in bodies.RESULTS)),)],
        fine(),
        on=("results",),
    ),
    Row(76, "a byte order mark", joined(lambda text: b"\xef\xbb\xbf" + text), fine(), **ON),
    Row(77, "comments, ids and retries", between(b": hello\n\nid: 7\nretry: 5\n\n", b":\n\n"), fine(), **ON),
    Row(77, "leading blank lines", joined(lambda text: b"\n\n\n" + text), fine(), **ON),
    Row(
        78,
        "data of several lines",
        joined(lambda text: text.replace(b'"index":0,"delta"', b'"index":0,\ndata: "delta"')),
        fine(),
        **ON,
    ),
    Row(79, "event after data", between(b'data: {"type":"ping"}\nevent: ping\n\n'), fine(), **ON),
    Row(
        79,
        "data without event",
        joined(lambda text: b"\n".join(line for line in text.split(b"\n") if not line.startswith(b"event:"))),
        fine(),
        **ON,
    ),
    Row(79, "no space after the colon", joined(lambda text: text.replace(b"data: ", b"data:")), fine(), **ON),
    Row(
        80,
        "line separators of Unicode",
        stream(*BEGUN, delta("a\u2028b\u0085c\u2029"), *ENDED),
        fine(value={"text": "a\u2028b\u0085c\u2029"}),
        **ON,
    ),
    Row(
        80,
        "line separators in results",
        lambda kind: [(of(kind, *(line.replace(b"Hello", "a\u2028b".encode()) for line in bodies.RESULTS)),)],
        fine(),
        on=("results",),
    ),
    Row(81, "letters of four bytes", stream(*BEGUN, delta("😀" * 40), *ENDED), fine(value={"text": "😀" * 40}), **ON),
    Row(82, "bytes that are not UTF-8", between(delta("xyz").replace(b"y", b"\xff")), BROKEN, **ON),
    Row(
        83,
        "a lone surrogate",
        stream(*BEGUN, delta("X").replace(b'"X"', b'"\\ud800"'), *ENDED),
        fine(value={"text": "\ud800"}),
        **ON,
    ),
    Row(84, "data that is not JSON", between(b"event: content_block_delta\ndata: {oops\n\n"), BROKEN, **ON),
    Row(84, "NUL as data", between(b"event: content_block_delta\ndata: \0\n\n"), BROKEN, **ON),
    Row(84, "[DONE] after the end", stream(*EVENTS, b"data: [DONE]\n\n"), fine(), **ON),
    Row(
        84,
        "a result that is not JSON",
        lambda kind: [(of(kind, bodies.RESULTS[0], b"{oops\n", bodies.RESULTS[2]),)],
        BROKEN,
        on=("results",),
    ),
    Row(85, "data that is null", between(b"event: content_block_delta\ndata: null\n\n"), BROKEN, **ON),
    Row(85, "data that is a list", between(b"event: content_block_delta\ndata: [1]\n\n"), BROKEN, **ON),
    Row(85, "NaN as index", between(delta("x").replace(b'"index":0', b'"index":NaN')), BROKEN, **ON),
    Row(85, "a string as index", between(delta("x", "0")), BROKEN, **ON),
    Row(
        86,
        "a line of 8 MB",
        stream(*BEGUN, delta("y" * 8_000_000), *ENDED),
        fine(value={"text": "y" * 8_000_000}),
        chunkings=("whole", "random"),
        costly=True,
        **ON,
    ),
    Row(
        86,
        "32 MB without a line end",
        open_stream(Repeat(b"%x\r\n%s\r\n" % (1 << 20, b"z" * (1 << 20)), times=32), Fin()),
        BROKEN,
        chunkings=ONE,
        costly=True,
        **ON,
    ),
    Row(87, "100,000 comments", between(b": c\n\n" * 100_000), fine(), chunkings=ONE, costly=True, **ON),
    Row(
        87,
        "100,000 events without data",
        between(b"event: ping\n\n" * 100_000),
        fine(),
        chunkings=ONE,
        costly=True,
        **ON,
    ),
]

NEW_BLOCK = (
    block_started(1, type="quite_new", what="ever"),
    event("content_block_delta", index=1, delta={"type": "quite_new_delta", "x": 1}),
    block_stopped(1),
)
TOOL_BAD = (*TOOL[:3], tool_delta("oops}"), *TOOL[4:])
TOOL_INPUT = {"path": "/srv/a", "mode": "rw"}
NEGATIVE = changed("end_turn", output_tokens=-5, input_tokens=10**15)


def tool_fails(surface: str) -> Due:
    """Raw events leave inputs to who puts them together; the helper refuses one that is no JSON."""
    return (
        fails("ToolInputError", sends=ONCE)
        if surface == "helper"
        else fine(value={"text": "", "stop_reason": "tool_use"})
    )


MEANING = [
    Row(88, "an unknown event", between(event("quite_new", x=1)), fine(), **ON),
    Row(
        88,
        "an unknown delta",
        between(event("content_block_delta", index=0, delta={"type": "quite_new_delta", "x": 1})),
        fine(),
        **ON,
    ),
    Row(88, "an unknown block", stream(*BEGUN, *DELTAS, block_stopped(), *NEW_BLOCK, changed(), STOPPED), fine(), **ON),
    Row(
        89,
        "a name that is not the type",
        joined(lambda text: text.replace(b"event: content_block_delta", b"event: ping")),
        fine(),
        **ON,
    ),
    Row(
        90,
        "an error before all",
        stream(error_event()),
        fails("OverloadedError", phase="nothing_yielded", status=200),
        kept=False,
        **ON,
    ),
    Row(
        90,
        "an error after message_start",
        stream(started(), error_event()),
        fails("OverloadedError", phase="nothing_yielded", status=200),
        kept=False,
        **ON,
    ),
    Row(
        90,
        "an error before all, then an answer",
        lambda kind: [(events(error_event()),), (events(*EVENTS),)],
        fine(2),
        **ON,
    ),
    Row(
        90,
        "a refusal before all",
        stream(error_event("invalid_request_error")),
        fails("BadRequestError", sends=ONCE, phase="nothing_yielded", status=200),
        kept=False,
        **ON,
    ),
    Row(
        91,
        "an error within the text",
        stream(PART, error_event()),
        fails("OverloadedError", sends=ONCE, status=200),
        **ON,
    ),
    Row(
        91,
        "a rate limit within the text",
        stream(PART, error_event("rate_limit_error")),
        fails("RateLimitError", sends=ONCE, status=200),
        **ON,
    ),
    Row(
        91,
        "an unknown error within the text",
        stream(PART, error_event("quite_new_error")),
        fails("APIStatusError", sends=ONCE, status=200),
        **ON,
    ),
    Row(92, "an error after the end", stream(*EVENTS, error_event()), fine(), **ON),
    Row(
        93,
        "an error that is not JSON",
        stream(PART, b"event: error\ndata: broken\n\n"),
        fails("APIStatusError", sends=ONCE, status=200),
        **ON,
    ),
    Row(94, "message_start twice", stream(started(), *BEGUN, *DELTAS, *ENDED), fine(), **ON),
    Row(94, "content_block_start twice", between(block_started()), fine(), **ON),
    Row(94, "content_block_stop twice", stream(*BEGUN, *DELTAS, block_stopped(), *ENDED), fine(), **ON),
    Row(96, "a delta before its block", stream(started(), *DELTAS, *ENDED), BROKEN, **ON),
    Row(96, "a first block of index 5", stream(started(), block_started(5), *ENDED), BROKEN, **ON),
    Row(96, "a delta after its block", stream(*BEGUN, block_stopped(), delta("x"), *ENDED), BROKEN, **ON),
    Row(97, "a negative index", between(delta("x", -1)), BROKEN, **ON),
    Row(
        98,
        "events after message_stop",
        stream(*EVENTS, *BEGUN[:2], *DELTAS, *ENDED),
        fine(value={"helper text": bodies.TEXT}),
        **ON,
    ),
    Row(
        98, "a delta after message_stop", stream(*EVENTS, delta("more")), fine(value={"helper text": bodies.TEXT}), **ON
    ),
    Row(
        99,
        "a tool call",
        stream(*TOOL),
        fine(value={"text": "", "stop_reason": "tool_use", "inputs": [TOOL_INPUT]}),
        **ON,
    ),
    Row(99, "tool input that is no JSON", stream(*TOOL_BAD), tool_fails, **ON),
    Row(
        100,
        "tool input cut off, clean end",
        stream(*TOOL[:3], tool_delta('"mode": "rw')),
        fails("IncompleteStreamError", sends=ONCE),
        **ON,
    ),
    Row(
        100,
        "tool input cut off, FIN",
        open_stream(Fin(), parts=TOOL[:3]),
        fails("IncompleteStreamError", sends=ONCE),
        **ON,
    ),
    Row(
        101,
        "tool input cut off by max_tokens",
        stream(*TOOL[:3], block_stopped(), changed("max_tokens"), STOPPED),
        fine(value={"text": "", "stop_reason": "max_tokens", "complete": [False]}),
        **ON,
    ),
    Row(
        102,
        "no usage at all",
        joined(
            lambda text: text.replace(b',"usage":{"output_tokens":9}', b"").replace(
                b',"usage":{"input_tokens":12,"output_tokens":1}', b""
            )
        ),
        fine(),
        **ON,
    ),
    Row(
        102,
        "usage that is negative and huge",
        stream(*BEGUN, *DELTAS, block_stopped(), NEGATIVE, STOPPED),
        fine(),
        **ON,
    ),
]

ROWS = [*TRANSPORT, *FORMAT, *MEANING]

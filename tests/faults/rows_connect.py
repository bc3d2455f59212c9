"""Rows 1–27: before and within the headers of a response."""

from __future__ import annotations

from tests.faults import bodies
from tests.faults.row import NEVER, ONCE, ONE, SHORT, STREAMS, Row, fails, fine, not_sent, same
from tests.faults.server import Fin, Raw, Repeat, Reset, Stall, head, response
from tests.faults.surfaces import SURFACES

GOOD = lambda kind: [(bodies.good(kind),)]  # noqa: E731 - one line of a table
NOT_SENT = ("APIConnectionError",)
GONE = {"answered": False}
"""Nobody is there for the next call either."""


def raw(data: bytes) -> Raw:
    return Raw(data)


def framed(*lines: str):  # type: ignore[no-untyped-def]
    """A good body under these headers."""
    return lambda kind: [(head("200 OK", f"content-type: {bodies.KINDS[kind]}", *lines) + bodies.BODY[kind],)]


LOST = fails("APIConnectionError", phase="unanswered")

AND_BATCH = (*SURFACES, "batch")
CLOSED_LATE = lambda kind: [(bodies.good(kind),), (Fin(),), (bodies.good(kind),)]  # noqa: E731
UNREPEATED = fails("APIConnectionError", sends=lambda retries: 2, retries=NEVER, phase="unanswered")
"""The question before, and this one, once."""

CONNECT = [
    Row(
        1,
        "connection refused",
        GOOD,
        not_sent(*NOT_SENT, says="refused"),
        chunkings=ONE,
        place="refused",
        **GONE,
    ),
    Row(2, "unknown host", GOOD, not_sent(*NOT_SENT), chunkings=ONE, place="unknown", **GONE),
    Row(
        3,
        "connect timeout",
        GOOD,
        not_sent("APITimeoutError"),
        chunkings=ONE,
        place="black hole",
        **GONE,
        client={"timeout": SHORT},
    ),
    Row(
        4,
        "TLS to a plain port",
        GOOD,
        not_sent(*NOT_SENT, retries=NEVER, says="TLS"),
        chunkings=ONE,
        place="no TLS",
        **GONE,
        on_accept=(Raw(response(b"{}", status="400 Bad Request")), Fin()),
    ),
    Row(
        5,
        "certificate of an unknown authority",
        GOOD,
        not_sent(*NOT_SENT, retries=NEVER, says="certificate"),
        chunkings=ONE,
        place="unknown authority",
        **GONE,
    ),
    Row(
        5,
        "certificate that has expired",
        GOOD,
        not_sent(*NOT_SENT, retries=NEVER, says="expired"),
        chunkings=ONE,
        place="expired",
        **GONE,
    ),
    Row(
        5,
        "certificate of another host",
        GOOD,
        not_sent(*NOT_SENT, retries=NEVER, says="127.0.0.1"),
        chunkings=ONE,
        place="another host",
        **GONE,
    ),
    Row(
        6,
        "TLS cut within the body",
        lambda kind: [(bodies.good(kind)[: len(bodies.good(kind)) // 2], Fin())],
        lambda surface: (
            fails("APIConnectionError", phase="body_lost")
            if surface in ("create", "parse")
            else fails("IncompleteStreamError", sends=ONCE)
        ),
        chunkings=ONE,
        place="TLS",
    ),
    Row(
        7,
        "proxy refused",
        GOOD,
        not_sent(*NOT_SENT, says="127.0.0.1:"),
        chunkings=ONE,
        place="proxy refused",
        **GONE,
    ),
    Row(
        8,
        "proxy answers 407",
        GOOD,
        not_sent(*NOT_SENT, retries=NEVER, says="407"),
        chunkings=ONE,
        place="proxy 407",
        **GONE,
    ),
    Row(
        9,
        "proxy closes after CONNECT",
        GOOD,
        not_sent(*NOT_SENT),
        chunkings=ONE,
        place="proxy closes",
        **GONE,
    ),
    Row(10, "IPv6 dead, IPv4 alive", GOOD, fine(), chunkings=ONE, place="localhost"),
    Row(
        12,
        "a kept connection closed before it is used again",
        lambda kind: [(bodies.good(kind), Fin()), (bodies.good(kind),)],
        fine(2, retries=NEVER),
        on=AND_BATCH,
        chunkings=ONE,
        place="kept, closed",
        hops=1,
    ),
    Row(
        12,
        "a kept connection spoilt before it is used again",
        lambda kind: [(bodies.good(kind) + response(b"", "text/plain", "408 Request Timeout"),), (bodies.good(kind),)],
        fine(2, retries=NEVER),
        chunkings=ONE,
        place="kept",
        hops=1,
    ),
    Row(
        12,
        "a kept connection closed when it had the whole request",
        CLOSED_LATE,
        fine(3, retries=ONCE),
        chunkings=ONE,
        place="kept",
        hops=1,
    ),
    Row(
        12,
        "a kept connection closed when it had the whole request of a batch",
        CLOSED_LATE,
        UNREPEATED,
        on=("batch",),
        chunkings=ONE,
        place="kept",
        hops=1,
    ),
    *(
        Row(
            12,
            f"a kept connection {how} when it had the whole request, {said}",
            answers,
            UNREPEATED,
            on=AND_BATCH,
            chunkings=ONE,
            place="kept",
            client=client,
            hops=1,
        )
        for how, answers in (("closed", CLOSED_LATE), ("reset", lambda kind: [(bodies.good(kind),), (Reset(),)]))
        for said, client in (
            ("max_retries=0", {"max_retries": 0}),
            ("retry_ambiguous=False", {"retry_ambiguous": False}),
        )
    ),
]

HEADERS = [
    Row(13, "FIN before the headers", same(Fin()), LOST, chunkings=ONE),
    Row(
        13,
        "FIN within the headers",
        same(b"HTTP/1.1 200 OK\r\ncontent-ty", Fin()),
        fails("APIConnectionError", phase="unanswered"),
    ),
    Row(14, "RST before the headers", same(Reset()), LOST, chunkings=ONE),
    Row(
        14,
        "RST before anything was read",
        GOOD,
        not_sent("APIConnectionError", phase="not_sent|unanswered"),
        chunkings=ONE,
        on_accept=(Reset(),),
    ),
    Row(
        15,
        "silence before the headers",
        same(Stall()),
        fails("APITimeoutError", phase="unanswered"),
        chunkings=ONE,
        client={"timeout": SHORT},
    ),
    Row(
        15,
        "silence within the headers",
        same(b"HTTP/1.1 200 OK\r\nco", Stall()),
        fails("APITimeoutError", phase="unanswered"),
        chunkings=ONE,
        client={"timeout": SHORT},
    ),
    Row(
        16,
        "no status line",
        same(b"\x00\x01\x02garbage\r\n\r\n", Fin()),
        fails("APIConnectionError", phase="unanswered"),
    ),
    Row(
        16, "a TLS alert", same(b"\x15\x03\x03\x00\x02\x02\x28", Fin()), fails("APIConnectionError", phase="unanswered")
    ),
    Row(
        16,
        "HTTP/2 in the status line",
        same(b"HTTP/2 200\r\n\r\n", Fin()),
        fails("APIConnectionError", phase="unanswered"),
    ),
    Row(
        17,
        "headers of 1 MB",
        lambda kind: [(head("200 OK", *(f"x-{number}: {'a' * 1000}" for number in range(1000))), Fin())],
        fails("APIConnectionError", sends=ONCE, phase="unanswered"),
        chunkings=ONE,
    ),
    Row(18, "five interim responses", lambda kind: [(head("103 Early Hints") * 5 + bodies.good(kind),)], fine()),
    Row(18, "100 Continue", lambda kind: [(head("100 Continue") + bodies.good(kind),)], fine()),
    Row(
        18,
        "a flood of interim responses",
        same(Repeat(head("103 Early Hints"), times=1000), Fin()),
        fails("APIConnectionError", sends=ONCE, phase="unanswered"),
        chunkings=ONE,
    ),
    Row(
        19,
        "bare line feeds between headers",
        lambda kind: [(bodies.good(kind).replace(b"\r\n", b"\n", 2), Fin())],
        fails("APIConnectionError", phase="unanswered"),
    ),
    *(
        Row(
            19,
            f"{what} ended by a bare line feed, and silence",
            lambda kind, begun=begun: [(begun, Stall())],
            fails("APIConnectionError", phase="unanswered"),
        )
        for what, begun in (
            ("a status line", b"HTTP/1.1 200 OK\n"),
            ("a header", b"HTTP/1.1 200 OK\r\nx-a: b\n"),
            ("the headers", head("200 OK", "content-length: 2")[:-2] + b"\n{}"),
        )
    ),
    Row(
        19,
        "a folded header",
        lambda kind: [(bodies.good(kind, "x-long: a\r\n b"), Fin())],
        fails("APIConnectionError", sends=ONCE, phase="unanswered"),
    ),
    Row(
        20,
        "NUL in a header",
        lambda kind: [(bodies.good(kind, "x-nul: a\0b"), Fin())],
        fails("APIConnectionError", sends=ONCE, phase="unanswered"),
    ),
    Row(
        21,
        "two lengths that differ",
        lambda kind: framed(f"content-length: {len(bodies.BODY[kind])}", "content-length: 5")(kind),
        fails("APIConnectionError", sends=ONCE, phase="unanswered"),
    ),
    Row(
        22,
        "length and chunks at once",
        lambda kind: [
            (
                head("200 OK", f"content-type: {bodies.KINDS[kind]}", "content-length: 5", "transfer-encoding: chunked")
                + bodies.chunks(*bodies.PARTED[kind]),
            )
        ],
        fails("APIConnectionError", sends=ONCE, phase="unanswered"),
    ),
    Row(
        23, "204", same(head("204 No Content")), fails("APIResponseValidationError", sends=ONCE), on=("create", "parse")
    ),
    Row(
        23,
        "204 to a stream",
        same(head("204 No Content")),
        fails("IncompleteStreamError", sends=ONCE),
        on=(*STREAMS, "results"),
    ),
    Row(
        23,
        "200 without a body",
        same(response(b"")),
        fails("APIResponseValidationError", sends=ONCE),
        on=("create", "parse"),
    ),
    Row(
        24,
        "301 to a POST",
        same(head("301 Moved", "location: /elsewhere", "content-length: 0")),
        fails("APIStatusError", sends=ONCE, phase="refused", status=301),
        on=("create", "parse", *STREAMS),
    ),
    Row(
        24,
        "302 to a POST",
        same(head("302 Found", "location: /elsewhere", "content-length: 0")),
        fails("APIStatusError", sends=ONCE, phase="refused", status=302),
        on=("create", "parse", *STREAMS),
    ),
    Row(
        25,
        "307 on the same origin",
        lambda kind: [(head("307 Moved", "location: /v1/elsewhere", "content-length: 0"),), (bodies.good(kind),)],
        fine(2),
        hops=1,
    ),
    Row(
        25,
        "308 on the same origin",
        lambda kind: [(head("308 Moved", "location: /v1/elsewhere", "content-length: 0"),), (bodies.good(kind),)],
        fine(2),
        hops=1,
    ),
    Row(
        25,
        "a loop of 307",
        same(head("307 Moved", "location: /v1/elsewhere", "content-length: 0")),
        fails("APIStatusError", sends=lambda retries: 6, phase="refused", status=307),
        hops=5,
    ),
    Row(
        26,
        "307 to another origin",
        same(head("307 Moved", "location: http://localhost:9/v1/messages", "content-length: 0")),
        fails("APIStatusError", sends=ONCE, phase="refused", status=307),
    ),
    Row(
        26,
        "308 to another scheme",
        same(head("308 Moved", "location: https://127.0.0.1:9/v1/messages", "content-length: 0")),
        fails("APIStatusError", sends=ONCE, phase="refused", status=308),
    ),
    Row(27, "304", same(head("304 Not Modified")), fails("APIStatusError", sends=ONCE, phase="refused", status=304)),
]

ROWS = [*CONNECT, *HEADERS]

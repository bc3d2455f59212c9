"""Rows 1–27: before and within the headers of a response."""

from __future__ import annotations

from tests.faults import bodies
from tests.faults.row import ONE, SHORT, STREAMS, Row, fails, fine, same
from tests.faults.server import Fin, Raw, Repeat, Reset, Stall, head, response

GOOD = lambda kind: [(bodies.good(kind),)]  # noqa: E731 - one line of a table
NOT_SENT = ("APIConnectionError",)
ANY = (1, 3)


def raw(data: bytes) -> Raw:
    return Raw(data)


def framed(*lines: str):  # type: ignore[no-untyped-def]
    """A good body under these headers."""
    return lambda kind: [(head("200 OK", f"content-type: {bodies.KINDS[kind]}", *lines) + bodies.BODY[kind],)]


CONNECT = [
    Row(
        1,
        "connection refused",
        GOOD,
        fails(*NOT_SENT, requests=0, retries=2, says="refused"),
        chunkings=ONE,
        place="refused",
    ),
    Row(2, "unknown host", GOOD, fails(*NOT_SENT, requests=0, retries=2), chunkings=ONE, place="unknown"),
    Row(
        3,
        "connect timeout",
        GOOD,
        fails("APITimeoutError", requests=0, retries=2),
        chunkings=ONE,
        place="black hole",
        client={"timeout": SHORT},
    ),
    Row(
        4,
        "TLS to a plain port",
        GOOD,
        fails(*NOT_SENT, requests=0, retries=0, says="TLS"),
        chunkings=ONE,
        place="no TLS",
        on_accept=(Raw(response(b"{}", status="400 Bad Request")), Fin()),
    ),
    Row(
        5,
        "certificate of an unknown authority",
        GOOD,
        fails(*NOT_SENT, requests=0, retries=0, says="certificate"),
        chunkings=ONE,
        place="unknown authority",
    ),
    Row(
        5,
        "certificate that has expired",
        GOOD,
        fails(*NOT_SENT, requests=0, retries=0, says="expired"),
        chunkings=ONE,
        place="expired",
    ),
    Row(
        5,
        "certificate of another host",
        GOOD,
        fails(*NOT_SENT, requests=0, retries=0, says="127.0.0.1"),
        chunkings=ONE,
        place="another host",
    ),
    Row(
        6,
        "TLS cut within the body",
        lambda kind: [(bodies.good(kind)[: len(bodies.good(kind)) // 2], Fin())],
        lambda surface: fails("APIConnectionError", requests=3 if surface in ("create", "parse") else 1),
        chunkings=ONE,
        place="TLS",
    ),
    Row(
        7,
        "proxy refused",
        GOOD,
        fails(*NOT_SENT, requests=0, retries=2, says="127.0.0.1:"),
        chunkings=ONE,
        place="proxy refused",
    ),
    Row(
        8,
        "proxy answers 407",
        GOOD,
        fails(*NOT_SENT, requests=0, retries=0, says="407"),
        chunkings=ONE,
        place="proxy 407",
    ),
    Row(
        9,
        "proxy closes after CONNECT",
        GOOD,
        fails(*NOT_SENT, requests=0, retries=2),
        chunkings=ONE,
        place="proxy closes",
    ),
    Row(10, "IPv6 dead, IPv4 alive", GOOD, fine(), chunkings=ONE, place="localhost"),
    Row(
        12,
        "kept connection closed by the server while idle",
        lambda kind: [(bodies.good(kind), Fin()), (bodies.good(kind),)],
        fine(2, retries=0),
        chunkings=ONE,
        place="kept",
    ),
    Row(
        12,
        "kept connection spoilt by the server while idle",
        lambda kind: [(bodies.good(kind) + response(b"", "text/plain", "408 Request Timeout"),), (bodies.good(kind),)],
        fine(2, retries=0),
        chunkings=ONE,
        place="kept",
    ),
    Row(
        12,
        "kept connection closed after the whole request",
        lambda kind: [(bodies.good(kind),), (Fin(),), (bodies.good(kind),)],
        fine(3, retries=1),
        chunkings=ONE,
        place="kept",
    ),
    Row(
        12,
        "kept connection reset after the whole request",
        lambda kind: [(bodies.good(kind),), (Reset(),), (bodies.good(kind),)],
        fine(3, retries=1),
        chunkings=ONE,
        place="kept",
    ),
    Row(
        12,
        "kept connection closed after the whole request, no retries",
        lambda kind: [(bodies.good(kind),), (Fin(),), (bodies.good(kind),)],
        fails("APIConnectionError", requests=2, retries=0),
        chunkings=ONE,
        place="kept",
        client={"max_retries": 0, "retry_ambiguous": False},
    ),
    Row(
        12,
        "kept connection closed after the whole request, nothing ambiguous repeated",
        lambda kind: [(bodies.good(kind),), (Fin(),), (bodies.good(kind),)],
        fails("APIConnectionError", requests=2, retries=0),
        chunkings=ONE,
        place="kept",
        client={"retry_ambiguous": False},
    ),
]

HEADERS = [
    Row(13, "FIN before the headers", same(Fin()), fails("APIConnectionError"), chunkings=ONE),
    Row(13, "FIN within the headers", same(b"HTTP/1.1 200 OK\r\ncontent-ty", Fin()), fails("APIConnectionError")),
    Row(14, "RST before the headers", same(Reset()), fails("APIConnectionError"), chunkings=ONE),
    Row(
        14,
        "RST before anything was read",
        GOOD,
        fails("APIConnectionError", requests=0),
        chunkings=ONE,
        on_accept=(Reset(),),
    ),
    Row(
        15,
        "silence before the headers",
        same(Stall()),
        fails("APITimeoutError"),
        chunkings=ONE,
        client={"timeout": SHORT},
    ),
    Row(
        15,
        "silence within the headers",
        same(b"HTTP/1.1 200 OK\r\nco", Stall()),
        fails("APITimeoutError"),
        chunkings=ONE,
        client={"timeout": SHORT},
    ),
    Row(16, "no status line", same(b"\x00\x01\x02garbage\r\n\r\n", Fin()), fails("APIConnectionError")),
    Row(16, "a TLS alert", same(b"\x15\x03\x03\x00\x02\x02\x28", Fin()), fails("APIConnectionError")),
    Row(16, "HTTP/2 in the status line", same(b"HTTP/2 200\r\n\r\n", Fin()), fails("APIConnectionError")),
    Row(
        17,
        "headers of 1 MB",
        lambda kind: [(head("200 OK", *(f"x-{number}: {'a' * 1000}" for number in range(1000))), Fin())],
        fails("APIConnectionError", requests=1),
        chunkings=ONE,
    ),
    Row(18, "five interim responses", lambda kind: [(head("103 Early Hints") * 5 + bodies.good(kind),)], fine()),
    Row(18, "100 Continue", lambda kind: [(head("100 Continue") + bodies.good(kind),)], fine()),
    Row(
        18,
        "a flood of interim responses",
        same(Repeat(head("103 Early Hints"), times=1000), Fin()),
        fails("APIConnectionError", requests=1),
        chunkings=ONE,
    ),
    Row(
        19,
        "bare line feeds between headers",
        lambda kind: [(bodies.good(kind).replace(b"\r\n", b"\n", 2), Fin())],
        fails("APIConnectionError", requests=ANY),
    ),
    Row(
        19,
        "a folded header",
        lambda kind: [(bodies.good(kind, "x-long: a\r\n b"), Fin())],
        fails("APIConnectionError", requests=ANY),
    ),
    Row(
        20,
        "NUL in a header",
        lambda kind: [(bodies.good(kind, "x-nul: a\0b"), Fin())],
        fails("APIConnectionError", requests=1),
    ),
    Row(
        21,
        "two lengths that differ",
        lambda kind: framed(f"content-length: {len(bodies.BODY[kind])}", "content-length: 5")(kind),
        fails("APIConnectionError", requests=1),
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
        fails("APIConnectionError", requests=1),
    ),
    Row(
        23, "204", same(head("204 No Content")), fails("APIResponseValidationError", requests=1), on=("create", "parse")
    ),
    Row(
        23,
        "204 to a stream",
        same(head("204 No Content")),
        fails("APIError", requests=(1, 3)),
        on=(*STREAMS, "results"),
    ),
    Row(
        23,
        "200 without a body",
        same(response(b"")),
        fails("APIResponseValidationError", requests=1),
        on=("create", "parse"),
    ),
    Row(
        24,
        "301 to a POST",
        same(head("301 Moved", "location: /elsewhere", "content-length: 0")),
        fails("APIStatusError", requests=1, status=301),
        on=("create", "parse", *STREAMS),
    ),
    Row(
        24,
        "302 to a POST",
        same(head("302 Found", "location: /elsewhere", "content-length: 0")),
        fails("APIStatusError", requests=1, status=302),
        on=("create", "parse", *STREAMS),
    ),
    Row(
        25,
        "307 on the same origin",
        lambda kind: [(head("307 Moved", "location: /v1/elsewhere", "content-length: 0"),), (bodies.good(kind),)],
        fine(2),
    ),
    Row(
        25,
        "308 on the same origin",
        lambda kind: [(head("308 Moved", "location: /v1/elsewhere", "content-length: 0"),), (bodies.good(kind),)],
        fine(2),
    ),
    Row(
        25,
        "a loop of 307",
        same(head("307 Moved", "location: /v1/elsewhere", "content-length: 0")),
        fails("APIStatusError", requests=6, status=307),
    ),
    Row(
        26,
        "307 to another origin",
        same(head("307 Moved", "location: http://localhost:9/v1/messages", "content-length: 0")),
        fails("APIStatusError", requests=1, status=307),
    ),
    Row(
        26,
        "308 to another scheme",
        same(head("308 Moved", "location: https://127.0.0.1:9/v1/messages", "content-length: 0")),
        fails("APIStatusError", requests=1, status=308),
    ),
    Row(27, "304", same(head("304 Not Modified")), fails("APIStatusError", requests=1, status=304)),
]

ROWS = [*CONNECT, *HEADERS]

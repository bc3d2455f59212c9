"""Rows 47–63: statuses, how long to wait, and bodies of errors."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from tests.faults import bodies
from tests.faults.row import EVERY, ONCE, ONE, Due, Row, Sends, fails, fine
from tests.faults.server import Fin, Reset, Stall, Steps, response

NAMES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    402: "PaymentRequiredError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    408: "RequestTimeoutError",
    409: "ConflictError",
    413: "ContentTooLargeError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    431: "RequestHeaderFieldsTooLargeError",
    499: "ClientClosedRequestError",
    501: "HTTPNotImplementedError",
    503: "ServiceUnavailableError",
    504: "GatewayTimeoutError",
    529: "OverloadedError",
}


def refusal(status: int, *lines: str, body: bytes | None = None, kind: str = "api_error", **details: Any) -> bytes:
    told = {"type": "error", "error": {"type": kind, "message": "No.", **details}, "request_id": "req_1"}
    return response(bodies.dumped(told) if body is None else body, bodies.JSON, f"{status} Told", *lines)


def always(*steps: Any) -> Callable[[str], list[Steps]]:
    return lambda kind: [steps]


def once(*steps: Any) -> Callable[[str], list[Steps]]:
    """The fault, and then the right answer."""
    return lambda kind: [steps, (bodies.good(kind),)]


def stated(status: int, sends: Sends) -> Due:
    """The error of a status. 503 and 529 refuse, as 4xx do; behind other 5xx work may have been done."""
    phase = "failed" if status >= 500 and status not in (503, 529) else "refused"
    return fails(NAMES.get(status, "InternalServerError"), sends=sends, phase=phase, status=status)


REFUSED = [
    Row(47, f"status {status}", always(refusal(status)), stated(status, ONCE))
    for status in (400, 401, 402, 403, 404, 413, 422, 431, 499)
]
RETRIED = [
    *(Row(48, f"status {status}", always(refusal(status)), stated(status, EVERY)) for status in (408, 409)),
    *(
        Row(56, f"status {status}", always(refusal(status)), stated(status, EVERY))
        for status in (500, 502, 503, 504, 520, 522, 524, 529, 599)
    ),
    *(Row(57, f"status {status}", always(refusal(status)), stated(status, EVERY)) for status in (501, 505)),
]

BACKOFF = (0.3, 0.51)


def waits(number: int, name: str, low: float, high: float, *lines: str, status: int = 429) -> Row:
    return Row(number, name, once(refusal(status, *lines)), fine(2, waits=(low, high)), chunkings=ONE)


def dated(ahead: float, clock: float) -> tuple[str, str]:
    """Retry-After as a date, `ahead` seconds after a Date that is `clock` seconds off."""
    now = time.time() + clock
    return f"date: {formatdate(now, usegmt=True)}", f"retry-after: {formatdate(now + ahead, usegmt=True)}"


WAITS = [
    waits(49, "retry-after 2", 2, 2.21, "retry-after: 2"),
    waits(49, "retry-after 1.5", 1.5, 1.66, "retry-after: 1.5"),
    waits(49, "retry-after with spaces", 7, 7.71, "retry-after:  7 "),
    *(
        waits(50, f"retry-after {value}", *BACKOFF, f"retry-after: {value}")
        for value in ("-5", "nan", "abc", "2, 5", "Wed, 18 Nov 2020 11:06:50 GMT")
    ),
    waits(50, "retry-after 0", 0, 0.51, "retry-after: 0"),
    *(
        Row(
            51,
            f"retry-after {value}",
            once(refusal(429, f"retry-after: {value}")),
            fails("RateLimitError", sends=ONCE, phase="refused", retry_after=True),
            chunkings=ONE,
        )
        for value in ("99999", "601", "277403")
    ),
    *(
        waits(52, f"a date in 10 s, the server's clock {off:+.0f} s off", 9, 12, *dated(10, off))
        for off in (0, 3600, -3600)
    ),
    waits(53, "retry-after-ms 250", 0.25, 0.28, "retry-after-ms: 250"),
    waits(53, "retry-after-ms -250", *BACKOFF, "retry-after-ms: -250"),
    Row(
        54,
        "a spend limit",
        always(refusal(429, kind="rate_limit_error", details={"error_code": "enforced_spend_limit_reached"})),
        stated(429, ONCE),
    ),
    Row(55, "400 with x-should-retry: true", always(refusal(400, "x-should-retry: true")), stated(400, EVERY)),
    Row(55, "429 with x-should-retry: false", always(refusal(429, "x-should-retry: false")), stated(429, ONCE)),
]


def bad_body(name: str, content: bytes, content_type: str = bodies.JSON) -> Row:
    return Row(58, f"500 with {name}", always(response(content, content_type, "500 Broken")), stated(500, EVERY))


BODIES = [
    bad_body("a page", b"<html><h1>Bad gateway</h1></html>", "text/html"),
    bad_body("nothing", b""),
    bad_body("a list", b"[1]"),
    bad_body("a string", b'"no"'),
    bad_body("null", b"null"),
    bad_body("bytes that are not UTF-8", b"\xff\xfe\x00\x80"),
    bad_body("JSON cut off", b'{"type":"error","err'),
    Row(
        58,
        "500 with deep brackets",
        always(response(b"[" * 50_000, bodies.JSON, "500 Broken")),
        stated(500, EVERY),
        chunkings=ONE,
    ),
    Row(59, "an error body cut short", always(refusal(400)[:-20], Fin()), stated(400, ONCE)),
    Row(59, "an error body that is reset", always(refusal(400)[:-20], Reset()), stated(400, ONCE), chunkings=ONE),
    Row(
        59,
        "an error body that stalls",
        always(refusal(400)[:-20], Stall()),
        stated(400, ONCE),
        chunkings=ONE,
        client={"timeout": 0.5},
    ),
    Row(59, "a 500 whose body is cut short", always(refusal(500)[:-20], Fin()), stated(500, EVERY)),
    Row(
        60,
        "413 and RST during an upload",
        always(refusal(413), Reset()),
        stated(413, ONCE),
        on=("create", "parse", "raw", "helper"),
        chunkings=ONE,
        early=True,
        before=lambda: "x" * 8_000_000,
    ),
    Row(
        61,
        "the server half-closes after its answer",
        lambda kind: [(bodies.good(kind, "connection: close"), Fin())],
        fine(),
    ),
    Row(63, "one failure, then an answer", once(refusal(529)), fine(2)),
    Row(
        63,
        "two failures, then an answer",
        lambda kind: [(refusal(529),), (refusal(500),), (bodies.good(kind),)],
        fine(3),
    ),
]

ROWS = [*REFUSED, *RETRIED, *WAITS, *BODIES]

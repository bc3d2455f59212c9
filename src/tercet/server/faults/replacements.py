"""Answers that take the place of the real one: statuses, pages of proxies, empty and broken bodies. No connection here."""

from __future__ import annotations

from tercet.server.errors import HTTPError
from tercet.server.exchange import JSON, PlainResponse, ServerExchange
from tercet.server.faults.spec import FaultSpec

KINDS = frozenset({"status", "html", "empty", "body"})
MESSAGES = {
    400: "Your request was refused on demand.",
    401: "invalid x-api-key",
    403: "Your API key does not have permission to use the specified resource.",
    404: "Not found",
    413: "Request exceeds the maximum allowed number of bytes.",
    429: "Number of requests has exceeded your rate limit.",
    500: "Internal server error",
    529: "Overloaded",
}
NOT_HEADERS = frozenset({"message", "error_code", "type"})
PAGE = "<html>\r\n<head><title>{status}</title></head>\r\n<body><center><h1>{status}</h1></center><hr><center>proxy</center></body>\r\n</html>\r\n"
BODIES = {
    "null": b"null",
    "array": b"[]",
    "number": b"42",
    "text": b'"hello"',
    "broken": b'{"id":"msg_01","type":"message","role":"assist',
    "utf8": b'{"id":"msg_01","type":"message","role":"assistant","content":[{"type":"text","text":"\xff\xfe"}]}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "error": b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":null}',
}


def reply_of(fault: FaultSpec, exchange: ServerExchange) -> PlainResponse:
    """Return the response that this fault gives in the place of the real one."""
    if fault.kind == "html":
        status = fault.number or 502
        return PlainResponse(
            PAGE.format(status=status).encode(), status, ((b"content-type", b"text/html"), *_headers(fault))
        )
    if fault.kind == "empty":
        return PlainResponse(b"", fault.number or 200, _headers(fault))
    if fault.kind == "body":
        return PlainResponse(BODIES[fault.value or "null"], 200, (JSON, *_headers(fault)))
    raise _error(fault)


def _error(fault: FaultSpec) -> HTTPError:
    status = fault.number or 500
    code = fault.options.get("error_code")
    message = fault.options.get("message") or MESSAGES.get(status, "This status was asked for.")
    kind, details = fault.options.get("type"), {"error_code": code} if code else None
    return HTTPError(status, message, details=details, kind=kind, headers=_headers(fault))


def _headers(fault: FaultSpec) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in fault.options.items()
        if name not in NOT_HEADERS
    )

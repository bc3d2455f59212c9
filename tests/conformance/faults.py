"""Answers that are errors, as data: statuses, bodies and headers as the API, proxies and broken servers send them."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.calls import ASK
from tests.conformance.recorder import Answer

Case = dict[str, Any]

JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html; charset=utf-8"}
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    410: "not_found_error",
    412: "invalid_request_error",
    413: "request_too_large",
    418: "api_error",
    422: "invalid_request_error",
    425: "api_error",
    429: "rate_limit_error",
    431: "invalid_request_error",
    451: "permission_error",
    499: "api_error",
    500: "api_error",
    501: "api_error",
    502: "api_error",
    503: "api_error",
    504: "timeout_error",
    505: "api_error",
    520: "api_error",
    529: "overloaded_error",
}
"""Status -> `error.type`."""
CODES = {
    400: "tool_name_conflict",
    402: "linked_organization_spend_limit_reached",
    403: "user_profile_not_billable",
    404: "file_expired",
    409: "skill_read_blocked_undecryptable",
    413: "request_body_too_large_after_decoding",
    429: "enforced_spend_limit_reached",
    503: "cmek_key_unreachable",
    529: "compaction_unavailable",
}
"""Status -> an `error_code` that goes with it."""


def envelope(status: int, request_id: Any = "req_in_body", **error: Any) -> bytes:
    told = {"type": TYPES[status], "message": "It did not work.", **error}
    return json.dumps({"type": "error", "error": told, "request_id": request_id}).encode()


def bodies(status: int) -> dict[str, tuple[dict[str, str], bytes]]:
    """Name -> headers and content."""
    return {
        "the API's body": (JSON, envelope(status)),
        "a code": (JSON, envelope(status, details={"error_code": CODES.get(status, "tool_name_conflict")})),
        "an unknown code": (JSON, envelope(status, details={"error_code": "quite_new"})),
        "details that are null": (JSON, envelope(status, details=None)),
        "no request id": (JSON, envelope(status, None)),
        "a request id header": ({**JSON, "request-id": "req_header"}, envelope(status)),
        "another API's body": (JSON, b'{"error": "denied"}'),
        "JSON without an error": (JSON, b'{"message": "denied"}'),
        "a list": (JSON, b'[{"error": 1}]'),
        "a string": (JSON, b'"denied"'),
        "a number": (JSON, b"17"),
        "null": (JSON, b"null"),
        "JSON cut off": (JSON, envelope(status)[:-9]),
        "JSON said to be text": ({"content-type": "text/plain"}, envelope(status)),
        "a page": (HTML, b"<html><body><h1>Bad gateway</h1></body></html>\n"),
        "a page in Latin-1": (
            {"content-type": "text/html; charset=iso-8859-1"},
            "<p>Zugriff verweigert: für Sie".encode("latin-1"),
        ),
        "a page in bad UTF-8": (HTML, b"<p>\xff\xfe\x80 no</p>"),
        "an empty body": (JSON, b""),
        "only spaces": ({"content-type": "text/plain"}, b"  \n "),
    }


RETRY_HEADERS: dict[str, dict[str, str]] = {
    "nothing said": {},
    "retry-after 3": {"retry-after": "3"},
    "retry-after 0.25": {"retry-after": "0.25"},
    "retry-after 0": {"retry-after": "0"},
    "retry-after -1": {"retry-after": "-1"},
    "retry-after soon": {"retry-after": "soon"},
    "retry-after 600": {"retry-after": "600"},
    "retry-after 601": {"retry-after": "601"},
    "retry-after a date": {"retry-after": "Wed, 18 Nov 2026 11:06:50 GMT"},
    "retry-after a past date": {"retry-after": "Wed, 18 Nov 2020 11:06:50 GMT"},
    "retry-after-ms 250": {"retry-after-ms": "250", "retry-after": "9"},
    "retry-after-ms broken": {"retry-after-ms": "many", "retry-after": "9"},
    "told to retry": {"x-should-retry": "true"},
    "told not to retry": {"x-should-retry": "false"},
    "told to retry strangely": {"x-should-retry": "maybe"},
}

SUCCESSES: dict[str, tuple[dict[str, str], bytes]] = {
    "a page": (HTML, b"<html>Log in</html>"),
    "an empty body": (JSON, b""),
    "a list": (JSON, b"[]"),
    "a string": (JSON, b'"hello"'),
    "null": (JSON, b"null"),
    "JSON cut off": (JSON, b'{"id": "msg_1", "con'),
    "JSON of another kind": (JSON, b'{"hello": 1}'),
    "an error of the API": (JSON, envelope(529)),
    "bad UTF-8": (JSON, b'{"id": "\xff"}'),
}
"""Answers of status 200 that are no message."""


def call(**client: Any) -> Case:
    return {"call": "messages.create", "named": ASK, "client": client}


def table() -> tuple[dict[str, Case], dict[str, list[Answer]]]:
    """Name -> call, and name -> what the server answers to it."""
    rows: dict[str, Answer] = {}
    for status in TYPES:
        for name, (headers, content) in bodies(status).items():
            rows[f"{status} with {name}"] = Answer(status, headers, content)
        for name, more in RETRY_HEADERS.items():
            rows[f"{status}, {name}"] = Answer(status, {**JSON, **more}, envelope(status))
    for name, (headers, content) in SUCCESSES.items():
        rows[f"200 with {name}"] = Answer(200, headers, content)
    retried = {name: 2 if ", " in name else 0 for name in rows}
    cases = {name: call(max_retries=retried[name]) for name in rows}
    answers = {name: [answer] for name, answer in rows.items()}
    return {**cases, **SEVERAL}, {**answers, **SEVERAL_ANSWERS}


REDIRECT = {"location": "/elsewhere/v1/messages", **JSON}
SEVERAL_ANSWERS = {
    "two failures, then an answer": [Answer(529, JSON, envelope(529)), Answer(500, JSON, envelope(500)), Answer()],
    "a failure and a refusal": [Answer(503, JSON, envelope(503)), Answer(400, JSON, envelope(400))],
    "four failures in a row": [Answer(500, JSON, envelope(500))],
    "a redirect with its body": [Answer(307, REDIRECT, b"")],
    "a redirect without its body": [Answer(302, REDIRECT, b"")],
    "a status of 304": [Answer(304, {}, b"")],
    "a stream refused": [Answer(429, {**JSON, "x-should-retry": "false"}, envelope(429))],
    "a failing stream tried again": [Answer(529, JSON, envelope(529)), Answer()],
    "a failing count": [Answer(404, JSON, envelope(404))],
    "a failing list": [Answer(403, JSON, envelope(403))],
}
SEVERAL: dict[str, Case] = {
    **{name: call(max_retries=2) for name in SEVERAL_ANSWERS},
    "four failures in a row": call(max_retries=3),
    "a stream refused": {"call": "messages.stream", "named": ASK, "use": "helper"},
    "a failing stream tried again": {"call": "messages.create", "named": {**ASK, "stream": True}, "use": "events"},
    "a failing count": {"call": "messages.count_tokens", "named": {"model": ASK["model"], "messages": ASK["messages"]}},
    "a failing list": {"call": "models.list", "use": "events"},
}

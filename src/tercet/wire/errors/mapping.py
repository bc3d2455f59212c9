"""From a response to its exception: pure functions over status, headers and body. The classes stand in `tree.py`.

A body is whatever a server, a proxy or an attacker sends; whatever it is, the caller gets an APIStatusError.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from tercet.wire.errors.codes import class_of
from tercet.wire.errors.statuses import STATUS_CLASSES, InternalServerError
from tercet.wire.errors.tree import APIStatusError, text_at
from tercet.wire.http import Response
from tercet.wire.model import to_plain

LONGEST_MESSAGE = 4096
"""Characters of a response's body that an error message quotes. `.body` keeps all of it."""

DEEPEST_BODY = 100
"""Levels of nesting up to which a body is kept decoded; `repr`, `copy` and `pickle` recurse."""

STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "memory_path_conflict_error": 409,
    "memory_precondition_failed_error": 412,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""`error.type` -> the status that this error has when it comes before the stream has begun."""


def error_from(response: Response) -> APIStatusError:
    """Return the exception for a response that is not a success."""
    response = response.redacted()
    body = body_of(response)
    cls = class_for(response.status_code, text_at(body, "error", "details", "error_code"))
    start = f"Error code: {response.status_code}"
    if isinstance(body, str) and body.strip() == response.text.strip():  # no JSON: a page, or nothing
        return cls(_cut(body) or start, response=response, body=body)
    return cls(f"{start} - {_cut(f'{body}')}", response=response, body=body)


def error_in_stream(body: object, response: Response) -> APIStatusError:
    """Return the exception for an `error` event. Its class follows `error.type`; `status_code` stays what the
    response had."""
    body, cls = _plain(body), _class_by_type(body)
    return cls(_cut(f"{body}"), response=response, body=body)


def error_in_body(body: object, response: Response) -> APIStatusError:
    """Return the exception for a success whose body is an error envelope: class by `error.type`, the response's
    status."""
    body, cls = _plain(body), _class_by_type(body)
    return cls(f"Error code: {response.status_code} - {_cut(f'{body}')}", response=response, body=body)


def class_for(status: int, error_code: str | None = None) -> type[APIStatusError]:
    """Return the class for a status and an `error_code`: the pair if it is known, else the status, else its family."""
    if error_code is not None and (found := class_of(status, error_code)) is not None:
        return found
    return STATUS_CLASSES.get(status, InternalServerError if status >= 500 else APIStatusError)


def body_of(response: Response) -> object:
    """Return the body decoded if it is JSON of a depth that Python's own functions bear, else its text ('' if
    empty)."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return response.text.strip()
    return response.text if deeper_than(body, DEEPEST_BODY) else body


def deeper_than(value: object, levels: int) -> bool:
    """Return whether decoded JSON has more than this many containers within one another. Does not recurse."""
    layer = [value] if isinstance(value, dict | list | tuple) else []
    for _ in range(levels):
        if not layer:
            return False
        layer = [item for outer in layer for item in _items(outer) if isinstance(item, dict | list | tuple)]
    return bool(layer)


def _items(container: object) -> Iterable[object]:
    return dict.values(container) if isinstance(container, dict) else cast("list[object]", container)


def _plain(body: object) -> object:
    if not deeper_than(body, DEEPEST_BODY):
        return to_plain(body)
    kept = {name: text_at(body, "error", name) for name in ("type", "message")}
    return {"type": text_at(body, "type"), "error": kept, "request_id": text_at(body, "request_id")}


def _class_by_type(body: object) -> type[APIStatusError]:
    status = STATUS_OF_TYPE.get(text_at(body, "error", "type") or "", 0)
    return class_for(status, text_at(body, "error", "details", "error_code"))


def _cut(text: str) -> str:
    left_out = len(text) - LONGEST_MESSAGE
    return f"{text[:LONGEST_MESSAGE]}… ({left_out} more characters)" if left_out > 0 else text

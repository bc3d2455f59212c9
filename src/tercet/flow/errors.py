"""Outcomes as exceptions, made once, at the edge between plans and callers. Knows the tree in `wire.errors`, no policy."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tercet.flow.billing import ErrorAnswer
from tercet.transport.base import Lost, Reply
from tercet.wire.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
)
from tercet.wire.http import Request, Response
from tercet.wire.rate_limits import retry_after


def error_of(outcome: Reply | Lost, request: Request, attempts: Sequence[object] = ()) -> APIError:
    """Return the exception that tells a caller how this ended."""
    if isinstance(outcome, Lost) and outcome.raise_as is not None:
        if not isinstance(outcome.raise_as, APIError):
            raise outcome.raise_as
        outcome.raise_as.attempts = tuple(attempts)
        return outcome.raise_as
    error = error_from_lost(outcome, request) if isinstance(outcome, Lost) else error_from_reply(outcome, request)
    error.attempts = tuple(attempts)
    if error.retry_after is None and isinstance(outcome, Reply) and "retry-after" in outcome.headers:
        error.retry_after = retry_after(outcome.headers, time.time())  # a date, and no Date to measure it by
    stopped_by = getattr(attempts[-1], "stopped_by", None) if attempts else None
    if stopped_by is not None:
        error.add_note(f"not retried: {stopped_by}")
    advice = getattr(attempts[-1], "advice", None) if attempts else None
    if advice is not None:
        error.message = f"{error.message} {advice}"
        error.args = (error.message,)
    return error


def error_from_reply(reply: Reply, request: Request) -> APIStatusError:
    """Return the exception for a whole answer that is no success, whatever its status says."""
    from tercet.wire.errors.mapping import body_of, error_from, error_in_body

    response = reply.response(request)
    if not isinstance(reply, ErrorAnswer):
        return error_from(response)
    response.status_code = reply.answered_with
    return error_in_body(body_of(response), response.redacted())


def error_from_lost(lost: Lost, request: Request) -> APIError:
    """Return the exception for an exchange without a whole answer, with the transport's own error as its `__cause__`."""
    error: APIError
    if lost.kind in ("timeout", "pool"):
        error = APITimeoutError(request, message=f"Request timed out: {lost.reason}.")
    elif lost.kind == "decode":
        response = Response(200, request.headers.__class__(), request=request)
        error = APIResponseValidationError(response, None, message=f"The response does not decode: {lost.reason}.")
    else:
        error = APIConnectionError(message=f"Connection error: {lost.reason}.", request=request)
    error.__cause__ = lost.cause
    return error

"""Every way an exchange can end becomes one exception of the tree."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest

from tercet.flow.errors import error_of
from tercet.flow.retry import Attempt
from tercet.transport.base import Lost, Reply
from tercet.wire.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    CircuitOpenError,
    OverloadedError,
)
from tercet.wire.http import Headers, Request

ASK = Request("POST", "http://local/v1/messages", Headers({"x-api-key": "sk-ant-canary"}))


@pytest.mark.parametrize(
    ("kind", "cls"),
    [
        ("connect", APIConnectionError),
        ("tls", APIConnectionError),
        ("proxy", APIConnectionError),
        ("protocol", APIConnectionError),
        ("read", APIConnectionError),
        ("write", APIConnectionError),
        ("too_large", APIConnectionError),
        ("closed", APIConnectionError),
        ("timeout", APITimeoutError),
        ("pool", APITimeoutError),
        ("decode", APIResponseValidationError),
    ],
)
def test_a_lost_exchange_has_its_class_its_reason_and_its_cause(kind: Any, cls: type[Exception]) -> None:
    cause = OSError("no route")

    error = error_of(Lost(kind, "not_sent", "no route to 127.0.0.1:9", cause), ASK)

    assert type(error) is cls
    assert "no route to 127.0.0.1:9" in str(error)
    assert error.__cause__ is cause


def test_a_status_becomes_its_class_with_the_attempts_before_it() -> None:
    attempts = (Attempt(0, 0.1, 529, "HTTP 529", None),)
    reply = Reply(
        529,
        Headers({"request-id": "req_1"}),
        b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    )

    error = error_of(reply, ASK, attempts)

    assert isinstance(error, OverloadedError)
    assert error.request_id == "req_1"
    assert error.attempts == attempts


def test_no_error_shows_the_key() -> None:
    error = error_of(Lost("read", "unanswered", "reset"), ASK)

    assert "canary" not in repr(error) + str(error) + repr(vars(error))


def test_a_date_without_a_date_to_measure_it_by_is_measured_by_our_clock() -> None:
    later = formatdate(time.time() + 5_000, usegmt=True)
    error = error_of(Reply(429, Headers({"retry-after": later})), ASK)

    assert error.retry_after == pytest.approx(5_000, abs=5)


def test_an_error_that_somebody_chose_keeps_the_attempts() -> None:
    attempts = (Attempt(0, 0.1, 529, "HTTP 529", 0.5),)
    chosen = CircuitOpenError(retry_after=3.0)

    error = error_of(Lost("closed", "not_sent", "open", raise_as=chosen), ASK, attempts)

    assert error is chosen
    assert error.attempts == attempts


def test_what_forbade_another_attempt_is_a_note() -> None:
    error = error_of(Reply(529, Headers()), ASK, (Attempt(0, 0.1, 529, "HTTP 529", None, stopped_by="the deadline"),))

    assert error.__notes__ == ["not retried: the deadline"]

"""The exception tree: names, constructors and attributes as users of the official SDK know them; no credential inside."""

from __future__ import annotations

import copy
import pickle
import traceback
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock

import httpx
import httpx2
import pytest

from tercet.wire import errors
from tercet.wire.errors import (
    AnthropicError,
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    APIWebhookValidationError,
    CircuitOpenError,
    CredentialsError,
    IdentityTokenFileError,
    InternalServerError,
    OverloadedError,
    RateLimitError,
    RetryableError,
    WorkloadIdentityError,
)
from tercet.wire.errors.codes import RampLimitExceededError
from tercet.wire.headers import REDACTED, Headers
from tercet.wire.http import Request, Response

KEY = "sk-ant-CANARY-0123456789"
BODY = {
    "type": "error",
    "error": {
        "type": "rate_limit_error",
        "message": "Slow down",
        "details": {"error_code": "ramp_limit_exceeded", "x": 1},
    },
}


def a_request() -> Request:
    return Request("POST", "https://u:hunter2222@h/v1/messages", Headers({"x-api-key": KEY, "a": "1"}), b'{"prompt":1}')


def a_response(status: int = 429, headers: dict[str, str] | None = None, content: bytes = b"") -> Response:
    return Response(status, Headers(headers or {}), content, request=a_request())


def every_error() -> list[AnthropicError]:
    response = a_response(headers={"request-id": "req_1", "retry-after": "5"}, content=KEY.encode())
    message, request = f"about {KEY}", a_request()
    return [
        AnthropicError("plain"),
        APIError(message, request, body={"echo": [KEY]}),
        APIStatusError(message, response=response, body=BODY),
        RateLimitError(message, response=response, body={"error": {"message": KEY, "details": {"k": KEY}}}),
        APIResponseValidationError(response, f"<html>{KEY}"),
        APIWebhookValidationError(message, request, body=None),
        APIConnectionError(message=message, request=request),
        APITimeoutError(request),
        errors.IncompleteStreamError(message, request, partial_message={"content": []}, events_seen=3),
        errors.StreamIdleTimeoutError(message, request),
        errors.StreamProtocolError(message, request, body=KEY),
        errors.ToolInputError(message, request, raw_input='{"a'),
        CircuitOpenError(message, request, retry_after=2.5),
        RetryableError("again"),
        CredentialsError("none"),
        IdentityTokenFileError("gone", path=None),
        WorkloadIdentityError("no", status_code=401, body={"a": 1}, request_id="req_2"),
        RampLimitExceededError("m", response=response, body=BODY),
    ]


def test_the_tree_is_that_of_the_official_sdk() -> None:
    parents = {
        "APIError": "AnthropicError",
        "APIStatusError": "APIError",
        "APIConnectionError": "APIError",
        "APITimeoutError": "APIConnectionError",
        "APIResponseValidationError": "APIError",
        "APIWebhookValidationError": "APIError",
        "RetryableError": "AnthropicError",
        "CredentialsError": "AnthropicError",
        "IdentityTokenFileError": "CredentialsError",
        "WorkloadIdentityError": "AnthropicError",
        "CircuitOpenError": "APIConnectionError",
        "InternalServerError": "APIStatusError",
    }

    assert {name: getattr(errors, name).__bases__[0].__name__ for name in parents} == parents


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_every_error_survives_pickling_and_copying_with_its_attributes(error: AnthropicError) -> None:
    error.add_note("a note")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert (str(again), again.args) == (str(error), error.args)
        assert set(vars(again)) == set(vars(error))
        plain = {name: value for name, value in vars(error).items() if name not in ("request", "response")}
        assert {name: vars(again)[name] for name in plain} == plain


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_no_error_shows_a_credential(error: AnthropicError) -> None:
    try:
        raise error
    except AnthropicError as caught:
        frames = traceback.TracebackException.from_exception(caught, capture_locals=True)
    shown = [repr(error), str(error), repr(vars(error)), "".join(frames.format())]
    request, response = getattr(error, "request", None), getattr(error, "response", None)
    shown += [repr(dict(request.headers))] if request else []
    shown += [repr(dict(response.request.headers)), response.text] if response else []

    assert [text for text in shown if KEY in text or "hunter2222" in text] == []
    assert KEY.encode() not in pickle.dumps(error)
    assert b"hunter2222" not in pickle.dumps(error)


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_every_error_is_named_as_it_is_imported(error: AnthropicError) -> None:
    assert type(error).__module__ == "tercet"


def test_a_class_that_a_user_derives_keeps_its_home_and_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(OfAUser("x", response=a_response())))

    assert (type(again), OfAUser.__module__) == (OfAUser, __name__)


class OfAUser(RateLimitError):
    """An error class as users write them."""


def test_a_status_error_reads_headers_and_body() -> None:
    headers = {"request-id": "req_1", "anthropic-workspace-id": "wrkspc_1", "retry-after": "5"}
    error = APIStatusError("m", response=a_response(headers=headers), body=BODY)

    assert (error.request_id, error.workspace_id, error.retry_after, error.status_code) == (
        "req_1",
        "wrkspc_1",
        5.0,
        429,
    )
    assert (error.api_message, error.type, error.error_code) == ("Slow down", "rate_limit_error", "ramp_limit_exceeded")
    assert (error.details.error_code, error.details.x) == ("ramp_limit_exceeded", 1)  # type: ignore[union-attr]
    assert (error.message, error.body, error.request.method) == ("m", BODY, "POST")


def test_the_request_id_of_the_body_stands_in_for_a_missing_header() -> None:
    assert APIStatusError("m", response=a_response(), body={"request_id": "req_9"}).request_id == "req_9"


HOSTILE_BODIES: list[Any] = [
    None, "text", "", 5, True, [], ["error"], {}, {"error": None}, {"error": "x"}, {"error": []},
    {"error": {"type": 5, "message": ["m"], "details": "d"}},
    {"error": {"type": None, "message": None, "details": None}},
    {"error": {"details": {"error_code": 7}}}, {"error": {"details": []}}, {"request_id": 5},
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE_BODIES, ids=repr)
def test_a_body_of_another_shape_leaves_the_attributes_empty(body: object) -> None:
    error = APIStatusError("m", response=a_response(), body=body)

    assert (error.api_message, error.type, error.error_code, error.request_id) == (None, None, None, None)
    assert error.body == body


def test_every_api_error_has_the_attributes_that_handlers_ask_for() -> None:
    error = APIConnectionError("down")

    assert (error.status_code, error.retry_after, error.body, error.attempts) == (None, None, None, ())
    assert (error.partial_message, error.usage, error.events_seen, error.request) == (None, None, 0, None)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (APIConnectionError(), "Connection error."),
        (APIConnectionError("Server error"), "Server error"),
        (APIConnectionError(message="m", request=a_request()), "m"),
        (APIConnectionError(request=a_request()), "Connection error."),
        (APITimeoutError("slow"), "slow"),
        (APITimeoutError(message="slow"), "slow"),
        (APIError("m", a_request(), body=None), "m"),
        (APIResponseValidationError(a_response(200), None, message="odd"), "odd"),
    ],
)
def test_errors_can_be_made_by_hand_as_users_make_them(error: APIError, message: str) -> None:
    assert (str(error), error.message) == (message, message)


@pytest.mark.parametrize(
    "error", [APITimeoutError(), APITimeoutError(a_request()), APITimeoutError(request=a_request())]
)
def test_a_timeout_says_what_happened_and_where_to_read_on(error: APITimeoutError) -> None:
    assert str(error).startswith("Request timed out")
    assert "errors#long-requests" in str(error)


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_users_may_make_errors_of_their_http_librarys_responses(library: Any) -> None:
    request = library.Request("POST", "https://h/")
    response = library.Response(429, request=request, headers={"Retry-After": "3", "Request-Id": "req_1"})
    error = RateLimitError("limit", response=response, body=None)

    assert error.response is response
    assert error.request is request
    assert (error.retry_after, error.request_id, error.status_code) == (3.0, "req_1", 429)


@pytest.mark.parametrize(
    "response",
    [Mock(status_code=529), MagicMock(status_code=529), SimpleNamespace(status_code=529), SimpleNamespace(status_code=529, headers={})],
    ids=["Mock", "MagicMock", "no headers", "empty headers"],
)  # fmt: skip
def test_users_may_make_errors_of_stand_ins(response: Any) -> None:
    error = OverloadedError("busy", response=response, body=None)

    assert (error.status_code, error.retry_after) == (529, None)


def test_a_status_error_without_a_response_has_the_status_of_its_class() -> None:
    assert (RateLimitError("m", response=None).status_code, InternalServerError("m", response=None).status_code) == (
        429,
        500,
    )


def test_identity_file_and_exchange_errors_keep_their_facts() -> None:
    exchange = WorkloadIdentityError("no", status_code=401, body={"a": 1}, request_id="req_2")

    assert IdentityTokenFileError("gone").path is None
    assert (exchange.message, exchange.status_code, exchange.body, exchange.request_id) == (
        "no",
        401,
        {"a": 1},
        "req_2",
    )


def test_the_record_of_the_request_keeps_what_helps() -> None:
    error = APIConnectionError(request=a_request())

    assert error.request.url == f"https://{REDACTED}@h/v1/messages"
    assert error.request.headers == {"x-api-key": REDACTED, "a": "1"}
    assert error.request.content == b'{"prompt":1}'

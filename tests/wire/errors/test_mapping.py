"""From a response to its exception, whatever the body is."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.wire import errors
from tercet.wire.errors import APIStatusError, BadRequestError, InternalServerError, OverloadedError, RateLimitError
from tercet.wire.errors.mapping import (
    DEEPEST_BODY,
    LONGEST_MESSAGE,
    class_for,
    deeper_than,
    error_from,
    error_in_body,
    error_in_stream,
)
from tercet.wire.headers import REDACTED, Headers
from tercet.wire.http import Request, Response
from tercet.wire.model import Model

KEY = "sk-ant-CANARY-0123456789"


def a_response(status: int = 429, content: bytes = b"", **headers: str) -> Response:
    request = Request("POST", "https://h/v1/messages", Headers({"x-api-key": KEY}))
    return Response(status, Headers(headers), content, request=request)


def envelope(kind: object = "rate_limit_error", message: object = "Slow down", **details: object) -> dict[str, Any]:
    error = {"type": kind, "message": message, **({"details": details} if details else {})}
    return {"type": "error", "error": error, "request_id": "req_body"}


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"), (401, "AuthenticationError"), (402, "PaymentRequiredError"),
        (403, "PermissionDeniedError"), (404, "NotFoundError"), (405, "APIStatusError"), (408, "RequestTimeoutError"),
        (409, "ConflictError"), (412, "PreconditionFailedError"), (413, "ContentTooLargeError"), (418, "APIStatusError"),
        (422, "UnprocessableEntityError"), (429, "RateLimitError"), (431, "RequestHeaderFieldsTooLargeError"),
        (499, "ClientClosedRequestError"), (500, "InternalServerError"), (501, "HTTPNotImplementedError"),
        (502, "InternalServerError"), (503, "ServiceUnavailableError"), (504, "GatewayTimeoutError"),
        (505, "InternalServerError"), (520, "InternalServerError"), (529, "OverloadedError"), (599, "InternalServerError"),
        (301, "APIStatusError"), (304, "APIStatusError"),
    ],
)  # fmt: skip
def test_a_status_becomes_its_class(status: int, name: str) -> None:
    error = error_from(a_response(status, json.dumps(envelope()).encode()))

    assert (type(error).__name__, error.status_code) == (name, status)


def test_the_code_chooses_the_class_under_its_status_only() -> None:
    known = json.dumps(envelope(error_code="enforced_spend_limit_reached")).encode()

    assert type(error_from(a_response(429, known))).__name__ == "EnforcedSpendLimitReachedError"
    assert type(error_from(a_response(400, known))) is BadRequestError
    assert error_from(a_response(400, known)).error_code == "enforced_spend_limit_reached"


def test_the_text_quotes_status_and_body_as_the_sdk_does() -> None:
    body = envelope()

    assert str(error_from(a_response(429, json.dumps(body).encode()))) == f"Error code: 429 - {body}"


@pytest.mark.parametrize(
    ("content", "body", "message"),
    [
        (b"", "", "Error code: 502"),
        (b"  \n", "", "Error code: 502"),
        (b"<html>Bad gateway</html>\n", "<html>Bad gateway</html>", "<html>Bad gateway</html>"),
        (b"null", None, "Error code: 502 - None"),
        (b"[1,2]", [1, 2], "Error code: 502 - [1, 2]"),
        (b'"text"', "text", "Error code: 502 - text"),
        (b"5", 5, "Error code: 502 - 5"),
        (b'{"a":"\xff"}', '{"a":"\ufffd"}', '{"a":"\ufffd"}'),
        (b'{"a":1', '{"a":1', '{"a":1'),
        (b"{}", {}, "Error code: 502 - {}"),
    ],
)
def test_any_body_becomes_a_server_error_with_that_body(content: bytes, body: object, message: str) -> None:
    error = error_from(a_response(502, content))

    assert (type(error), error.body, str(error)) == (InternalServerError, body, message)


@pytest.mark.parametrize("levels", [101, 400, 600, 990, 5000, 100_000])
@pytest.mark.parametrize("bracket", ["[]", "{}"])
def test_a_body_that_is_nested_too_deeply_stays_text(levels: int, bracket: str) -> None:
    text = "[" * levels + "1" + "]" * levels if bracket == "[]" else '{"a":' * levels + "1" + "}" * levels
    error = error_from(a_response(500, text.encode()))

    assert (type(error), error.body) == (InternalServerError, text)
    assert repr(pickle.loads(pickle.dumps(error))) == repr(error)


def test_a_long_text_is_cut_in_the_message_and_whole_in_the_body() -> None:
    error = error_from(a_response(500, b"x" * 10_000))

    assert str(error) == "x" * LONGEST_MESSAGE + "… (5904 more characters)"
    assert error.body == "x" * 10_000


def test_a_long_json_body_is_cut_in_the_message_too() -> None:
    assert len(str(error_from(a_response(500, json.dumps({"a": "x" * 10_000}).encode())))) < LONGEST_MESSAGE + 100


def test_headers_are_read() -> None:
    headers = {"request-id": "req_head", "retry-after": "7", "anthropic-workspace-id": "w"}
    error = error_from(a_response(429, json.dumps(envelope()).encode(), **headers))

    assert (error.request_id, error.retry_after, error.workspace_id) == ("req_head", 7.0, "w")
    assert error.response.headers == headers


def test_an_echoed_key_is_taken_out_of_message_body_and_response() -> None:
    error = error_from(a_response(401, json.dumps(envelope("authentication_error", f"bad key {KEY}")).encode()))

    assert error.api_message == f"bad key {REDACTED}"
    assert KEY not in str(error) + repr(error.body) + error.response.text
    assert error.request.headers == {"x-api-key": REDACTED}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("invalid_request_error", "BadRequestError"),
        ("authentication_error", "AuthenticationError"),
        ("billing_error", "PaymentRequiredError"),
        ("permission_error", "PermissionDeniedError"),
        ("not_found_error", "NotFoundError"),
        ("conflict_error", "ConflictError"),
        ("request_too_large", "ContentTooLargeError"),
        ("rate_limit_error", "RateLimitError"),
        ("api_error", "InternalServerError"),
        ("timeout_error", "GatewayTimeoutError"),
        ("overloaded_error", "OverloadedError"),
        ("something_new", "APIStatusError"),
        (None, "APIStatusError"),
        (["overloaded_error"], "APIStatusError"),
    ],
)
def test_an_error_within_a_success_has_the_class_of_its_type_and_the_status_of_the_response(
    kind: object, name: str
) -> None:
    for make in (error_in_stream, error_in_body):
        error = make(envelope(kind), a_response(200))

        assert (type(error).__name__, error.status_code, error.request_id) == (name, 200, "req_body")
        assert error.type == (kind if isinstance(kind, str) else None)


def test_an_error_event_says_what_the_sdk_says() -> None:
    body = envelope("overloaded_error", "Overloaded")
    error = error_in_stream(Model(body), a_response(200))

    assert (type(error), str(error), error.body, type(error.body)) == (OverloadedError, str(body), body, dict)


def test_a_code_within_a_stream_chooses_its_class() -> None:
    error = error_in_stream(envelope("overloaded_error", error_code="compaction_unavailable"), a_response(200))

    assert type(error).__name__ == "CompactionUnavailableError"


def test_an_error_body_with_status_200_says_so() -> None:
    assert str(error_in_body(envelope(), a_response(200))) == f"Error code: 200 - {envelope()}"


@pytest.mark.parametrize("body", [None, "broken {", [], 5, {"type": "error"}, {"type": "error", "error": None}])
def test_an_error_event_of_another_shape_is_a_plain_status_error(body: object) -> None:
    for make in (error_in_stream, error_in_body):
        error = make(body, a_response(200))

        assert (type(error), error.status_code, error.type, error.body) == (APIStatusError, 200, None, body)


def test_a_deep_error_event_does_not_overflow() -> None:
    body: dict[str, Any] = envelope("overloaded_error")
    for _ in range(900):
        body = {**envelope("overloaded_error"), "inner": body}
    error = error_in_stream(body, a_response(200))

    assert (type(error), error.type) == (OverloadedError, "overloaded_error")
    assert len(pickle.dumps(error)) < 10_000


def test_an_echoed_key_is_taken_out_of_error_events() -> None:
    error = error_in_stream({"type": "error", "error": {"type": "api_error", "message": KEY}}, a_response(200))

    assert KEY not in str(error) + repr(error.body)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["error", "type", "message", "details", "error_code", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.integers(100, 999), JSON)
def test_any_json_becomes_a_status_error_that_pickles(status: int, body: Any) -> None:
    content = json.dumps(body).encode()

    for error in (error_from(a_response(status, content)), error_in_stream(body, a_response(status))):
        assert isinstance(error, APIStatusError)
        assert error.status_code == status
        assert pickle.loads(pickle.dumps(error)).args == error.args


@given(st.binary(max_size=60))
def test_any_bytes_become_a_status_error(content: bytes) -> None:
    error = error_from(a_response(529, content))

    assert isinstance(error, OverloadedError)
    assert str(error)


@pytest.mark.parametrize(
    ("value", "levels", "deeper"),
    [
        (1, 0, False),
        ([], 0, True),
        ([1], 1, False),
        ([[1]], 1, True),
        ({"a": ({"b": []},)}, 3, True),
        ({"a": {}}, 2, False),
    ],
)
def test_depth_counts_containers_within_containers(value: object, levels: int, deeper: bool) -> None:
    assert deeper_than(value, levels) is deeper


def test_a_body_of_the_deepest_kept_nesting_is_decoded() -> None:
    levels = DEEPEST_BODY

    assert isinstance(error_from(a_response(500, b"[" * levels + b"]" * levels)).body, list)
    assert isinstance(error_from(a_response(500, b"[" * (levels + 1) + b"]" * (levels + 1))).body, str)


def test_all_public_names_exist() -> None:
    assert [name for name in errors.__all__ if not hasattr(errors, name)] == []
    assert issubclass(class_for(429), RateLimitError)


def test_a_json_string_is_told_as_json_and_a_page_as_text() -> None:
    asked = Request("GET", "http://local/", Headers())
    told = [error_from(Response(400, Headers(), content, request=asked)).message for content in (b'"no"', b"no")]

    assert told == ["Error code: 400 - no", "no"]

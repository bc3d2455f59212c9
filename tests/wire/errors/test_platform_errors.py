"""Amazon's and Google's words for errors become the API's."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.wire.errors import RateLimitError
from tercet.wire.errors.mapping import error_from
from tercet.wire.errors.platform_errors import PlatformErrorText, error_type_of, read_platform_error
from tercet.wire.headers import Headers
from tercet.wire.http import Request, Response


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ThrottlingException", "rate_limit_error"),
        ("throttlingException", "rate_limit_error"),
        ("ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/", "rate_limit_error"),
        ("com.amazon.coral.service#AccessDeniedException", "permission_error"),
        ("ModelErrorException", "api_error"),
        ("UnrecognizedClientException", "authentication_error"),
        ("RESOURCE_EXHAUSTED", "rate_limit_error"),
        ("UNAVAILABLE", "overloaded_error"),
        ("SomethingNew", None),
        ("", None),
    ],
)
def test_a_platforms_kind_of_error_has_a_name_in_the_api(name: str, expected: str | None) -> None:
    assert error_type_of(name) == expected


GOOGLE = {"error": {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"}}


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"message": "Slow down."}, {"x-amzn-errortype": "ThrottlingException"}, ("rate_limit_error", "Slow down.")),
        ({"Message": "No.", "__type": "a#AccessDeniedException"}, {}, ("permission_error", "No.")),
        ({"message": "What?"}, {}, (None, "What?")),
        (GOOGLE, {}, ("rate_limit_error", "Quota exceeded.")),
        ([GOOGLE], {}, ("rate_limit_error", "Quota exceeded.")),
        ({"error": {"code": "DeploymentNotFound", "message": "None."}}, {}, (None, "None.")),
        ({"error": "text"}, {}, (None, None)),
        ([], {}, (None, None)),
        ([5], {}, (None, None)),
        ("text", {}, (None, None)),
        ({"message": {"a": 1}, "__type": 5}, {}, (None, None)),
    ],
)
def test_a_foreign_body_is_read(body: Any, headers: dict[str, str], expected: Any) -> None:
    assert read_platform_error(body, Headers(headers)) == PlatformErrorText(*expected)


def test_an_exception_made_of_amazons_answer_speaks_the_apis_words() -> None:
    request = Request("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke", Headers())
    headers = Headers({"x-amzn-errortype": "ThrottlingException", "content-type": "application/json"})
    error = error_from(Response(429, headers, b'{"message":"Too many tokens."}', request=request))

    assert type(error) is RateLimitError
    assert (error.type, error.api_message, error.body) == (
        "rate_limit_error",
        "Too many tokens.",
        {"message": "Too many tokens."},
    )

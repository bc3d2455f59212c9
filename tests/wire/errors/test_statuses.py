"""One class a status, with the names and parents of the official SDK."""

from __future__ import annotations

import pytest

from tercet.wire import errors
from tercet.wire.errors.statuses import STATUS_CLASSES, InternalServerError
from tercet.wire.errors.tree import APIStatusError

STATUSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    402: "PaymentRequiredError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    408: "RequestTimeoutError",
    409: "ConflictError",
    412: "PreconditionFailedError",
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


def test_the_table_names_every_status_of_the_sdk() -> None:
    assert {status: cls.__name__ for status, cls in STATUS_CLASSES.items()} == STATUSES


@pytest.mark.parametrize(("status", "name"), STATUSES.items())
def test_a_class_knows_its_status_and_stands_under_its_family(status: int, name: str) -> None:
    cls = STATUS_CLASSES[status]

    assert (cls.status_code, cls.__bases__) == (status, (InternalServerError if status >= 500 else APIStatusError,))
    assert cls.__doc__
    assert cls.__doc__.startswith(f"HTTP {status}")


def test_older_names_are_the_same_classes() -> None:
    assert errors.RequestTooLargeError is errors.ContentTooLargeError
    assert errors.DeadlineExceededError is errors.GatewayTimeoutError

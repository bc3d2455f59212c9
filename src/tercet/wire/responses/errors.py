"""The JSON body of an error, as the API sends it and as an errored batch result holds it. The exceptions that are made
of it live elsewhere."""

from __future__ import annotations

from typing import Literal, TypeAlias

from tercet.wire.model import Model

ErrorType: TypeAlias = Literal[
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "rate_limit_error",
    "timeout_error",
    "api_error",
    "overloaded_error",
    "memory_precondition_failed_error",
    "memory_path_conflict_error",
    "conflict_error",
]
"""The kinds of error that are known. Others may come: the API answers 413 with `request_too_large`."""


class ErrorDetails(Model):
    """The exact cause of an error, by code. Some codes bring more fields: they are attributes, too."""

    __slots__ = ()
    error_code: str
    appeal_url: str | None
    field: str | None
    """The field of the request that is at fault."""
    max_side_length_pixels: int | None
    paths: list[str] | None
    """Where the images stand whose sides are longer."""
    unsupported: list[str] | None


class _ErrorObject(Model):
    """An error of any kind."""

    __slots__ = ()
    message: str
    details: ErrorDetails | None


class InvalidRequestErrorObject(_ErrorObject):
    """The request cannot be carried out as it is."""

    __slots__ = ()
    type: Literal["invalid_request_error"]


class AuthenticationErrorObject(_ErrorObject):
    """The key or token is missing, wrong or expired."""

    __slots__ = ()
    type: Literal["authentication_error"]


class BillingErrorObject(_ErrorObject):
    """Payment is missing or refused."""

    __slots__ = ()
    type: Literal["billing_error"]


class PermissionErrorObject(_ErrorObject):
    """The key may not do this."""

    __slots__ = ()
    type: Literal["permission_error"]


class NotFoundErrorObject(_ErrorObject):
    """There is no such thing, or the key may not see it."""

    __slots__ = ()
    type: Literal["not_found_error"]


class RateLimitErrorObject(_ErrorObject):
    """Too much was asked in too short a time, or a spend limit was reached."""

    __slots__ = ()
    type: Literal["rate_limit_error"]


class GatewayTimeoutErrorObject(_ErrorObject):
    """The answer took too long."""

    __slots__ = ()
    type: Literal["timeout_error"]


class APIErrorObject(_ErrorObject):
    """Something broke at the API."""

    __slots__ = ()
    type: Literal["api_error"]


class OverloadedErrorObject(_ErrorObject):
    """The API has more to do than it can."""

    __slots__ = ()
    type: Literal["overloaded_error"]


class OtherErrorObject(_ErrorObject):
    """An error of a kind without a class of its own."""

    __slots__ = ()
    type: str


ErrorObject: TypeAlias = (
    InvalidRequestErrorObject
    | AuthenticationErrorObject
    | BillingErrorObject
    | PermissionErrorObject
    | NotFoundErrorObject
    | RateLimitErrorObject
    | GatewayTimeoutErrorObject
    | APIErrorObject
    | OverloadedErrorObject
    | OtherErrorObject
)


class ErrorResponse(Model):
    """An error's whole body. `request_id` names the failed request to support."""

    __slots__ = ()
    type: Literal["error"]
    error: ErrorObject
    request_id: str | None

"""One exception class for each HTTP status that the API's clients tell apart. The tree is drawn in `tree.py`."""

from __future__ import annotations

from tercet.wire.errors.tree import APIStatusError


class BadRequestError(APIStatusError):
    """HTTP 400: the request is not valid; sending it again does not help."""

    status_code: int = 400


class AuthenticationError(APIStatusError):
    """HTTP 401: the key or token is missing or not accepted."""

    status_code: int = 401


class PaymentRequiredError(APIStatusError):
    """HTTP 402: a question of billing."""

    status_code: int = 402


class PermissionDeniedError(APIStatusError):
    """HTTP 403: this key may not do that."""

    status_code: int = 403


class NotFoundError(APIStatusError):
    """HTTP 404: no such model, batch, file or route."""

    status_code: int = 404


class RequestTimeoutError(APIStatusError):
    """HTTP 408: the API waited too long for the request."""

    status_code: int = 408


class ConflictError(APIStatusError):
    """HTTP 409: something else changes the same thing."""

    status_code: int = 409


class PreconditionFailedError(APIStatusError):
    """HTTP 412: the state is not the one that the request names."""

    status_code: int = 412


class ContentTooLargeError(APIStatusError):
    """HTTP 413: the request's body is larger than the API takes."""

    status_code: int = 413


class UnprocessableEntityError(APIStatusError):
    """HTTP 422: well formed, but not to be carried out."""

    status_code: int = 422


class RateLimitError(APIStatusError):
    """HTTP 429: too much at once, or a spend limit is reached. `retry_after` says how long to wait, if that helps."""

    status_code: int = 429


class RequestHeaderFieldsTooLargeError(APIStatusError):
    """HTTP 431: the request's headers are larger than the API takes."""

    status_code: int = 431


class ClientClosedRequestError(APIStatusError):
    """HTTP 499: the connection was closed before the API could answer."""

    status_code: int = 499


class InternalServerError(APIStatusError):
    """HTTP 500 and above: the fault lies with the API."""

    status_code: int = 500


class HTTPNotImplementedError(InternalServerError):
    """HTTP 501."""

    status_code: int = 501


class ServiceUnavailableError(InternalServerError):
    """HTTP 503: not available now."""

    status_code: int = 503


class GatewayTimeoutError(InternalServerError):
    """HTTP 504: the API took too long."""

    status_code: int = 504


class OverloadedError(InternalServerError):
    """HTTP 529: the API has more to do than it can."""

    status_code: int = 529


RequestTooLargeError = ContentTooLargeError
DeadlineExceededError = GatewayTimeoutError


STATUS_CLASSES: dict[int, type[APIStatusError]] = {
    cls.status_code: cls
    for cls in (
        BadRequestError,
        AuthenticationError,
        PaymentRequiredError,
        PermissionDeniedError,
        NotFoundError,
        RequestTimeoutError,
        ConflictError,
        PreconditionFailedError,
        ContentTooLargeError,
        UnprocessableEntityError,
        RateLimitError,
        RequestHeaderFieldsTooLargeError,
        ClientClosedRequestError,
        HTTPNotImplementedError,
        ServiceUnavailableError,
        GatewayTimeoutError,
        OverloadedError,
    )
}
"""Status -> class. Other statuses of 500 and above are InternalServerError, the rest APIStatusError."""

"""Errors as values of the protocol: status, type, message, and the body that carries them. Knows no rule that fails."""

from __future__ import annotations

from typing import Any

import msgspec

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    415: "invalid_request_error",
    429: "rate_limit_error",
    431: "invalid_request_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""Status -> `error.type`."""


class HTTPError(Exception):
    """An answer that is an error. Raised anywhere on the way of a request; `app.py` makes it a response."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        kind: str | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.details = status, message, details
        self.kind = kind or TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")
        self.headers = headers

    def error(self) -> dict[str, Any]:
        """Return the `error` object."""
        found: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.details:
            found["details"] = self.details
        return found

    def envelope(self, request_id: str | None) -> dict[str, Any]:
        """Return the whole body."""
        return {"type": "error", "error": self.error(), "request_id": request_id}

    def body(self, request_id: str | None) -> bytes:
        """Return the body's bytes."""
        return msgspec.json.encode(self.envelope(request_id))


def invalid(message: str, **details: Any) -> HTTPError:
    """Return a 400 with this text."""
    return HTTPError(400, message, details=details or None)


def not_found(message: str) -> HTTPError:
    """Return a 404 with this text."""
    return HTTPError(404, message)

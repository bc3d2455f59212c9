"""Other platforms' words for the API's errors: Amazon's and Google's names for the kinds, and where their messages
stand.

Pure, over decoded bodies and headers of any shape. Knows no exception class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

ERROR_TYPES: Mapping[str, str] = {
    # Amazon's exceptions, without their ending
    "validation": "invalid_request_error",
    "serialization": "invalid_request_error",
    "unrecognizedclient": "authentication_error",
    "invalidsignature": "authentication_error",
    "incompletesignature": "authentication_error",
    "missingauthenticationtoken": "authentication_error",
    "invalidclienttokenid": "authentication_error",
    "expiredtoken": "authentication_error",
    "accessdenied": "permission_error",
    "resourcenotfound": "not_found_error",
    "conflict": "conflict_error",
    "throttling": "rate_limit_error",
    "toomanyrequests": "rate_limit_error",
    "servicequotaexceeded": "rate_limit_error",
    "modelnotready": "overloaded_error",
    "serviceunavailable": "overloaded_error",
    "modeltimeout": "timeout_error",
    "modelerror": "api_error",
    "modelstreamerror": "api_error",
    "internalserver": "api_error",
    "internalfailure": "api_error",
    # Google's statuses
    "invalid_argument": "invalid_request_error",
    "failed_precondition": "invalid_request_error",
    "out_of_range": "invalid_request_error",
    "unauthenticated": "authentication_error",
    "permission_denied": "permission_error",
    "not_found": "not_found_error",
    "already_exists": "conflict_error",
    "aborted": "conflict_error",
    "resource_exhausted": "rate_limit_error",
    "deadline_exceeded": "timeout_error",
    "unavailable": "overloaded_error",
    "internal": "api_error",
    "unknown": "api_error",
}
"""A platform's name for a kind of error, in lower case -> `error.type` of the API."""


class PlatformErrorText(NamedTuple):
    """A foreign body's content: the API's name for the kind, and the message."""

    type: str | None
    message: str | None


def error_type_of(name: str) -> str | None:
    """Return the API's name for a platform's kind of error: `ThrottlingException` is a rate_limit_error. None if
    unknown."""
    bare = name.partition(":")[0].rpartition("#")[2].strip().lower()
    stem = bare.removesuffix("exception")
    return ERROR_TYPES.get(stem) or ERROR_TYPES.get(stem.removesuffix("error"))


def read_platform_error(body: object, headers: Mapping[str, str]) -> PlatformErrorText:
    """Return the kind and the message that an error of Amazon's or Google's shape holds.

    `{"message": ...}` with the kind in `x-amzn-errortype` or `__type`; `{"error": {"status": ..., "message": ...}}`, or
    a list of such.
    """
    if isinstance(body, list | tuple) and body:
        body = body[0]
    if not isinstance(body, dict):
        return PlatformErrorText(None, None)
    held = body.get("error")
    inner: Any = held if isinstance(held, dict) else body
    names = (headers.get("x-amzn-errortype"), body.get("__type"), inner.get("status"), inner.get("code"))
    kinds = [error_type_of(name) for name in names if isinstance(name, str)]
    said = [inner[key] for key in ("message", "Message") if isinstance(inner.get(key), str)]
    return PlatformErrorText(next((kind for kind in kinds if kind), None), next(iter(said), None))

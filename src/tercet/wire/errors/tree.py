"""The exceptions of the API and of Tercet. `mapping.py` says which response becomes which of them.

    AnthropicError
    ├── APIError                            .message .request .body .attempts .partial_message
    │   ├── APIStatusError                  .status_code .response .request_id .type .error_code .details .retry_after
    │   │   ├── BadRequestError             400
    │   │   ├── AuthenticationError         401
    │   │   ├── PaymentRequiredError        402
    │   │   ├── PermissionDeniedError       403
    │   │   ├── NotFoundError               404
    │   │   ├── RequestTimeoutError         408
    │   │   ├── ConflictError               409
    │   │   ├── PreconditionFailedError     412
    │   │   ├── ContentTooLargeError        413, also named RequestTooLargeError
    │   │   ├── UnprocessableEntityError    422
    │   │   ├── RateLimitError              429
    │   │   ├── RequestHeaderFieldsTooLargeError  431
    │   │   ├── ClientClosedRequestError    499
    │   │   └── InternalServerError         ≥ 500
    │   │       ├── HTTPNotImplementedError 501
    │   │       ├── ServiceUnavailableError 503
    │   │       ├── GatewayTimeoutError     504, also named DeadlineExceededError
    │   │       └── OverloadedError         529
    │   ├── APIConnectionError              no whole answer came
    │   │   ├── APITimeoutError             a limit of the Timeout passed
    │   │   │   └── StreamIdleTimeoutError  a stream fell silent
    │   │   ├── IncompleteStreamError       a stream ended before its stop_reason
    │   │   └── CircuitOpenError            nothing was sent: the breaker is open
    │   ├── APIResponseValidationError      a success whose body is not what was asked for
    │   │   └── OutputValidationError       a finished answer whose text is not of the output format: .answer .text
    │   ├── APIWebhookValidationError
    │   ├── StreamProtocolError             a stream that breaks the protocol
    │   └── ToolInputError                  a tool call whose input is not JSON; a ValueError too
    ├── RetryableError                      raise it to have an attempt repeated
    ├── CredentialsError
    │   └── IdentityTokenFileError          .path
    └── WorkloadIdentityError

The classes of the statuses stand in `statuses.py`, under them those of `codes.py`. Names and constructors are those of the official SDK 2.11.0.
What an error keeps of its request and response is a record with the credentials taken out. Knows no policy, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tercet.wire.errors.platform_errors import read_platform_error
from tercet.wire.headers import REDACTED
from tercet.wire.http import Request, Response
from tercet.wire.rate_limits import retry_after

if TYPE_CHECKING:
    from tercet.wire.responses.errors import ErrorDetails

LONG_REQUESTS = "https://platform.claude.com/docs/en/api/errors#long-requests"


class AnthropicError(Exception):
    """The root: every exception that this package raises on purpose for the API's sake."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__.startswith("tercet.wire."):
            cls.__module__ = "tercet"  # the name that people import, read and catch
            _by_name[cls.__name__] = cls

    def __reduce__(self) -> tuple[Any, ...]:
        return (
            _restore,
            (_reference(type(self)), self.args),
            {key: redacted_record(value) for key, value in vars(self).items()},
        )


AnthropicError.__module__ = "tercet"
_by_name: dict[str, type[AnthropicError]] = {AnthropicError.__name__: AnthropicError}
"""Pickles name our classes by their names alone, so that they outlive moves between modules."""


class APIError(AnthropicError):
    """A call that did not succeed.

    `request` is a record: its credentials are replaced, and it is None on an error made by hand without one.
    """

    message: str
    request: Request
    body: object | None
    """The response's body: decoded if it is JSON, else its text; None if there was no response."""
    status_code: int | None = None
    """The HTTP status, None if no response came."""
    retry_after: float | None = None
    """Seconds until trying again makes sense, where somebody said so."""
    hops: tuple[Any, ...] = ()
    """Every model that was asked in turn (`Hop`), if there were fallbacks. The error is the first one's."""
    attempts: tuple[Any, ...] = ()
    """One record for each failed attempt, the last one included; empty if nobody counted."""
    partial_message: Any = None
    """The Message so far, if a stream had begun."""
    usage: Any = None
    """The usage reported so far, if a stream had begun."""
    events_seen: int = 0
    run: Any = None
    """What had come of an agent's run (`AgentRun`), if this ended one."""

    def __init__(self, message: str, request: Any = None, *, body: object | None = None) -> None:
        secrets = request.secrets() if isinstance(request, Request) else []
        message = redact(message, secrets)
        super().__init__(message)
        self.message = message
        self.request = redacted_record(request)
        self.body = redact(body, secrets)


class APIResponseValidationError(APIError):
    """The API reported success with a body that is not what was asked for."""

    response: Response
    status_code: int  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, response: Any, body: object | None = None, *, message: str | None = None) -> None:
        super().__init__(
            message or "The response's body is not what this call expects.",
            getattr(response, "request", None),
            body=body,
        )
        self.response = redacted_record(response)
        self.attempts = getattr(response, "attempts", ())
        self.status_code = response.status_code  # pyright: ignore[reportIncompatibleVariableOverride]


class OutputValidationError(APIResponseValidationError, ValueError):
    """The model finished its answer, and the text is not what `output_format` asked for. Nothing is lost: `answer` is
    the whole Message (also as `partial_message`, with its `usage`), `text` what did not fit; `__cause__` says why.

    Also a ValueError, as the validation errors of pydantic and msgspec are.
    """

    answer: Any
    text: str

    def __init__(
        self,
        response: Any,
        body: object | None = None,
        *,
        message: str | None = None,
        answer: Any = None,
        text: str = "",
    ) -> None:
        super().__init__(response, body, message=message or "The answer is not of the output format.")
        self.answer = self.partial_message = answer
        self.usage = getattr(answer, "usage", None)
        self.text = text


class APIWebhookValidationError(APIError):
    """A webhook whose signature or time does not hold."""


class APIStatusError(APIError):
    """The API answered with an error: a status of 4xx or 5xx, or an error inside a stream or a body of status 200."""

    response: Response
    status_code: int  # pyright: ignore[reportIncompatibleVariableOverride]
    request_id: str | None
    workspace_id: str | None
    api_message: str | None
    """`error.message` of the body: for people, its wording may change."""
    type: str | None
    """`error.type` of the body, such as `rate_limit_error`."""
    error_code: str | None = None
    """`error.details.error_code` of the body: names the cause and does not change."""
    details: ErrorDetails | None

    def __init__(self, message: str, *, response: Any, body: object | None = None) -> None:
        super().__init__(message, getattr(response, "request", None), body=body)
        headers = getattr(response, "headers", None) or {}
        self.response = redacted_record(response)
        self.attempts = getattr(response, "attempts", ())
        self.status_code = getattr(response, "status_code", type(self).status_code or 0)  # pyright: ignore[reportIncompatibleVariableOverride]
        self.request_id = headers.get("request-id") or text_at(body, "request_id")
        self.workspace_id = headers.get("anthropic-workspace-id")
        body = self.body  # the one without credentials
        self.api_message = text_at(body, "error", "message")
        self.type = text_at(body, "error", "type")
        if self.type is None and body:
            self._read_foreign(body, headers)
        self.error_code = text_at(body, "error", "details", "error_code") or type(self).error_code
        self.details = _details(value_at(body, "error", "details"))
        self.retry_after = retry_after(headers)

    def _read_foreign(self, body: object, headers: Any) -> None:
        """Read what the body says in another platform's words."""
        self.type, message = read_platform_error(body, headers)
        self.api_message = self.api_message or message


class APIConnectionError(APIError):
    """No whole answer came: not connected, broken off, or stopped by us. Its cause, if any, is `__cause__`."""

    def __init__(self, message: str = "Connection error.", *, request: Any = None) -> None:
        super().__init__(message, request)


class APITimeoutError(APIConnectionError):
    """A limit of the Timeout passed. Whether the API received the request, or bills for it, is not known."""

    def __init__(self, request: Any = None, *, message: str | None = None) -> None:
        if isinstance(request, str):
            request, message = None, request
        super().__init__(
            message or f"Request timed out. For requests that take long, see {LONG_REQUESTS}", request=request
        )


class CircuitOpenError(APIConnectionError):
    """Nothing was sent: the circuit breaker is open. `retry_after` says in how many seconds it lets a call through."""

    def __init__(
        self,
        message: str = "The circuit breaker is open.",
        request: Any = None,
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, request=request)
        self.retry_after = retry_after


class RetryableError(AnthropicError):
    """Raise it in a hook to have the attempt repeated, as often as `max_retries` allows."""


class CredentialsError(AnthropicError):
    """No usable credentials in arguments, environment or files."""


class IdentityTokenFileError(CredentialsError):
    """The identity token's file is missing, empty or not readable. `path` is the file that was tried."""

    path: Path | None

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        super().__init__(message)
        self.path = path


class WorkloadIdentityError(AnthropicError):
    """The exchange of an identity token for an access token failed."""

    def __init__(
        self, message: str, *, status_code: int | None = None, body: Any = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.status_code, self.body, self.request_id = message, status_code, body, request_id


def value_at(body: object, *path: str) -> Any:
    """Return the value at this path of keys in a decoded body; None if the body has another shape."""
    for key in path:
        body = body.get(key) if isinstance(body, dict) else None
    return body


def text_at(body: object, *path: str) -> str | None:
    """Return `value_at`, if it is a string."""
    value = value_at(body, *path)
    return value if isinstance(value, str) else None


def redact(value: Any, secrets: Sequence[str]) -> Any:
    """Return `value` with every occurrence of these credentials replaced, in text and in decoded JSON."""
    if not secrets or value is None:
        return value
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, REDACTED)
        return value
    if isinstance(value, dict):
        return {key: redact(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, secrets) for item in value]
    return value


def _details(value: object) -> ErrorDetails | None:
    if not isinstance(value, dict):
        return None
    from tercet.wire.responses.errors import ErrorDetails

    return ErrorDetails(value)


def redacted_record(value: Any) -> Any:
    """Return a request or response as errors keep it, credentials replaced; other values unchanged."""
    return value.redacted() if isinstance(value, Request | Response) else value


def _reference(cls: type[AnthropicError]) -> type[AnthropicError] | str:
    return cls.__name__ if _by_name.get(cls.__name__) is cls else cls


def _restore(cls: type[AnthropicError] | str, arguments: tuple[Any, ...]) -> AnthropicError:
    found = _by_name[cls] if isinstance(cls, str) else cls
    return found.__new__(found, *arguments)

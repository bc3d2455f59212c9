"""Middleware: functions around each attempt of a call, with the names and the order of the official SDK.

A middleware gets an APIRequest and `call_next`, and returns an APIResponse, its own or the next one's. It runs inside
the retry loop, once an attempt, and sees every HTTP response, 4xx and 5xx included; a failed connection raises there.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import msgspec

from tercet.client.overrides import merge_headers
from tercet.client.raw.responses import APIResponse, AsyncAPIResponse
from tercet.flow.effects import Lost, Outcome, Reply
from tercet.flow.errors import error_from_lost
from tercet.flow.retry import CallResult
from tercet.transport.base import AsyncTransport, Transport
from tercet.wire.errors import APIConnectionError, APIStatusError, RetryableError
from tercet.wire.frames import door
from tercet.wire.http import Headers, Request, Response, redacted_url

CallNext: TypeAlias = Callable[["APIRequest"], APIResponse[Any]]
AsyncCallNext: TypeAlias = Callable[["APIRequest"], Awaitable[AsyncAPIResponse[Any]]]
MiddlewareCallable: TypeAlias = Callable[["APIRequest", CallNext], APIResponse[Any]]
AsyncMiddlewareCallable: TypeAlias = Callable[["APIRequest", AsyncCallNext], Awaitable[AsyncAPIResponse[Any]]]


class APIRequest:
    """The request of one attempt. Do not change it; `copy()` makes a changed one."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @property
    def method(self) -> str:
        """Such as POST."""
        return self._request.method

    @property
    def url(self) -> str:
        """The whole URL."""
        return self._request.url

    @property
    def headers(self) -> Headers:
        """The headers, credentials included (hidden when printed)."""
        return self._request.headers

    @property
    def content(self) -> bytes:
        """The body."""
        return self._request.content

    @property
    def json(self) -> Any:
        """The body decoded from JSON, or None."""
        return msgspec.json.decode(self.content) if self.content else None

    @property
    def stream(self) -> bool:
        """Whether the answer will be streamed."""
        return self._request.stream

    @property
    def retries_taken(self) -> int:
        """0 on the first attempt."""
        return int(self.headers.get("x-stainless-retry-count") or 0)

    def copy(
        self,
        *,
        method: str | None = None,
        url: str | None = None,
        headers: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> APIRequest:
        """Return a request with some parts changed; `headers` are laid over the present ones, `body` replaces the JSON."""
        now = self._request
        return APIRequest(
            Request(
                method or now.method,
                url or now.url,
                merge_headers(now.headers, headers or {}),
                now.content if body is None else msgspec.json.encode(body),
                timeout=now.timeout,
                stream=now.stream,
            )
        )

    def __repr__(self) -> str:
        return f"<APIRequest({self.method!r}, {redacted_url(self.url)!r})>"


class Middleware:
    """A base for middleware with state: override `handle`, `handle_async`, or both."""

    def handle(self, request: APIRequest, call_next: CallNext) -> APIResponse[Any]:
        """Around an attempt of a blocking client."""
        return call_next(request)

    async def handle_async(self, request: APIRequest, call_next: AsyncCallNext) -> AsyncAPIResponse[Any]:
        """Around an attempt of an async client."""
        return await call_next(request)


MiddlewareInput: TypeAlias = Middleware | MiddlewareCallable | AsyncMiddlewareCallable


def middleware_functions(middleware: Iterable[Any] | None, *, is_async: bool) -> tuple[Any, ...]:
    """Return the middleware as functions `(request, call_next)` of the right world; TypeError names one of the wrong."""
    name = "handle_async" if is_async else "handle"
    functions = []
    for each in middleware or ():
        if isinstance(each, Middleware) and getattr(type(each), name) is getattr(Middleware, name):
            raise TypeError(f"middleware {type(each).__name__} does not implement {name}(), which this client calls")
        function = getattr(each, name) if isinstance(each, Middleware) else each
        if not callable(function):
            raise TypeError(f"middleware {each!r} is not callable")
        if _is_coroutine_function(function) is not is_async:
            kind, needed = ("an async", "a plain") if not is_async else ("a plain", "an async")
            raise TypeError(f"middleware {each!r} is {kind} function; this client needs {needed} one")
        functions.append(function)
    return tuple(functions)


def _is_coroutine_function(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004


class MiddlewareTransport:
    """A transport with middleware around it, so that the plans above need not know of any."""

    def __init__(self, inner: Transport, middleware: Sequence[Any]) -> None:
        self._inner, self._middleware = inner, tuple(reversed(middleware))

    def send(self, request: Request) -> Reply | Lost:
        """Send one attempt through the whole chain."""
        call: CallNext = partial(self._attempt, request.reservation)
        for function in self._middleware:
            call = _around(function, call)
        try:
            return _reply_of(call(APIRequest(request)))
        except (APIConnectionError, RetryableError, APIStatusError) as error:
            return outcome_of(error)

    @door
    def _attempt(self, reservation: Any, request: APIRequest) -> APIResponse[Any]:
        if reservation is not None:
            reservation.before_send(request._request)
        outcome = self._inner.send(request._request)
        if reservation is not None:
            reservation.record_outcome(outcome)
        return APIResponse(*_parts(outcome, request._request))

    def close(self) -> None:
        """Close the transport within."""
        self._inner.close()


class AsyncMiddlewareTransport:
    """The async twin of `MiddlewareTransport`."""

    def __init__(self, inner: AsyncTransport, middleware: Sequence[Any]) -> None:
        self._inner, self._middleware = inner, tuple(reversed(middleware))

    async def send(self, request: Request) -> Reply | Lost:
        """Send one attempt through the whole chain."""
        call: AsyncCallNext = partial(self._attempt, request.reservation)
        for function in self._middleware:
            call = _around(function, call)
        try:
            return _reply_of(await call(APIRequest(request)))
        except (APIConnectionError, RetryableError, APIStatusError) as error:
            return outcome_of(error)

    @door
    async def _attempt(self, reservation: Any, request: APIRequest) -> AsyncAPIResponse[Any]:
        if reservation is not None and reservation.blocking:
            from asyncio import to_thread

            await to_thread(reservation.before_send, request._request)
        elif reservation is not None:
            reservation.before_send(request._request)
        outcome = await self._inner.send(request._request)
        if reservation is not None:
            reservation.record_outcome(outcome)
        return AsyncAPIResponse(*_parts(outcome, request._request))

    async def close(self) -> None:
        """Close the transport within."""
        await self._inner.close()


def _around(function: Any, call: Any) -> Any:
    return lambda request: function(request, call)


def _parts(outcome: Outcome, request: Request) -> tuple[Response, CallResult, Callable[[Response, Any], Any], Any]:
    """Return the arguments of an APIResponse. A Lost is raised here, as middleware expects, and caught again by the transport."""
    if isinstance(outcome, Lost):
        error = error_from_lost(outcome, request)
        error.__dict__["_lost"] = outcome
        raise error
    return (
        outcome.response(request),
        CallResult(outcome, request),
        lambda response, source: response,
        outcome.stream,
    )


def _reply_of(response: Any) -> Reply:
    if not isinstance(response, APIResponse | AsyncAPIResponse):
        raise TypeError(f"middleware must return the APIResponse of call_next(), not {type(response).__name__}")
    shown = response.http_response
    return Reply(shown.status_code, shown.headers, shown.content, response._source, shown.http_version)


def outcome_of(error: Exception) -> Reply | Lost:
    """Return the outcome for the retry plan when middleware raised one of the errors that take part in retries."""
    lost = error.__dict__.get("_lost")
    if isinstance(lost, Lost):
        return lost
    if isinstance(error, APIStatusError):
        shown = error.response
        return Reply(shown.status_code, shown.headers, shown.content)
    return Lost("read", "unanswered", str(error), error, raise_as=error)

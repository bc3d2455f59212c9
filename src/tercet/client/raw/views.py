"""Views of a client: what a resource sees instead of its client when HTTP responses are asked for.

A resource calls `_send` or `_open` of its client and knows no more; a view gives it an APIResponse instead of the parsed
thing, so that no method had to be written again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Generic, TypeVar

from tercet.client.base import unread_body
from tercet.client.call import Call
from tercet.client.core import AsyncCore, Core
from tercet.client.generic import AsyncVerbs, Verbs
from tercet.client.raw.responses import APIResponse, AsyncAPIResponse
from tercet.client.replaced_verbs import Verb, send_through
from tercet.transport.base import AsyncWholeBody, WholeBody
from tercet.wire.frames import Guarded
from tercet.wire.http import Response

R = TypeVar("R")


class _View:
    """Stands in for the client of a resource. What it does not do itself, the client does; its resources are views too."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def _replaced(self, call: Call[Any]) -> Verb | None:
        return self._client._replaced(call)  # type: ignore[no-any-return]

    def _takes_too_long(self, arguments: Any) -> bool:
        return False  # whoever asks for the HTTP response wants the one that was asked for

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._client, name)
        return type(value)(self) if hasattr(value, "_client") else value


def _reader(call: Call[Any]) -> Callable[[Response, Any], Any]:
    return lambda response, source: call.read(response)


class RawView(_View, Verbs):
    """Gives APIResponses whose body was read (or, for streams, is ready to be parsed)."""

    _client: Core

    def _send(self, call: Call[Any]) -> APIResponse[Any]:
        if (verb := self._client._replaced(call)) is not None:
            return send_through(verb, call)  # type: ignore[no-any-return]
        response, ending = self._client._exchange(call)
        return APIResponse(response, ending, _reader(call), None)

    def _open(self, call: Call[Any], make: Callable[[Response, Any], Any]) -> APIResponse[Any]:
        if (verb := self._client._replaced(call)) is not None:
            return self._opened_through(verb, call, make)  # type: ignore[no-any-return]
        response, ending = self._client._exchange(call)
        return APIResponse(response, ending, make, unread_body(ending) or WholeBody(response.content))


class AsyncRawView(_View, AsyncVerbs):
    """The async twin of `RawView`."""

    _client: AsyncCore

    async def _send(self, call: Call[Any]) -> AsyncAPIResponse[Any]:
        if (verb := self._client._replaced(call)) is not None:
            return await send_through(verb, call)  # type: ignore[no-any-return]
        response, ending = await self._client._exchange(call)
        return AsyncAPIResponse(response, ending, _reader(call), None)

    async def _open(self, call: Call[Any], make: Callable[[Response, Any], Any]) -> AsyncAPIResponse[Any]:
        if (verb := self._client._replaced(call)) is not None:
            return await self._opened_through(verb, call, make)  # type: ignore[no-any-return]
        response, ending = await self._client._exchange(call)
        return AsyncAPIResponse(response, ending, make, unread_body(ending) or AsyncWholeBody(response.content))


class ResponseContextManager(Guarded, Generic[R]):
    """The block that a `with_streaming_response` method returns: the request goes out on entering the block."""

    def __init__(self, ask: Callable[[], R]) -> None:
        self._ask = ask
        self._response: Any = None

    def __enter__(self) -> R:
        self._response = self._ask()
        return self._response  # type: ignore[no-any-return]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._response is not None:
            self._response.close()


class AsyncResponseContextManager(Guarded, Generic[R]):
    """The async twin of `ResponseContextManager`."""

    def __init__(self, ask: Callable[[], Awaitable[R]]) -> None:
        self._ask = ask
        self._response: Any = None

    async def __aenter__(self) -> R:
        self._response = await self._ask()
        return self._response  # type: ignore[no-any-return]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._response is not None:
            await self._response.close()


class StreamingView(RawView):
    """Gives APIResponses whose body is still unread."""

    def _send(self, call: Call[Any]) -> APIResponse[Any]:
        return self._open(call, _reader(call))

    def _open(self, call: Call[Any], make: Callable[[Response, Any], Any]) -> APIResponse[Any]:
        call.stream = True  # leaves the body unread; says nothing to the API
        return super()._open(call, make)


class AsyncStreamingView(AsyncRawView):
    """The async twin of `StreamingView`."""

    async def _send(self, call: Call[Any]) -> AsyncAPIResponse[Any]:
        return await self._open(call, _reader(call))

    async def _open(self, call: Call[Any], make: Callable[[Response, Any], Any]) -> AsyncAPIResponse[Any]:
        call.stream = True
        return await super()._open(call, make)


class Deferred:
    """A resource whose methods return context managers: the request goes out on entering the block."""

    def __init__(self, resource: Any, manager: type[Any]) -> None:
        self._noun, self._manager = resource, manager

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._noun, name)
        if not callable(value):
            return Deferred(value, self._manager)

        def deferred(*arguments: Any, **named: Any) -> Any:
            return self._manager(lambda: value(*arguments, **named))

        deferred.__wrapped__ = value  # type: ignore[attr-defined]  # whose signature it has
        return deferred


def raw_view(resource: Any) -> Any:
    """Return `resource` with methods that return APIResponses."""
    view = AsyncRawView if resource._client._is_async else RawView
    return with_replaced(type(resource)(view(resource._client)), resource)


def with_replaced(made: Any, resource: Any) -> Any:
    """Return `made` with the methods that somebody has replaced on `resource`: no real request is sent past them."""
    replaced = {name: each for name, each in vars(resource).items() if callable(vars(type(resource)).get(name))}
    vars(made).update(replaced)
    return made


def deferred_view(resource: Any) -> Deferred:
    """Return `resource` with methods that return context managers over unread APIResponses."""
    view, manager = _streaming(resource._client)
    return Deferred(with_replaced(type(resource)(view), resource), manager)


def raw_client(client: Any) -> Any:
    """Return the client with resources whose methods return APIResponses."""
    return AsyncRawView(client) if client._is_async else RawView(client)


def deferred_client(client: Any) -> Any:
    """Return the client whose resources have such methods."""
    return Deferred(*_streaming(client))


def _streaming(client: Any) -> tuple[Any, type[Any]]:
    if client._is_async:
        return AsyncStreamingView(client), AsyncResponseContextManager
    return StreamingView(client), ResponseContextManager

"""`/v1/messages` and `/v1/messages/count_tokens`: JSON in, a message or its stream out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from tercet.server.access import Caller, caller
from tercet.server.exchange import HeaderPairs, PlainResponse, ServerExchange, StreamResponse, json_response
from tercet.server.service.events import events_of, sse_of
from tercet.server.service.message_service import MessageService
from tercet.server.service.request import MessageRequest, content_size
from tercet.server.state import State

EVENT_STREAM = (b"content-type", b"text/event-stream; charset=utf-8")
NO_CACHE = (b"cache-control", b"no-cache")
IN_A_THREAD = 256 * 1024
"""Bytes of a request from which on it is worked on beside the event loop, so that other clients need not wait."""


class PublicHeaders(Mapping[str, str]):
    """A request's headers without credentials, decoded when they are read: the simulated model hardly ever does."""

    __slots__ = ("_exchange",)

    def __init__(self, exchange: ServerExchange) -> None:
        self._exchange = exchange

    def __getitem__(self, name: str) -> str:
        return self._exchange.public_headers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._exchange.public_headers)

    def __len__(self) -> int:
        return len(self._exchange.public_headers)


async def create(state: State, exchange: ServerExchange) -> PlainResponse | StreamResponse:
    """`POST /v1/messages`."""
    asked = await read(state, exchange)
    message = await answered(state.service, asked)
    headers = state.service.limiter.headers(asked.caller.key, asked.model)
    if asked.request.get("stream"):
        return streamed(message, state.settings.pace, headers)
    return json_response(message, *headers)


async def count(state: State, exchange: ServerExchange) -> PlainResponse:
    """`POST /v1/messages/count_tokens`."""
    asked = await read(state, exchange)
    asked.counting = True
    return json_response(await beside(state.service.count, asked))


async def read(state: State, exchange: ServerExchange) -> MessageRequest:
    """Return the request with its circumstances: JSON first, then headers, as the API reads them."""
    request = await exchange.json(state.settings.message_bytes)
    who: Caller = caller(exchange, state.settings)
    size, warnings = content_size(exchange.content), exchange.warnings
    headers = PublicHeaders(exchange)
    return MessageRequest(request, who, headers, size=size, warnings=warnings, answerer=exchange.answerer)


async def answered(serving: MessageService, asked: MessageRequest) -> dict[str, Any]:
    """Return the message, made in a thread if that may take long."""
    return await beside(serving.message, asked, blocking=getattr(asked.answerer or serving.answerer, "blocking", False))


async def beside(work: Any, asked: MessageRequest, *, blocking: bool = False) -> dict[str, Any]:
    """Do the work at once, or in a thread if the request is large or the answerer waits for others."""
    if blocking or asked.size > IN_A_THREAD:
        made: dict[str, Any] = await asyncio.to_thread(work, asked)
        return made
    found: dict[str, Any] = work(asked)
    return found


def streamed(message: dict[str, Any], pace: float | None, more: HeaderPairs = ()) -> StreamResponse:
    """Return the message as server-sent events."""
    headers = (EVENT_STREAM, NO_CACHE, *more)
    if pace is None:
        return StreamResponse([sse_of(message)], headers)
    chunks = (event.sse() for event in events_of(message))
    tokens = max(1, message["usage"]["output_tokens"])
    return StreamResponse(chunks, headers, pace * sum(1 for _ in events_of(message)) / tokens)

"""The local API: guard, route, handler, response. No framework between: the path of a request is short."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from tercet.server.access import OriginGuard, preflight
from tercet.server.clock import Clock
from tercet.server.errors import HTTPError
from tercet.server.exchange import (
    LOCAL,
    BrokenOff,
    HeaderPairs,
    LiveResponse,
    PlainResponse,
    ServerExchange,
    StreamResponse,
)
from tercet.server.http.parser import Head
from tercet.server.http.transfer import ClientLeft, Outlet, RequestBody
from tercet.server.routes import ROUTES, found
from tercet.server.service.responder import Responder
from tercet.server.settings import ServerSettings
from tercet.server.state import State

if TYPE_CHECKING:
    from tercet.server.middleware import Stack

LOG = logging.getLogger("tercet.server")
LOG.addHandler(logging.NullHandler())
JSON_TYPE = (b"content-type", b"application/json")
WORTH_RETRYING = frozenset({408, 409, 429, 500, 503, 504, 529})
RETRY = {True: (b"x-should-retry", b"true"), False: (b"x-should-retry", b"false")}
AROUND = ("script", "upstream", "record", "replay", "faults", "journal", "control", "inspect", "data")
"""Settings that put something around every request."""
MOST_WARNING = 1000
"""Bytes of the warning header."""


class Application:
    """One local API: the guard at its door, the routes, and its state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.guard = OriginGuard(state.settings.hosts, state.settings.origins)
        self._organization = (b"anthropic-organization-id", state.settings.organization.encode())

    def extended(self) -> Stack:
        """Return the middlewares around every request; there are some from now on, if there were none."""
        state = self.state
        if state.stack is None:
            from tercet.server.middleware import Stack

            state.stack = Stack(
                state.settings,
                self.guard,
                state.responder,
                paths=tuple(dict.fromkeys(route.path for route in ROUTES)),
                install=self._install,
                refuse=self._refuse_connections,
            )
        return state.stack

    def _install(self, responder: Responder) -> None:
        self.state.service.answerer = responder

    def _refuse_connections(self, seconds: float) -> None:
        if self.state.refuse is not None:
            self.state.refuse(seconds)

    def start(self, loop: asyncio.AbstractEventLoop, refuse: Callable[[float], None]) -> None:
        """Get to know the loop that serves, and what closes the port for some seconds."""
        self.state.loop, self.state.refuse = loop, refuse

    def close(self) -> None:
        """Stop what goes on in the background. Call it in the server's event loop."""
        self.state.close()

    def answer(self, head: Head, incoming: RequestBody, out: Outlet) -> Coroutine[Any, Any, None]:
        """Answer one request, whoever brings it."""
        state = self.state
        exchange = ServerExchange(head, incoming, state.ids.request(), state.settings.body_seconds)
        if state.stack is None:
            return self.respond(exchange, out)
        return state.stack.respond(exchange, out, self.respond)

    async def respond(self, exchange: ServerExchange, out: Outlet) -> None:
        """Answer one request by its handler; whatever goes wrong is an answer too."""
        try:
            self.guard.check(exchange)
            find = exchange.find or found
            handler, values = find(exchange.method, exchange.path, exchange.raw_path)
            made = await handler(self.state, exchange, *values)
        except HTTPError as error:
            made = preflight(exchange) or self._refused(error, exchange)
        except ClientLeft:
            return
        except Exception:
            LOG.exception("the request %s could not be answered", exchange.request_id)
            made = self._refused(HTTPError(500, "Internal server error"), exchange)
        if isinstance(made, PlainResponse):
            length = (b"content-length", b"%d" % len(made.body))
            out.begin(made.status, [*self._headers(exchange, made.headers), length])
            await out.send(made.body, last=True)
        elif isinstance(made, StreamResponse):
            await self._stream(exchange, made, out)
        else:
            await _send_live(exchange, made, out)

    def _refused(self, error: HTTPError, exchange: ServerExchange) -> PlainResponse:
        body = error.body(exchange.request_id)
        headers = (JSON_TYPE, *error.headers)
        if not any(name == b"x-should-retry" for name, _ in error.headers):
            headers = (*headers, RETRY[error.status in WORTH_RETRYING])
        return PlainResponse(body, error.status, headers)

    def _headers(self, exchange: ServerExchange, own: HeaderPairs) -> list[tuple[bytes, bytes]]:
        headers = [*own, *exchange.told, (b"request-id", exchange.request_id.encode()), self._organization, LOCAL]
        if exchange.warnings:
            said = "; ".join(dict.fromkeys(exchange.warnings)).encode("ascii", "replace")[:MOST_WARNING]
            headers.append((b"tercet-warning", b"".join(said.splitlines())))
        return headers

    async def _stream(self, exchange: ServerExchange, reply: StreamResponse, out: Outlet) -> None:
        out.begin(200, self._headers(exchange, reply.headers))
        if reply.pace is None:
            await out.send(b"".join(reply.chunks), last=True)
        else:
            await _send_paced(exchange, reply.chunks, reply.pace, out)


async def _send_live(exchange: ServerExchange, reply: LiveResponse, out: Outlet) -> None:
    """Send what comes as it comes, until the client leaves."""
    out.begin(reply.status, [*reply.headers, *exchange.told])
    await out.send(b"")
    try:
        async with contextlib.aclosing(reply.chunks) as chunks:
            while (chunk := await _sooner(chunks, exchange.left)) is not None:
                await out.send(chunk)
        if not exchange.left.done():
            await out.send(b"", last=True)
    except BrokenOff:  # a response without its end closes the connection
        LOG.warning("the answer to %s was broken off where it came from", exchange.request_id)


async def _sooner(chunks: AsyncGenerator[bytes, None], left: asyncio.Future[None]) -> bytes | None:
    """Return the next chunk; None at the end, and when the client leaves before it comes."""
    coming = asyncio.ensure_future(anext(chunks, None))
    try:
        waited: set[asyncio.Future[Any]] = {coming, left}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        return None if left.done() else await coming
    finally:
        if not coming.done():
            coming.cancel()
            await asyncio.wait({coming})


async def _send_paced(exchange: ServerExchange, chunks: Iterable[bytes], pace: float, out: Outlet) -> None:
    """Send `pace` chunks a second by a fixed schedule: what is late goes out together. Ends when the client leaves."""
    loop, left = asyncio.get_running_loop(), exchange.left
    begun, sent = loop.time(), 0
    coming = iter(chunks)
    following = next(coming, None)
    while following is not None and not left.done():
        due = 1 + int((loop.time() - begun) * pace) - sent
        if due > 0:
            part = [following, *islice(coming, due - 1)]
            following = next(coming, None)
            sent += len(part)
            await out.send(b"".join(part))
        await asyncio.sleep(max(0.0, begun + sent / pace - loop.time()))
    if following is None:
        await out.send(b"", last=True)


def create_app(settings: ServerSettings | None = None, answerer: Responder | None = None) -> Application:
    """Return a local API. Without an answerer, the simulated model answers."""
    settings = settings or ServerSettings()
    if settings.control is not None and settings.clock is time.time:
        settings = replace(settings, clock=Clock())
    if answerer is not None:
        state = State(settings, answerer)
    else:
        from tercet.server.simulated import SimulatedModel, verify

        model: Responder = SimulatedModel()
        if settings.output_tokens is not None:
            from tercet.server.simulated.lengths import MeasuredResponder

            model = MeasuredResponder(model, settings.output_tokens, settings.seed)
        state = State(settings, model, verify)
    made = Application(state)
    if any(getattr(settings, name) not in (None, False) for name in AROUND):
        _fit(made.extended(), state)
    return made


def _fit(stack: Stack, state: State) -> None:
    """Put in what the settings ask for, the routes of control and inspector included."""
    stack.fit(state.storage)
    if state.settings.control is not None:
        from tercet.server import control

        stack.add_routes(control.ROUTES)
    if state.settings.inspect:
        from tercet.server.inspector import pages

        stack.add_routes(pages.ROUTES)

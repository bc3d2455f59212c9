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

from tercet.server.clock import Clock
from tercet.server.errors import HTTPError
from tercet.server.exchange import BrokenOff, HeaderPairs, LiveResponse, PlainResponse, ServerExchange, StreamResponse
from tercet.server.guard import OriginGuard, preflight
from tercet.server.http.head import Head
from tercet.server.http.incoming import ClientLeft, RequestBody
from tercet.server.http.outgoing import Outlet
from tercet.server.ids import Ids
from tercet.server.routes import Finder, found
from tercet.server.service.message_service import MessageService
from tercet.server.service.responder import Responder
from tercet.server.settings import ServerSettings
from tercet.server.stores.batches import BatchStore
from tercet.server.stores.files import FileStore

if TYPE_CHECKING:
    from tercet.server.outer import Outer
    from tercet.server.stores.sqlite import Storage

LOG = logging.getLogger("tercet.server")
LOG.addHandler(logging.NullHandler())
JSON_TYPE = (b"content-type", b"application/json")
WORTH_RETRYING = frozenset({408, 409, 429, 500, 503, 504, 529})
RETRY = {True: (b"x-should-retry", b"true"), False: (b"x-should-retry", b"false")}
AROUND = ("script", "upstream", "record", "replay", "faults", "journal", "control", "inspect", "data")
"""Settings that put something around every request."""
CALL_SECONDS = 30.0
MOST_WARNING = 1000
"""Bytes of the warning header."""


class Application:
    """One local API: its settings and what it remembers."""

    def __init__(
        self,
        settings: ServerSettings,
        answerer: Responder,
        verify: Callable[[dict[str, Any]], bool] | None = None,
    ) -> None:
        self.settings, self.answerer, self._verify = settings, answerer, verify
        self.storage = _storage(settings)
        self._begin()
        self.guard = OriginGuard(settings.hosts, settings.origins)
        self.outer: Outer | None = None
        """Journal, scripts, faults and control, around every request; None unless asked for."""
        self._organization = (b"anthropic-organization-id", settings.organization.encode())
        self.loop: asyncio.AbstractEventLoop | None = None
        """The loop that serves, once it runs."""
        self.refuse: Callable[[float], None] | None = None
        """Closes the port for some seconds, where there is one."""

    def _begin(self) -> None:
        """Remember nothing yet."""
        settings = self.settings
        starts = self.storage.starts if self.storage is not None else 0
        self.ids = Ids(settings.seed + (starts << 64))
        self.files = FileStore(settings, self.ids)
        self.serving = MessageService(settings, self.ids, self.answerer, self.files, self._verify)
        self.batches = BatchStore(settings, self.ids, self.serving)
        if self.storage is not None:
            self.files.keep_in(self.storage)
            self.batches.keep_in(self.storage)

    def reset(self) -> None:
        """Forget everything, as if newly started: files, batches, caches, threads, and what `outer` holds."""
        self.batches.close()
        if self.outer is not None:
            self.outer.drop()
        if self.storage is not None:
            self.storage.clear()
        self._begin()
        if self.outer is not None:
            self.outer.reset()

    def call(self, work: Callable[[], None]) -> None:
        """Do this in the server's loop, from another thread, and return when it was done."""
        if self.loop is None or not self.loop.is_running():
            work()
            return

        async def done() -> None:
            work()

        asyncio.run_coroutine_threadsafe(done(), self.loop).result(CALL_SECONDS)

    def extended(self) -> Outer:
        """What stands around every request; from now on, if nothing did."""
        if self.outer is None:
            from tercet.server.outer import Outer

            self.outer = Outer(self)
        return self.outer

    def answer(self, head: Head, incoming: RequestBody, out: Outlet) -> Coroutine[Any, Any, None]:
        """Answer one request, whoever brings it."""
        exchange = ServerExchange(head, incoming, self.ids.request(), self.settings.body_seconds)
        respond = self.respond if self.outer is None else self.outer.respond
        return respond(exchange, out)

    async def respond(self, exchange: ServerExchange, out: Outlet, find: Finder = found) -> None:
        """Answer one request by the handler that `find` finds; whatever goes wrong is an answer too."""
        try:
            self.guard.check(exchange)
            handler, values = find(exchange.method, exchange.path, exchange.raw_path)
            made = await handler(self, exchange, *values)
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
        headers = [*own, *exchange.told, (b"request-id", exchange.request_id.encode()), self._organization]
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

    def close(self) -> None:
        """Stop what goes on in the background. Call it in the server's event loop."""
        self.batches.close()
        if self.outer is not None:
            self.outer.close()
        if self.storage is not None:
            self.storage.close()


def _storage(settings: ServerSettings) -> Storage | None:
    if settings.data is None:
        return None
    from tercet.server.stores.sqlite import Storage

    return Storage(settings.data)


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
    """The next chunk; None at the end, and when the client leaves before it comes."""
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
    """A local API. Without an answerer, the simulated model answers."""
    settings = settings or ServerSettings()
    if settings.control is not None and settings.clock is time.time:
        settings = replace(settings, clock=Clock())
    if answerer is not None:
        made = Application(settings, answerer)
    else:
        from tercet.server.simulated import SimulatedModel, verify

        made = Application(settings, SimulatedModel(), verify)
    if any(getattr(settings, name) not in (None, False) for name in AROUND):
        made.extended().fit(settings)
    return made

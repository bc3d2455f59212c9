"""Middlewares around every request: journal, script, faults, recordings or another server, each a middleware.

A middleware takes an exchange, where its response goes, and what follows; it may look, wait, change the exchange, put
itself before the response, or raise an HTTPError in the place of everything that follows. A server that uses none of
these has no stack, and its requests pay nothing for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Any, TypeAlias

from tercet.server.access import OriginGuard
from tercet.server.errors import HTTPError
from tercet.server.exchange import Finder, Handler, PlainResponse, ServerExchange
from tercet.server.faults.injection import Injection
from tercet.server.faults.rules import FaultRules
from tercet.server.http.transfer import ClientLeft, Outlet
from tercet.server.journal.journal import MOST_ENTRIES, Journal, Recorder
from tercet.server.journal.writing import JournalWriter
from tercet.server.responders.outcome import Fixed
from tercet.server.responders.script import Batched, Script, script_of
from tercet.server.routing import Route, RouteTable
from tercet.server.service.responder import Responder
from tercet.server.settings import ServerSettings
from tercet.server.stores.sqlite import Storage
from tercet.wire.redaction import Redaction

PREFIX = "/_tercet/"
JSON_TYPE = b"application/json"
Following: TypeAlias = Callable[[ServerExchange, Outlet], Awaitable[None]]
Layer: TypeAlias = Callable[[ServerExchange, Outlet, Following], Awaitable[None]]


class Stack:
    """The middlewares of one server, in order, each of them optional. Others may be put in while the server runs.

    `install` makes another responder answer the requests of batches; `refuse` closes the port for some seconds.
    """

    def __init__(
        self,
        settings: ServerSettings,
        guard: OriginGuard,
        responder: Responder,
        *,
        paths: tuple[str, ...],
        install: Callable[[Responder], None],
        refuse: Callable[[float], None],
    ) -> None:
        self._settings, self._guard, self._responder = settings, guard, responder
        self._install, self._refuse, self._paths = install, refuse, paths
        self._writer: JournalWriter | None = None
        self._rewind: Callable[[], None] | None = None
        self._hang_up: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.journal: Journal | None = None
        self.script: Script | None = None
        self.faults: FaultRules | None = None
        self._elsewhere: Handler | None = None
        self._routes: tuple[Route, ...] = ()
        self._own = RouteTable(())
        """The routes of `/_tercet/`."""
        self._layers: tuple[Layer, ...] = ()

    # --- what there is ------------------------------------------------------------------------------------------------

    def fit(self, storage: Storage | None) -> None:
        """Put in what the settings ask for. Raises ValueError and OSError for what cannot be had."""
        settings = self._settings
        self._fit_script()
        if settings.journal or settings.inspect or settings.control is not None or storage is not None:
            self.journal = Journal()
        if storage is not None and self.journal is not None:
            self.journal.restore(storage.entries(MOST_ENTRIES))
            self._writer = JournalWriter(self.journal, storage)
        self._fit_elsewhere()
        self._arrange()

    def add_routes(self, routes: Iterable[Route]) -> None:
        """Serve these too, under `/_tercet/`."""
        self._routes = (*self._routes, *routes)
        self._own = RouteTable(self._routes)

    def _fit_script(self) -> None:
        settings = self._settings
        self.script = self.faults = None
        if settings.script is not None:
            self._use(script_of(settings.script))
        if settings.faults is not None:
            self.faults = FaultRules(settings.faults, settings.seed, self._served())

    def _served(self) -> tuple[str, ...] | None:
        """Return the paths that may be asked for; None where a script, recordings or an upstream may answer any."""
        settings = self._settings
        elsewhere = settings.script is not None or settings.replay is not None or settings.upstream is not None
        return None if elsewhere else self._paths

    def _fit_elsewhere(self) -> None:
        """Recordings or an upstream, if the settings name them."""
        settings = self._settings
        if settings.replay is not None:
            from tercet.server.responders.replaying import Replay

            if settings.upstream is not None or settings.record is not None:
                raise ValueError("recordings are either played or made: give replay, or upstream with record")
            replay = Replay(settings.replay, original_timing=settings.replay_timing)
            self._elsewhere, self._rewind = replay.answer, replay.rewind
        elif settings.upstream is not None:
            from tercet.server.responders.upstream import Upstream

            upstream = Upstream(settings.upstream, settings.record)
            self._elsewhere, self._hang_up = upstream.answer, upstream.close
        elif settings.record is not None:
            raise ValueError("record needs an upstream: the URL of the server whose answers are kept")

    def _use(self, script: Script) -> Script:
        """Let this script answer first, requests of batches included."""
        self.script = script
        self._install(Batched(script, self._responder))
        return script

    def script_or_new(self) -> Script:
        """Return the script; an empty one from now on, if there was none."""
        script = self.script or self._use(Script())
        self._arrange()
        return script

    def faults_or_new(self) -> FaultRules:
        """Return the rules for faults; none of them from now on, if there was nothing."""
        self.faults = self.faults or FaultRules((), self._settings.seed, self._served())
        self._arrange()
        return self.faults

    def _arrange(self) -> None:
        """Make the list of middlewares anew, from the outermost to the innermost."""
        layers: list[Layer] = [] if self.journal is None else [Journaling(self.journal)]
        layers.append(guarding(self._guard, self._settings.batch_bytes if self.journal is not None else None))
        if self.script is not None:
            layers.append(Scripting(self.script, self._settings.batch_bytes))
        if self.script is not None or self.faults is not None:
            layers.append(Injecting(self.faults, self._settings.file_bytes, self._refuse))
        if self._elsewhere is not None:
            layers.append(answering_elsewhere(self._elsewhere))
        self._layers = tuple(layers)

    # --- the life of it -----------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Forget what was asked, and go by the settings' script and faults again."""
        if self.journal is not None:
            self.journal.clear()
        if self._rewind is not None:
            self._rewind()
        self._fit_script()
        self._arrange()

    def drop(self) -> None:
        """Bring nothing more of the past to the disk."""
        if self._writer is not None:
            self._writer.drop()

    def close(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Bring to an end what goes on beside the requests."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._hang_up is not None and loop is not None and loop.is_running():  # else nothing was ever sent
            self._hanging_up = loop.create_task(self._hang_up())

    # --- one request --------------------------------------------------------------------------------------------------

    async def respond(self, exchange: ServerExchange, out: Outlet, core: Following) -> None:
        """Answer one request as `core` would, through all middlewares."""
        if exchange.path.startswith(PREFIX):
            exchange.find = self._own.found
            await core(exchange, out)
            return
        exchange.bare = out
        try:
            await self._through(self._layers, core, exchange, out)
        except ClientLeft:
            return

    async def _through(self, layers: tuple[Layer, ...], core: Following, exchange: ServerExchange, out: Outlet) -> None:
        if not layers:
            await core(exchange, out)
            return
        try:
            await layers[0](exchange, out, partial(self._through, layers[1:], core))
        except HTTPError as error:
            exchange.find = refusing(error)
            await core(exchange, out)


async def json_body(exchange: ServerExchange, most: int) -> bytes:
    """Return the body if it is JSON: also of requests that are refused unread otherwise."""
    kind = exchange.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return await exchange.body(most) if kind == JSON_TYPE else b""


class Journaling:
    """Keeps what was asked and answered."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def __call__(self, exchange: ServerExchange, out: Outlet, following: Following) -> None:
        recorder = Recorder(self._journal, exchange, out)
        try:
            await following(exchange, recorder)
        finally:
            if exchange.fault:
                recorder.entry.fault = Redaction(exchange.pairs).text(exchange.fault)
            recorder.close()


def guarding(guard: OriginGuard, most_bytes: int | None) -> Layer:
    """Return a middleware that refuses what the guard refuses, before a script's answer is taken for it.

    With `most_bytes`, it reads the body, so that a journal has it also of what is refused later.
    """

    async def layer(exchange: ServerExchange, out: Outlet, following: Following) -> None:
        guard.check(exchange)
        if most_bytes is not None:
            await json_body(exchange, most_bytes)
        await following(exchange, out)

    return layer


class Scripting:
    """Lets a script say what answers a request, and what goes wrong with it."""

    def __init__(self, script: Script, most_bytes: int) -> None:
        self._script, self._most_bytes = script, most_bytes

    async def __call__(self, exchange: ServerExchange, out: Outlet, following: Following) -> None:
        script = self._script
        if script.concerns(exchange.method, exchange.path):
            content = await json_body(exchange, self._most_bytes)
            asked = exchange.method, exchange.path, exchange.public_headers, content
            outcome = await asyncio.to_thread(script.outcome, *asked) if script.blocking else script.outcome(*asked)
            if outcome is not None:
                exchange.faults = outcome.faults
                exchange.answerer = Fixed(outcome.answer) if outcome.answer is not None else None
        await following(exchange, out)


class Injecting:
    """Does faults to requests: those of the script, and those that the rules choose."""

    def __init__(self, rules: FaultRules | None, most_bytes: int, refuse: Callable[[float], None]) -> None:
        self._rules, self._most_bytes, self._refuse = rules, most_bytes, refuse

    async def __call__(self, exchange: ServerExchange, out: Outlet, following: Following) -> None:
        faults, asked = exchange.faults, " + ".join(fault.kind for fault in exchange.faults)
        if self._rules is not None:
            chosen, said = self._rules.of(exchange)
            faults, asked = (*faults, *chosen), said or asked
        if not faults:
            await following(exchange, out)
            return
        await exchange.body(self._most_bytes)  # they strike when the request is whole: clients always see the same
        exchange.fault = asked
        await Injection(exchange, out, self._refuse).respond(faults, following)


def answering_elsewhere(handler: Handler) -> Layer:
    """Return a middleware that lets recordings, or another server, answer what no script and no fault has answered."""

    async def layer(exchange: ServerExchange, out: Outlet, following: Following) -> None:
        if exchange.answerer is None and exchange.find is None:
            exchange.find = lambda verb, path, raw_path: (handler, [])
        await following(exchange, out)

    return layer


def refusing(error: HTTPError) -> Finder:
    """Return a finder of a handler that raises this error."""

    async def handler(state: Any, exchange: ServerExchange) -> PlainResponse:
        raise error

    return lambda verb, path, raw_path: (handler, [])

"""What stands around every request where it was asked for: journal, control routes, scripts, faults, other servers' answers.

A server without any of these has no Outer, and its requests pay nothing for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from tercet.server import control
from tercet.server.errors import HTTPError, not_found
from tercet.server.exchange import PlainResponse, ServerExchange
from tercet.server.faults.injection import Injection
from tercet.server.faults.rules import FaultRules
from tercet.server.faults.spec import FaultSpec
from tercet.server.http.incoming import ClientLeft
from tercet.server.http.outgoing import Outlet
from tercet.server.journal.journal import MOST_ENTRIES, Entry, Journal, Recorder
from tercet.server.journal.redaction import Redaction
from tercet.server.journal.writing import JournalWriter
from tercet.server.responders.outcome import Fixed, Outcome
from tercet.server.responders.script import Batched, Script, script_of
from tercet.server.routes import Finder, Handler, Route, Table, found

if TYPE_CHECKING:
    from tercet.server.app import Application
    from tercet.server.settings import ServerSettings

PREFIX = "/_tercet/"
JSON_TYPE = b"application/json"


class Outer:
    """The parts that are there, each of them optional. Others may be put in while the server runs."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._writer: JournalWriter | None = None
        self._rewind: Callable[[], None] | None = None
        self._hang_up: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.journal: Journal | None = None
        self.script: Script | None = None
        self.faults: FaultRules | None = None
        self._routes: tuple[Route, ...] = ()
        self.own: Finder = _nothing
        """Finds the handlers of `/_tercet/`."""
        self.elsewhere: Handler | None = None
        """Answers in the place of all routes: recordings, or another server."""

    def fit(self, settings: ServerSettings) -> None:
        """Put in what the settings ask for. Raises ValueError and OSError for what cannot be had."""
        self._fit_script(settings)
        storage = self._app.storage
        if settings.journal or settings.inspect or settings.control is not None or storage is not None:
            self.journal = Journal()
        if storage is not None and self.journal is not None:
            self.journal.restore(storage.entries(MOST_ENTRIES))
            self._writer = JournalWriter(self.journal, storage)
        if settings.control is not None:
            self.add_routes(control.ROUTES)
        if settings.inspect:
            from tercet.server.inspector import pages

            self.add_routes(pages.ROUTES)
        self._fit_elsewhere(settings)

    def _fit_elsewhere(self, settings: ServerSettings) -> None:
        """Recordings or an upstream, if the settings name them."""
        if settings.replay is not None:
            from tercet.server.responders.replaying import Replay

            if settings.upstream is not None or settings.record is not None:
                raise ValueError("recordings are either played or made: give replay, or upstream with record")
            replay = Replay(settings.replay, original_timing=settings.replay_timing)
            self.elsewhere, self._rewind = replay.answer, replay.rewind
        elif settings.upstream is not None:
            from tercet.server.responders.upstream import Upstream

            upstream = Upstream(settings.upstream, settings.record)
            self.elsewhere, self._hang_up = upstream.answer, upstream.close
        elif settings.record is not None:
            raise ValueError("record needs an upstream: the URL of the server whose answers are kept")

    def add_routes(self, routes: Iterable[Route]) -> None:
        """Serve these too, under `/_tercet/`."""
        self._routes = (*self._routes, *routes)
        self.own = Table(self._routes).found

    def _fit_script(self, settings: ServerSettings) -> None:
        if settings.script is not None:
            self.scripted(script_of(settings.script))
        if settings.faults is not None:
            self.faults = FaultRules(settings.faults, settings.seed)

    def scripted(self, script: Script) -> Script:
        """Let this script answer first, requests of batches included."""
        self.script = script
        self._app.serving.answerer = Batched(script, self._app.answerer)
        return script

    def script_or_new(self) -> Script:
        """The script; an empty one from now on, if there was none."""
        return self.script or self.scripted(Script())

    def faults_or_new(self) -> FaultRules:
        """The rules for faults; none of them from now on, if there was nothing."""
        self.faults = self.faults or FaultRules((), self._app.settings.seed)
        return self.faults

    def reset(self) -> None:
        """Forget what was asked, and go by the settings' script and faults again."""
        if self.journal is not None:
            self.journal.clear()
        if self._rewind is not None:
            self._rewind()
        self.script, self.faults = None, None
        self._fit_script(self._app.settings)

    def drop(self) -> None:
        """Bring nothing more of the past to the disk."""
        if self._writer is not None:
            self._writer.drop()

    def close(self) -> None:
        """Bring to an end what goes on beside the requests."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._hang_up is not None:
            loop = self._app.loop
            if loop is not None and loop.is_running():  # otherwise nothing was ever sent
                self._hanging_up = loop.create_task(self._hang_up())

    async def respond(self, exchange: ServerExchange, out: Outlet) -> None:
        """Answer one request."""
        if exchange.path.startswith(PREFIX):
            await self._app.respond(exchange, out, self.own)
        elif self.journal is None:
            await self._served(exchange, out, out, None)
        else:
            recorder = Recorder(self.journal, exchange, out)
            try:
                await self._served(exchange, recorder, out, recorder.entry)
            finally:
                recorder.close()

    async def _served(self, exchange: ServerExchange, out: Outlet, bare: Outlet, entry: Entry | None) -> None:
        try:
            self._app.guard.check(exchange)
            if entry is not None:
                await self._read(exchange)
            outcome = await self._outcome(exchange)
            faults, asked = self._faults(exchange, outcome)
            if faults:  # they strike when the request is whole, so that clients always see the same
                await exchange.body(self._app.settings.file_bytes)
        except HTTPError as error:
            await self._app.respond(exchange, out, _refusing(error))
            return
        except ClientLeft:
            return
        if outcome is not None and outcome.answer is not None:
            exchange.answerer = Fixed(outcome.answer)
        find = self._find(exchange)
        if not faults:
            await self._app.respond(exchange, out, find)
            return
        if entry is not None:
            entry.fault = Redaction(exchange.pairs).text(asked or "") or None
        delivery = Injection(exchange, out, bare, self._app.refuse)
        await delivery.respond(faults, find, self._app.respond)

    async def _outcome(self, exchange: ServerExchange) -> Outcome | None:
        """What the script says to this request."""
        script = self.script
        if script is None or not script.concerns(exchange.method, exchange.path):
            return None
        content = await self._read(exchange)
        asked = exchange.method, exchange.path, exchange.public_headers, content
        return await asyncio.to_thread(script.outcome, *asked) if script.blocking else script.outcome(*asked)

    async def _read(self, exchange: ServerExchange) -> bytes:
        """The body, if it is JSON: also of requests that are refused unread otherwise."""
        kind = exchange.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        return await exchange.body(self._app.settings.batch_bytes) if kind == JSON_TYPE else b""

    def _faults(self, exchange: ServerExchange, outcome: Outcome | None) -> tuple[tuple[FaultSpec, ...], str | None]:
        scripted = outcome.faults if outcome is not None else ()
        asked = " + ".join(fault.kind for fault in scripted) or None
        if self.faults is None:
            return scripted, asked
        chosen, said = self.faults.of(exchange)
        return (*scripted, *chosen), said or asked

    def _find(self, exchange: ServerExchange) -> Finder:
        if self.elsewhere is None or exchange.answerer is not None:
            return found
        handler = self.elsewhere
        return lambda verb, path, raw_path: (handler, [])


def _nothing(verb: str, path: str, raw_path: bytes) -> tuple[Handler, list[str]]:
    raise not_found(f"Not found: {path[:200]}")


def _refusing(error: HTTPError) -> Finder:
    async def handler(app: Any, exchange: ServerExchange) -> PlainResponse:
        raise error

    return lambda verb, path, raw_path: (handler, [])

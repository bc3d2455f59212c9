"""Carries faults out on one exchange: waits, cuts the connection at the byte, lets the rest pass. Needs a real connection:
a reset is one, and what happens inside the head happens to the bytes that are written."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from tercet.server.exchange import Finder, Handler, PlainResponse, ServerExchange
from tercet.server.faults.events import Events
from tercet.server.faults.replacements import KINDS as INSTEAD
from tercet.server.faults.replacements import reply_of
from tercet.server.faults.spec import FaultSpec
from tercet.server.faults.steps import Action, Pause, Step, cut, run, step_of
from tercet.server.http.connection import ServerConnection
from tercet.server.http.parser import Pairs
from tercet.server.http.transfer import Outlet, ResponseWriter

FLUSH_SECONDS = 5.0
"""How long a client may take to read what was sent before its connection is closed."""
GARBAGE = {
    "bytes": b"\x00\x01\x02\xff\xfe garbage\r\n\r\n",
    "tls": b"\x15\x03\x01\x00\x02\x02\x46",
    "http2": b"HTTP/2 200 OK\r\ncontent-length: 0\r\n\r\n",
    "nul": b"HTTP/1.1 200 OK\r\nx-nul: a\x00b\r\ncontent-length: 2\r\n\r\n{}",
}
KEEPS_LENGTH = frozenset({"rst", "fin", "stall", "corrupt", "drip", "slow", "length"})
LENGTH = re.compile(rb"(?i)(\r\ncontent-length: )\d+")
ORDER = ("events", "newlines", "gzip")
"""Steps that change the body come before those that cut it, in this order."""
Respond = Callable[[ServerExchange, Outlet], Awaitable[None]]


class Cut(Exception):  # noqa: N818 - it is what was asked for
    """The connection is gone, as a fault wanted it. Ends the work on the response."""


class Injection:
    """One exchange under faults: an outlet before another. `refuse(seconds)` closes the door of the server."""

    def __init__(self, exchange: ServerExchange, out: Outlet, refuse: Callable[[float], None]) -> None:
        self._exchange, self._out, self._refuse = exchange, out, refuse
        self._response = cast(ResponseWriter, exchange.bare)
        self._connection = cast(ServerConnection, self._response.connection)
        self._steps: list[Step] = []
        self._keeps_length = True
        self._head: HeadFault | None = None

    async def respond(self, faults: Sequence[FaultSpec], following: Respond) -> None:
        """Answer as what follows would, with the faults done to it."""
        try:
            for fault in faults:
                await self._before(fault)
            instead = next((fault for fault in faults if fault.kind in INSTEAD), None)
            self._prepare(faults)
            if instead is not None:
                self._exchange.find = _finder(instead)
            await following(self._exchange, self if self._steps else self._out)
            if self._head is not None:
                await self._wait(self._head.stalls)
                await self._close("fin")
        except Cut:
            await self._gone()

    # --- before the answer --------------------------------------------------------------------------------------------

    async def _before(self, fault: FaultSpec) -> None:
        if fault.kind == "slow":
            await self._wait(fault.seconds or 1.0)
        elif fault.kind == "refuse":
            self._refuse(fault.seconds or 1.0)
            await self._close("rst")
        elif fault.kind == "close":
            await self._close("fin")
        elif fault.kind == "garbage":
            self._connection.write(GARBAGE[fault.value or "bytes"])
            await self._close("fin")
        elif fault.kind in ("rst", "fin", "stall") and fault.place in (None, ("head", 0)):
            for action in cut(fault):
                await self._do(action)

    def _prepare(self, faults: Sequence[FaultSpec]) -> None:
        """Prepare the steps of the body, and what watches over the head."""
        edits: list[Step] = [
            Events(fault)
            for fault in faults
            if fault.kind == "pace" or (fault.place is not None and fault.place[0] == "event")
        ]
        rest = sorted((fault for fault in faults), key=lambda fault: _order(fault.kind))
        self._steps = edits + [step for fault in rest if (step := step_of(fault)) is not None]
        self._keeps_length = not edits and all(fault.kind in KEEPS_LENGTH | INSTEAD for fault in faults)
        self._gzips = any(fault.kind == "gzip" for fault in faults)
        head = next((fault for fault in faults if _in_head(fault)), None)
        if head is not None:
            self._head = HeadFault(self._connection, head)
            self._response.write = self._head.write

    # --- the answer ---------------------------------------------------------------------------------------------------

    def begin(self, status: int, headers: Pairs) -> None:
        """Pass the head on; its length holds only where the body stays as it is."""
        self._out.begin(status, self._headers(headers))

    async def send(self, data: bytes, *, last: bool = False) -> None:
        """Pass on what the steps make of a piece of the body."""
        await self._out.send(b"")  # the head: a cut before the body's first byte leaves it whole
        for action in run(self._steps, data, last=last):
            await self._do(action)
        if last:
            await self._out.send(b"", last=True)

    def _headers(self, headers: Pairs) -> list[tuple[bytes, bytes]]:
        kept = [pair for pair in headers if self._keeps_length or pair[0] != b"content-length"]
        return [*kept, (b"content-encoding", b"gzip")] if self._gzips else kept

    async def _do(self, action: Action) -> None:
        if isinstance(action, bytes):
            await self._out.send(action)
        elif isinstance(action, Pause):
            await self._wait(action.seconds)
        elif action.how == "end":
            await self._out.send(b"", last=True)
            raise Cut
        else:
            await self._close(action.how)

    # --- the connection -----------------------------------------------------------------------------------------------

    async def _wait(self, seconds: float | None) -> None:
        """Wait, at most until the client has left; `None` waits for nothing else."""
        done, _ = await asyncio.wait({self._connection.gone}, timeout=seconds)
        if done:
            raise Cut

    async def _close(self, how: str) -> None:
        """Close the connection: `fin` after everything was read, `rst` with what is on its way already."""
        await self._connection.flushed(FLUSH_SECONDS)
        if how == "rst":
            self._connection.reset()
        else:
            self._connection.close()
        raise Cut

    async def _gone(self) -> None:
        """Wait until the connection is known to be gone, so that nothing more is made of this exchange."""
        if not self._response.is_whole:
            done, _ = await asyncio.wait({self._connection.gone}, timeout=FLUSH_SECONDS)
            if not done:
                self._connection.abort()


def _order(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _in_head(fault: FaultSpec) -> bool:
    return fault.kind == "length" or (fault.place is not None and fault.place[0] == "head" and fault.place[1] != 0)


def _finder(fault: FaultSpec) -> Finder:
    async def handler(_: Any, exchange: ServerExchange) -> PlainResponse:
        return reply_of(fault, exchange)

    def find(verb: str, path: str, raw_path: bytes) -> tuple[Handler, list[str]]:
        return handler, []

    return find


class HeadFault:
    """Stands before a connection and does to the response's first bytes what the fault says; the rest passes."""

    def __init__(self, connection: ServerConnection, fault: FaultSpec) -> None:
        self._connection, self._fault = connection, fault
        self._left = int(fault.place[1]) if fault.place is not None else 0
        self._begun = False

    @property
    def stalls(self) -> float | None:
        """Seconds in which nothing more comes before the connection is closed; None: until the client leaves."""
        return self._fault.seconds if self._fault.kind == "stall" else 0.0

    def write(self, data: bytes) -> None:
        """Write, changed or cut."""
        if self._fault.kind == "length":
            if not self._begun:
                data = LENGTH.sub(rb"\g<1>%d" % (self._fault.number or 0), data)
            self._begun = True
            self._connection.write(data)
            return
        room, self._left = self._left, self._left - len(data)
        if room > 0:
            self._connection.write(data[:room])
        if self._left <= 0 and not self._begun:
            self._begun = True
            self._strike()

    def _strike(self) -> None:
        if self._fault.kind == "rst":
            self._connection.reset()
        elif self._fault.kind == "fin":
            self._connection.close()

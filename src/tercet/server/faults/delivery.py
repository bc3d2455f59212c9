"""Carries faults out on one exchange: waits, cuts the connection at the byte, lets the rest pass. Needs a real connection
for resets and for what happens inside the head; uvicorn's own is found behind its `send`."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tercet.server.exchange import Event, Exchange, Reply, Send
from tercet.server.faults.events import Events
from tercet.server.faults.instead import KINDS as INSTEAD
from tercet.server.faults.instead import reply_of
from tercet.server.faults.spec import Fault
from tercet.server.faults.steps import Action, Pause, Step, cut, run, step_of
from tercet.server.routes import Finder, Handler

FLUSH_SECONDS = 5.0
"""How long a client may take to read what was sent before its connection is closed."""
POLL_SECONDS = 0.02
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
Respond = Callable[[Exchange, Any, Send, Finder], Awaitable[None]]


class Cut(Exception):  # noqa: N818 - it is what was asked for
    """The connection is gone, as a fault wanted it. Ends the work on the response."""


class Delivery:
    """One exchange under faults. `refuse(seconds)` closes the door of the server, where it has one."""

    def __init__(
        self, exchange: Exchange, send: Send, raw_send: Send, refuse: Callable[[float], None] | None = None
    ) -> None:
        self._exchange, self._send, self._refuse = exchange, send, refuse
        self._cycle: Any = getattr(raw_send, "__self__", None)
        self._steps: list[Step] = []
        self._keeps_length = True

    async def respond(self, faults: Sequence[Fault], scope: Any, find: Finder, respond: Respond) -> None:
        """Answer as `respond` would, with the faults done to it."""
        try:
            for fault in faults:
                await self._begin(fault)
            instead = next((fault for fault in faults if fault.kind in INSTEAD), None)
            self._prepare(faults)
            finder = find if instead is None else _finder(instead)
            await respond(self._exchange, scope, self._passed if self._steps else self._send, finder)
            watched = self._transport()
            if isinstance(watched, HeadFault):
                await self._wait(watched.stalls)
                await self._close("fin")
        except Cut:
            await self._gone()

    # --- before the answer --------------------------------------------------------------------------------------------

    async def _begin(self, fault: Fault) -> None:
        if fault.kind == "slow":
            await self._wait(fault.seconds or 1.0)
        elif fault.kind == "refuse":
            if self._refuse is not None:
                self._refuse(fault.seconds or 1.0)
            await self._close("rst")
        elif fault.kind == "close":
            await self._close("fin")
        elif fault.kind == "garbage":
            self._transport().write(GARBAGE[fault.value or "bytes"])
            await self._close("fin")
        elif fault.kind in ("rst", "fin", "stall") and fault.place in (None, ("head", 0)):
            for action in cut(fault):
                await self._do(action)

    def _prepare(self, faults: Sequence[Fault]) -> None:
        """The steps of the body, and what watches over the head."""
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
        if head is not None and self._cycle is not None:
            self._cycle.transport = HeadFault(self._cycle.transport, head)

    # --- the answer ---------------------------------------------------------------------------------------------------

    async def _passed(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            await self._send({**event, "headers": self._headers(event["headers"])})
            return
        last = not event.get("more_body")
        for action in run(self._steps, event.get("body", b""), last=last):
            await self._do(action)
        if last:
            await self._send({"type": "http.response.body", "body": b""})

    def _headers(self, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        kept = [pair for pair in headers if self._keeps_length or pair[0] != b"content-length"]
        return [*kept, (b"content-encoding", b"gzip")] if self._gzips else kept

    async def _do(self, action: Action) -> None:
        if isinstance(action, bytes):
            await self._send({"type": "http.response.body", "body": action, "more_body": True})
        elif isinstance(action, Pause):
            await self._wait(action.seconds)
        elif action.how == "end":
            await self._send({"type": "http.response.body", "body": b""})
            raise Cut
        else:
            await self._close(action.how)

    # --- the connection -----------------------------------------------------------------------------------------------

    def _transport(self) -> Any:
        return getattr(self._cycle, "transport", None)

    async def _wait(self, seconds: float | None) -> None:
        """Wait, at most until the client has left; `None` waits for nothing else."""
        left = asyncio.ensure_future(self._left())
        done, _ = await asyncio.wait({left}, timeout=seconds)
        left.cancel()
        if done:
            raise Cut

    async def _left(self) -> None:
        """Return when the client has left. Unlike the exchange's own, leaves a body that was not read where it is."""
        if self._cycle is None:
            await self._exchange.left()
            return
        while not self._cycle.disconnected and not self._cycle.transport.is_closing():  # noqa: ASYNC110 - tells nobody
            await asyncio.sleep(POLL_SECONDS)

    async def _close(self, how: str) -> None:
        """Close the connection: `fin` after everything was read, `rst` with what is on its way already."""
        transport = self._transport()
        if transport is not None:
            transport = getattr(transport, "real", transport)
            await _flushed(transport)
            if how == "rst":
                _reset(transport)
            else:
                transport.close()
        raise Cut

    async def _gone(self) -> None:
        """Wait until the connection is known to be gone, so that nothing more is made of this exchange."""
        if self._cycle is None or self._cycle.response_complete:
            return
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                while not self._cycle.disconnected:  # noqa: ASYNC110 - tells nobody
                    await asyncio.sleep(POLL_SECONDS / 10)
        except TimeoutError:
            transport = self._transport()
            getattr(transport, "real", transport).abort()


async def _flushed(transport: Any) -> None:
    """Wait until the system has taken what was written, at most a while."""
    deadline = asyncio.get_running_loop().time() + FLUSH_SECONDS
    while transport.get_write_buffer_size() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.005)


def _reset(transport: Any) -> None:
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _order(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _in_head(fault: Fault) -> bool:
    return fault.kind == "length" or (fault.place is not None and fault.place[0] == "head" and fault.place[1] != 0)


def _finder(fault: Fault) -> Finder:
    async def handler(_: Any, exchange: Exchange) -> Reply:
        return reply_of(fault, exchange)

    def find(verb: str, path: str, raw_path: bytes) -> tuple[Handler, list[str]]:
        return handler, []

    return find


class HeadFault:
    """Stands before a transport and does to the response's first bytes what the fault says; the rest passes."""

    def __init__(self, real: Any, fault: Fault) -> None:
        self.real, self._fault = real, fault
        self._left = int(fault.place[1]) if fault.place is not None else 0
        self._begun = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    @property
    def stalls(self) -> float | None:
        """How long nothing more comes before the connection is closed; None: until the client leaves."""
        return self._fault.seconds if self._fault.kind == "stall" else 0.0

    def write(self, data: bytes) -> None:
        """Write, changed or cut."""
        if self._fault.kind == "length":
            if not self._begun:
                data = LENGTH.sub(rb"\g<1>%d" % (self._fault.number or 0), data)
            self._begun = True
            self.real.write(data)
            return
        room, self._left = self._left, self._left - len(data)
        if room > 0:
            self.real.write(data[:room])
        if self._left <= 0 and not self._begun:
            self._begun = True
            self._strike()

    def _strike(self) -> None:
        if self._fault.kind == "rst":
            _reset(self.real)
        elif self._fault.kind == "fin":
            self.real.close()

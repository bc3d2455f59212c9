"""Streamed bodies with something around them: a beginning that was read already, or a meter. One class for each world.

Knows bytes and moments, no events.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from tercet.flow.effects import Rewind
from tercet.flow.usage import Meter
from tercet.transport.base import Lost

TOO_LATE = Lost("timeout", "cut", "the deadline of the call passed while its answer was read")


def put_back(asked: Rewind) -> Any | None:
    """Return the stream itself, if it can take back what was read and nothing more was asked: one layer less for every read."""
    unread = getattr(asked.stream, "unread", None)
    if unread is None or asked.until is not None or asked.watch is not None:
        return None
    if not all(type(chunk) is bytes for chunk in asked.held):
        return None
    unread(b"".join(cast("list[bytes]", asked.held)))
    return asked.stream


class _PrefixedBody:
    """Keep what is held, when it is too late, and who watches, for both worlds."""

    __slots__ = ("_held", "_stream", "_until", "_watch")

    def __init__(self, asked: Rewind) -> None:
        self._stream: Any = asked.stream
        self._held = list(reversed(asked.held))
        self._until, self._watch = asked.until, asked.watch

    def bound(self, seconds: float) -> None:
        """Let no read from now on wait longer, if the stream beneath knows how."""
        bound = getattr(self._stream, "bound", None)
        if bound is not None:
            bound(seconds)

    def _next_due(self) -> bytes | Lost | None:
        """Return what comes before the next read, if anything does: b"" says that it is time to read."""
        if self._held:
            chunk = self._held[-1]
            if isinstance(chunk, bytes):  # an end stays the end
                self._held.pop()
            return chunk
        if self._until is not None and time.monotonic() >= self._until:
            self._held.append(TOO_LATE)
            return TOO_LATE
        return b""

    def _tell_watch(self, chunk: bytes | Lost | None) -> None:
        watch = self._watch
        if not isinstance(chunk, bytes):
            self._watch = None
        if watch is not None:
            watch(chunk)


class PrefixedBody(_PrefixedBody):
    """Give again what was read of a body, then the rest, in this thread."""

    __slots__ = ()

    def read(self) -> bytes | Lost | None:
        """Return what was read before, then the next bytes."""
        chunk: bytes | Lost | None = self._next_due()
        if chunk == b"":
            chunk = self._stream.read()
        elif not isinstance(chunk, bytes):
            self._stream.close()
        if self._watch is not None:
            self._tell_watch(chunk)
        return chunk

    def close(self) -> None:
        """Give the connection up."""
        self._tell_watch(None)
        self._stream.close()


class AsyncPrefixedBody(_PrefixedBody):
    """Give again what was read of a body, then the rest, in the running event loop."""

    __slots__ = ()

    async def read(self) -> bytes | Lost | None:
        """Return what was read before, then the next bytes."""
        chunk: bytes | Lost | None = self._next_due()
        if chunk == b"":
            chunk = await self._stream.read()
        elif not isinstance(chunk, bytes):
            await self._stream.close()
        if self._watch is not None:
            self._tell_watch(chunk)
        return chunk

    async def close(self) -> None:
        """Give the connection up."""
        self._tell_watch(None)
        await self._stream.close()


class MeteredBody:
    """Read a body under a meter, in this thread."""

    __slots__ = ("_meter", "_stream")

    def __init__(self, stream: Any, meter: Meter) -> None:
        self._stream, self._meter = stream, meter

    def read(self) -> bytes | Lost | None:
        """Return the next bytes."""
        chunk: bytes | Lost | None = self._stream.read()
        if type(chunk) is bytes:
            self._meter.see(chunk)
        elif (work := self._meter.finish()) is not None:
            work()
        return chunk

    def close(self) -> None:
        """Give the connection up."""
        self._stream.close()
        if (work := self._meter.finish()) is not None:
            work()

    @property
    def bound(self) -> Callable[[float], None] | None:
        """Return the stream's own way to be told how long its next read may take, if it has one."""
        found: Callable[[float], None] | None = getattr(self._stream, "bound", None)
        return found

    def __del__(self) -> None:
        if (work := self._meter.finish()) is not None:
            self._meter.later(work)


class AsyncMeteredBody:
    """Read a body under a meter, in the running event loop."""

    __slots__ = ("_blocking", "_meter", "_stream")

    def __init__(self, stream: Any, meter: Meter, blocking: bool) -> None:
        self._stream, self._meter, self._blocking = stream, meter, blocking
        """Telling may wait for a disk or a network."""

    async def read(self) -> bytes | Lost | None:
        """Return the next bytes."""
        chunk: bytes | Lost | None = await self._stream.read()
        if type(chunk) is bytes:
            self._meter.see(chunk)
        elif (work := self._meter.finish()) is not None:
            await self._do(work)
        return chunk

    async def close(self) -> None:
        """Give the connection up."""
        await self._stream.close()
        if (work := self._meter.finish()) is not None:
            await self._do(work)

    async def _do(self, work: Callable[[], None]) -> None:
        if not self._blocking:
            work()
            return
        from asyncio import shield, to_thread

        await shield(to_thread(work))

    @property
    def bound(self) -> Callable[[float], None] | None:
        """Return the stream's own way to be told how long its next read may take, if it has one."""
        found: Callable[[float], None] | None = getattr(self._stream, "bound", None)
        return found

    def __del__(self) -> None:
        if (work := self._meter.finish()) is not None:
            self._meter.later(work)

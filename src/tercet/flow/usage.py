"""What an answer used, read from its bytes: whole or streamed, without decoding what lies between.

Knows the shape of answers; no prices, no limits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tercet.transport.base import Lost

KEPT = 16_384
"""Bytes kept of a stream's beginning and of its end: `message_start` and `message_delta` are far shorter."""
LARGEST = 32 * 1024 * 1024


class _Whole(msgspec.Struct):
    usage: dict[str, Any] | None = None


class _Event(msgspec.Struct):
    type: str = ""
    usage: dict[str, Any] | None = None
    message: _Whole | None = None


class Used(msgspec.Struct, frozen=True):
    """The usage that an answer reported. `final`: nothing more was to come."""

    usage: dict[str, Any]
    final: bool


_whole = msgspec.json.Decoder(_Whole)
_event = msgspec.json.Decoder(_Event)


def used_by(content: bytes) -> Used | None:
    """The usage of a message that was read whole; None if it reports none."""
    try:
        usage = _whole.decode(content).usage
    except (ValueError, RecursionError):
        return None
    return None if usage is None else Used(usage, final=True)


def used_in(head: bytes, tail: bytes) -> Used | None:
    """The usage in the first and last bytes of a stream: the start's, with what the last `message_delta` says over it."""
    found: dict[str, Any] = {}
    final = False
    for line in (*head.splitlines(), *tail.splitlines()):
        if not line.startswith(b"data:") or b'"usage"' not in line:
            continue
        try:
            event = _event.decode(line[5:])
        except (ValueError, RecursionError):
            continue
        usage = event.usage if event.message is None else event.message.usage
        if usage:
            found |= {name: value for name, value in usage.items() if value is not None}
            final = final or event.type == "message_delta"
    return Used(found, final) if found else None


class Meter:
    """Looks on while a stream is read, keeps its beginning and end, and tells once what it used."""

    __slots__ = ("_head", "_size", "_tail", "_tell", "_whole", "later")

    def __init__(
        self,
        tell: Callable[[Used | None], None],
        later: Callable[[Callable[[], None]], None],
        *,
        whole: bool = False,
    ) -> None:
        self._tell: Callable[[Used | None], None] | None = tell
        self.later = later
        """Takes work that must not be done here: a collector may come at any moment, also while we hold a lock."""
        self._head: list[bytes] = []
        self._size, self._tail = 0, b""
        self._whole = whole
        """Whether the body is one JSON document, where a stream was due."""

    def saw(self, chunk: bytes) -> None:
        """These bytes were read."""
        if self._size < (LARGEST if self._whole else KEPT):
            self._head.append(chunk)
            self._size += len(chunk)
        else:
            self._tail = (self._tail + chunk)[-KEPT:]

    def over(self) -> Callable[[], None] | None:
        """The work that is left when nothing more is read: to tell what was used. None if that was done."""
        tell, self._tell = self._tell, None
        if tell is None:
            return None
        head, tail = b"".join(self._head), self._tail
        if len(tail) < KEPT:
            head, tail = head + tail, b""  # nothing was dropped between them
        used = used_by(head) if self._whole else used_in(head, tail)
        return lambda: tell(used)


class Metered:
    """A stream under a meter, in this thread."""

    __slots__ = ("_meter", "_stream")

    def __init__(self, stream: Any, meter: Meter) -> None:
        self._stream, self._meter = stream, meter

    def read(self) -> bytes | Lost | None:
        """The next bytes."""
        chunk: bytes | Lost | None = self._stream.read()
        if type(chunk) is bytes:
            self._meter.saw(chunk)
        elif (work := self._meter.over()) is not None:
            work()
        return chunk

    def close(self) -> None:
        """Give the connection up."""
        self._stream.close()
        if (work := self._meter.over()) is not None:
            work()

    @property
    def bound(self) -> Callable[[float], None] | None:
        """The stream's own way to be told how long its next read may take, if it has one."""
        found: Callable[[float], None] | None = getattr(self._stream, "bound", None)
        return found

    def __del__(self) -> None:
        if (work := self._meter.over()) is not None:
            self._meter.later(work)


class AsyncMetered:
    """A stream under a meter, in the running event loop."""

    __slots__ = ("_blocking", "_meter", "_stream")

    def __init__(self, stream: Any, meter: Meter, blocking: bool) -> None:
        self._stream, self._meter, self._blocking = stream, meter, blocking
        """Telling may wait for a disk or a network."""

    async def read(self) -> bytes | Lost | None:
        """The next bytes."""
        chunk: bytes | Lost | None = await self._stream.read()
        if type(chunk) is bytes:
            self._meter.saw(chunk)
        elif (work := self._meter.over()) is not None:
            await self._do(work)
        return chunk

    async def close(self) -> None:
        """Give the connection up."""
        await self._stream.close()
        if (work := self._meter.over()) is not None:
            await self._do(work)

    async def _do(self, work: Callable[[], None]) -> None:
        if not self._blocking:
            work()
            return
        from asyncio import shield, to_thread

        await shield(to_thread(work))

    @property
    def bound(self) -> Callable[[float], None] | None:
        """The stream's own way to be told how long its next read may take, if it has one."""
        found: Callable[[float], None] | None = getattr(self._stream, "bound", None)
        return found

    def __del__(self) -> None:
        if (work := self._meter.over()) is not None:
            self._meter.later(work)

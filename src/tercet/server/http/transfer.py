"""One request and its response on their way: the body as it comes in, kept until it is read and dropped when nobody wants
it, and the response with its framing as it goes out. Both know their connection as a `Peer`."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol

from tercet.server.http.parser import CHUNKED, ChunkedBody, Head, Pairs


class Peer(Protocol):
    """The connection, as a body and a response need it."""

    loop: asyncio.AbstractEventLoop
    is_over: bool

    @property
    def is_behind(self) -> bool: ...

    @property
    def gone(self) -> asyncio.Future[None]: ...

    def write(self, data: bytes) -> None: ...

    def pause(self) -> None: ...

    def go_on(self) -> None: ...

    async def drained(self, seconds: float | None = None) -> None: ...


MOST_UNASKED = 256 * 1024
"""Bytes that are taken in before somebody reads the body; the client's next ones wait in the network."""


class ClientLeft(Exception):  # noqa: N818 - nobody did anything wrong
    """The client closed the connection before its request was whole."""


class BodyTooLargeError(Exception):
    """The body is larger than its reader takes."""


class LateError(Exception):
    """The body did not arrive in time."""


class RequestBody:
    """A body. Fed by its connection, read once by whoever answers."""

    __slots__ = ("_announced", "_chunks", "_connection", "_limit", "_parts", "_reader", "expects", "is_whole", "size")

    def __init__(self, head: Head | None = None, connection: Peer | None = None, *, whole: bytes = b"") -> None:
        self._connection = connection
        self._announced = len(whole) if head is None else head.length
        self._chunks = ChunkedBody() if self._announced == CHUNKED else None
        self._parts = [whole]
        self._reader: asyncio.Future[None] | None = None
        self._limit: int | None = None
        self.size = len(whole)
        self.is_whole = self.size == self._announced
        self.expects = head is not None and head.expects_continue and not self.is_whole
        """Whether the client waits for a word before it sends this."""

    # --- for the connection -------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> bytes:
        """Take what belongs to this body; the rest is given back. Raises MalformedRequestError."""
        rest = b""
        if data:
            self.expects = False
        if self._chunks is not None:
            data = self._chunks.feed(data)
            self.is_whole = self._chunks.is_whole
            rest = self._chunks.rest if self.is_whole else b""
        else:
            left = self._announced - self.size
            if len(data) > left:
                data, rest = data[:left], data[left:]
            self.is_whole = len(data) == left
        self._keep(data)
        return rest

    def _keep(self, data: bytes) -> None:
        self.size += len(data)
        if self._limit is None or self.size <= self._limit:
            self._parts.append(data)
        else:
            self._parts.clear()
        reader = self._reader
        if reader is None:
            if self._limit is None and self.size > MOST_UNASKED and not self.is_whole and self._connection is not None:
                self._connection.pause()
        elif not reader.done() and (self.is_whole or self._has_overflowed()):
            reader.set_result(None)

    def _has_overflowed(self) -> bool:
        """Return whether more has come than will be read even to be dropped: a client gets to read why, if it stops
        soon."""
        return self._limit is not None and self.size > 2 * self._limit

    def drop(self) -> None:
        """Nobody will read this: take what still comes, and keep none of it."""
        self._limit = -1
        self._parts.clear()
        if self._connection is not None:
            self._connection.go_on()

    def break_off(self, why: Exception) -> None:
        """No more comes."""
        if self._reader is not None and not self._reader.done():
            self._reader.set_exception(why)

    # --- for who answers ----------------------------------------------------------------------------------------------

    @property
    def gone(self) -> asyncio.Future[None]:
        """Done when the client has left."""
        return self._connection.gone if self._connection is not None else asyncio.get_running_loop().create_future()

    def taken(self, limit: int) -> bytes:
        """Return a body that is whole. Raises BodyTooLargeError."""
        if self.size > limit:
            raise BodyTooLargeError
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    async def arrival(self, limit: int, seconds: float) -> None:
        """Return when the body is whole. Raises BodyTooLargeError, LateError and ClientLeft."""
        connection = self._connection
        assert connection is not None
        if self.expects:
            if self._announced > limit:
                raise BodyTooLargeError
            connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._limit = limit
        if self._announced > limit or self.size > limit:
            self._parts.clear()
        self._reader = reader = connection.loop.create_future()
        late = connection.loop.call_later(seconds, self.break_off, LateError())
        connection.go_on()
        try:
            if connection.is_over:
                raise ClientLeft
            await reader
        finally:
            late.cancel()
            self._reader = None
        if not self.is_whole:
            raise BodyTooLargeError


# --- the response --------------------------------------------------------------------------------------------------------

REASONS = {status.value: status.phrase for status in HTTPStatus}
CLOSE = b"\r\nconnection: close"


class Outlet(Protocol):
    """The way out for a response: begin it once, then send its body, the last piece marked."""

    def begin(self, status: int, headers: Pairs) -> None: ...

    async def send(self, data: bytes, *, last: bool = False) -> None: ...


class ResponseWriter:
    """A response on its connection. The head says how the body ends: by its length, by chunks, or by the connection's end."""

    __slots__ = ("_chunked", "_head", "_request", "closes", "connection", "is_begun", "is_whole", "write")

    def __init__(self, request: Head, connection: Peer) -> None:
        self._request, self.connection = request, connection
        self.write = connection.write
        """Takes the bytes. Faults put themselves in its place."""
        self._head = b""
        self._chunked = False
        self.closes = not request.keep_alive
        """Whether the connection ends with this response."""
        self.is_begun = self.is_whole = False

    def begin(self, status: int, headers: Pairs) -> None:
        """Begin with the status and the headers, which go out with what is sent first. Raises ValueError for what no header may hold."""
        head = b"\r\n".join((STARTS.of(status), *map(b": ".join, headers)))
        breaks = len(headers) + 1
        # `find` throughout: `in` asks first whether bytes are a number, and makes an error of that.
        if head.count(b"\n") != breaks or head.count(b"\r") != breaks or head.find(b"\0") >= 0:
            raise ValueError("a header of the response holds a line break or a NUL")
        self.is_begun = True
        if head.find(b"\r\ncontent-length: ") < 0:
            if self._request.line.is_1_0:
                self.closes = True
            else:
                self._chunked = True
                head += b"\r\ntransfer-encoding: chunked"
        if head.find(CLOSE) >= 0:
            self.closes = True
        elif self.closes:
            head += CLOSE
        self._head = head + b"\r\n\r\n"

    async def send(self, data: bytes, *, last: bool = False) -> None:
        """Send a piece of the body. Returns when the client keeps up."""
        head, self._head = self._head, b""
        if self._request.line.method == "HEAD":
            data = b""
        elif self._chunked:
            data = _chunk(data, last)
        if last:
            self.is_whole = True
        self.write(head + data if head else data)
        if self.connection.is_behind and not last:
            await self.connection.drained()


def _chunk(data: bytes, last: bool) -> bytes:
    """Return a piece as a chunk; an empty one would end the body."""
    chunk = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
    return chunk + b"0\r\n\r\n" if last else chunk


class _Starts:
    """Starts of responses: the status line and the date, made once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._made: dict[int, bytes] = {}

    def of(self, status: int) -> bytes:
        """Return the first lines of a response of now."""
        second = int(time.time())
        if second != self._second:
            self._second, self._made = second, {}
        made = self._made.get(status)
        if made is None:
            reason = REASONS.get(status, "")
            made = f"HTTP/1.1 {status} {reason}\r\ndate: {formatdate(second, usegmt=True)}".encode()
            self._made[status] = made
        return made


STARTS = _Starts()

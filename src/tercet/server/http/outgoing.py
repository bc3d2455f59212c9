"""The response to one request: its head and its framing. What is written first carries the head with it."""

from __future__ import annotations

import time
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from tercet.server.http.head import Head, Pairs

if TYPE_CHECKING:
    from tercet.server.http.connection import ServerConnection

REASONS = {status.value: status.phrase for status in HTTPStatus}
CLOSE = b"\r\nconnection: close"


class Outlet(Protocol):
    """Where a response goes: begin it once, then send its body, the last piece marked."""

    def begin(self, status: int, headers: Pairs) -> None: ...

    async def send(self, data: bytes, *, last: bool = False) -> None: ...


class ResponseWriter:
    """A response on its connection. The head says how the body ends: by its length, by chunks, or by the connection's end."""

    __slots__ = ("_chunked", "_head", "_request", "closes", "connection", "is_begun", "is_whole", "write")

    def __init__(self, request: Head, connection: ServerConnection) -> None:
        self._request, self.connection = request, connection
        self.write = connection.write
        """Takes the bytes. Faults put themselves in its place."""
        self._head = b""
        self._chunked = False
        self.closes = not request.keep_alive
        """Whether the connection ends with this response."""
        self.is_begun = self.is_whole = False

    def begin(self, status: int, headers: Pairs) -> None:
        """The status and the headers. They go out with what is sent first. Raises ValueError for what no header may hold."""
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
    """A piece as a chunk; an empty one would end the body."""
    chunk = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
    return chunk + b"0\r\n\r\n" if last else chunk


class _Starts:
    """How responses start: the status line and the date, made once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._made: dict[int, bytes] = {}

    def of(self, status: int) -> bytes:
        """The first lines of a response of now."""
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

"""The body of one request, from its first byte to the last: kept until it is read, dropped when nobody wants it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tercet.server.http.chunked import ChunkedBody
from tercet.server.http.head import CHUNKED, Head

if TYPE_CHECKING:
    from tercet.server.http.connection import ServerConnection

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

    def __init__(
        self, head: Head | None = None, connection: ServerConnection | None = None, *, whole: bytes = b""
    ) -> None:
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
        """Whether more has come than will be read even to be dropped: a client gets to read why, if it stops soon."""
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
        """A body that is whole. Raises BodyTooLargeError."""
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

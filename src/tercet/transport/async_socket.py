"""One socket in an asyncio event loop: reads, writes, time limits. Knows no HTTP, and of TLS only who does it.

Theory of operation. A transport with a protocol costs a third more for each event that arrives alone, so the loop's
readiness callbacks are used directly:

- *The reader is registered from the first moment to the last*, also between two reads and while the connection lies idle in
  its pool. So bytes are taken when they come (`_readable`), and a connection that the server closes is known to be dead
  before it is used again. If a task waits, it goes on within that very callback (waiter.py); else the bytes are kept in
  `_chunks`. The reader is taken off only at the end of the connection, since an ended socket stays readable for ever, and
  while MOST_BUFFERED bytes lie unread, so that the peer is slowed down by TCP; taking them puts it back.
- *`receive` begins a wait and returns what to await.* What has come already, or the end, fills the waiter first, and the await
  ends without a turn of the loop; an error that was kept is raised at once.
- *One timer serves many waits.* Each wait moves `_deadline`; a timer that fires earlier (`_fires`) stays as it is, since
  making one for each event would cost more than reading it. When it fires, `_tick` looks: nobody waits, nothing to do; the
  deadline has moved on, set the timer for the rest; else the wait fails. The millisecond that is forgiven there is the
  clock's grain: without it a timer that fires a moment early would be set again for nothing.
- *The end is told once and kept.* `ended` and `_error` outlive the wait that saw them, so that the next one is told, too.
- *Writing waits on its own future*, which bytes from the peer end as well: a server that answers before a request has left
  whole, or hangs up, is heard (`send` returns False).
- *Closing may come from anywhere*: from the loop, from another thread (handed over), after a fork or behind a closed loop
  (then only our copy of the descriptor is closed, and the loop is not touched).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any

from tercet.transport.deadline import SilentError, TimedOutError
from tercet.transport.errors import PoolClosedError, is_from_handler
from tercet.transport.origin import Origin
from tercet.transport.sockets import Address, arrival_check, generation, share_of, tune_socket
from tercet.transport.tls import TlsSocket
from tercet.transport.waiter import ReadWaiter

READ_SIZE = 65_536
SEND_SIZE = 262_144
MOST_BUFFERED = 262_144
"""Bytes that wait unread before the socket is no longer watched."""
NEVER = float("inf")

_NOT_YET = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class AsyncSocket:
    """Hold one open socket of one event loop, to one origin; theory of operation above."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket | TlsSocket, origin: Origin) -> None:
        self.loop, self.sock, self.origin = loop, sock, origin
        self.reused = self.ended = self.closed = False
        self.generation = generation()
        self._recv: Callable[[int], bytes] = sock.recv
        self._arrived = arrival_check(sock.fileno())
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._error: Exception | None = None
        self._read_waiter = ReadWaiter(loop)
        self._write_waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._fires = self._deadline = NEVER
        self._watched = True
        loop.add_reader(sock.fileno(), self._readable)
        if isinstance(sock, TlsSocket) and sock.has_more:
            loop.call_soon(self._readable)

    @property
    def usable(self) -> bool:
        """Return whether nothing came and nothing ended while it was idle, as far as the event loop has looked."""
        return not (self.ended or self.closed or self._chunks)

    def is_usable(self) -> bool:
        """Look now, since the loop may not have turned for a while, and return whether it is usable: the beginning of a TLS
        record is too much, too."""
        if self.usable and self._arrived():
            self._readable()
        return self.usable and not (isinstance(self.sock, TlsSocket) and self.sock.has_more)

    def _readable(self) -> None:
        if self.closed:
            return
        try:
            data = self._recv(READ_SIZE)
        except Exception as error:
            if isinstance(error, _NOT_YET) and not is_from_handler(error):
                return
            self._error, data = error, b""  # whoever waits gets it, also one that a signal handler raised meanwhile
        if not data or not self._read_waiter.wake(data):
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        """Keep bytes that nobody waited for, or note the end."""
        if data:
            self._chunks.append(data)
            self._buffered += len(data)
        else:
            self.ended = True
        if self.ended or self._buffered >= MOST_BUFFERED:
            self._watch(False)
        waiter = self._write_waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
        if self.ended:
            self._read_waiter.wake(b"", self._error)

    def _watch(self, on: bool) -> None:
        if on != self._watched and not self.closed:
            self._watched = on
            if on:
                self.loop.add_reader(self.sock.fileno(), self._readable)
            else:
                self.loop.remove_reader(self.sock.fileno())

    def receive(self, seconds: float | None) -> ReadWaiter:
        """Return what is to be awaited at once: it gives the bytes that have come, none at the end of the connection."""
        if self._chunks or self.ended or self.closed:
            self._read_waiter.fill(self._take())
        elif seconds is None:
            self._deadline = NEVER
        else:  # one timer serves many waits: it looks at the deadline when it fires
            self._deadline = self.loop.time() + seconds
            if self._deadline < self._fires:
                self._schedule()
        return self._read_waiter

    def _take(self) -> bytes:
        chunks = self._chunks
        if not chunks:
            if self.closed:
                raise PoolClosedError
            if self._error is not None:
                raise self._error
            return b""
        data = b"".join(chunks) if len(chunks) > 1 else chunks[0]
        chunks.clear()
        self._buffered = 0
        if not self.ended:
            self._watch(True)
        return data

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._fires = self._deadline
        self._timer = self.loop.call_at(self._fires, self._tick)

    def _tick(self) -> None:
        self._timer, self._fires = None, NEVER
        if not self._read_waiter.waiting or self._deadline == NEVER:
            return
        if self.loop.time() < self._deadline - 1e-3:
            self._schedule()
        else:
            self._read_waiter.fail(SilentError("nothing came within the time limit"))

    def rest(self) -> None:
        """Cancel the timer: nothing is awaited for now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._fires = None, NEVER

    async def send(self, head: bytes, content: bytes, seconds: Callable[[], float | None]) -> bool:
        """Send all of it. False: the peer answered or left before it was whole."""
        for data in (head, content):
            view, at = memoryview(data), 0
            while at < len(data):
                if at and (self._chunks or self.ended):
                    return False
                try:
                    at += self.sock.send(view[at : at + SEND_SIZE])
                except _NOT_YET as error:
                    if is_from_handler(error):
                        raise
                    await self._writable(seconds())
                except ConnectionError as error:
                    self._readable()
                    if self._chunks and not is_from_handler(error):
                        return False
                    raise
        return True

    async def _writable(self, seconds: float | None) -> None:
        """Wait until there is room, or something came that ends the sending."""
        waiter = self._write_waiter = self.loop.create_future()
        descriptor = self.sock.fileno()
        self.loop.add_writer(descriptor, _wake, waiter)
        try:
            async with _within(seconds):
                await waiter
        except TimeoutError as error:
            if is_from_handler(error):
                raise
            raise TimedOutError(f"the request could not be sent for {seconds:g} s") from None
        finally:
            self._write_waiter = None
            if not self.closed:
                self.loop.remove_writer(descriptor)

    def close(self) -> None:
        """Give the socket up. May be called from anywhere, in any state of the loop."""
        if self.closed:
            return
        self.closed = True
        if self.generation != generation() or self.loop.is_closed():
            self.sock.close()
        elif _running_loop() is self.loop:
            self._close_here()
        else:
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._close_here)

    def _close_here(self) -> None:
        self.rest()
        with contextlib.suppress(OSError, ValueError):
            self.loop.remove_reader(self.sock.fileno())
        self.sock.close()
        self._read_waiter.fail(PoolClosedError())
        waiter = self._write_waiter
        if waiter is not None and not waiter.done():
            waiter.set_exception(PoolClosedError())


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    return asyncio._get_running_loop()


def _within(seconds: float | None) -> asyncio.Timeout:
    return asyncio.timeout(seconds)


async def connect_tcp(host: str, port: int, seconds: float | None = None) -> socket.socket:
    """Return a socket connected to a host, whose addresses are tried in turn: a dead one takes its share of `seconds`, and
    leaves the others theirs. The caller sets the limit around it."""
    loop = asyncio.get_running_loop()
    until = None if seconds is None else loop.time() + seconds
    found: list[Any] = await _addresses(loop, host, port)
    failure: OSError | None = None
    for index, (family, _, _, _, address) in enumerate(found):
        left = None if until is None else until - loop.time()
        try:
            async with _within(share_of(left, len(found) - index)):
                return await _connect_to(loop, family, address)
        except OSError as error:
            if is_from_handler(error):
                raise
            failure = error
    raise failure or OSError(f"{host} has no address")


async def _addresses(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Any]:
    """Look numeric hosts up here, names in a thread."""
    with contextlib.suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _connect_to(loop: asyncio.AbstractEventLoop, family: int, address: Address) -> socket.socket:
    sock = tune_socket(family)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock

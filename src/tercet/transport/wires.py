"""One socket in an asyncio event loop: read, write, timeouts, TLS. Uses the loop's readiness callbacks directly, which
costs a third less for each arriving event than a transport with a protocol. Knows no HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from tercet.transport.faults import PoolClosedError, SilentError, TimedOutError
from tercet.transport.forks import generation
from tercet.transport.places import Place
from tercet.transport.sockets import Address, share_of, tuned_socket

READ_SIZE = 65_536
SEND_SIZE = 262_144
MOST_BUFFERED = 262_144
"""Bytes that wait unread before the socket is no longer watched."""

_NOT_YET = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Turn:
    """What a task waits on until its socket has something. Like a future, but the task goes on within the callback that
    woke it, where a future would cost another turn of the loop: a third of an event that arrives alone."""

    __slots__ = ("_asyncio_future_blocking", "_context", "_error", "_loop", "_wake_task")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._asyncio_future_blocking = False
        self._wake_task: Callable[[Any], None] | None = None
        self._context: Any = None
        self._error: BaseException | None = None

    def __await__(self) -> Generator[Any, None, None]:
        self._asyncio_future_blocking = True
        yield self

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop that the waiting task belongs to."""
        return self._loop

    def add_done_callback(self, wake_task: Callable[[Any], None], *, context: Any = None) -> None:
        """Called by the task when it begins to wait."""
        self._wake_task, self._context = wake_task, context

    def result(self) -> None:
        """Called by the task when it goes on."""
        error, self._error = self._error, None
        if error is not None:
            raise error

    @property
    def waiting(self) -> bool:
        """Whether a task waits."""
        return self._wake_task is not None

    def wake(self) -> None:
        """Let the task go on now, if it waits. Only from a callback of the loop."""
        wake_task, self._wake_task = self._wake_task, None
        if wake_task is not None:
            self._context.run(wake_task, self)

    def fail(self, error: BaseException) -> None:
        """Let the task go on with an error, in the loop's next turn."""
        wake_task, self._wake_task = self._wake_task, None
        if wake_task is not None:
            self._error = error
            self._loop.call_soon(wake_task, self, context=self._context)

    def cancel(self, msg: Any = None) -> bool:
        """Called by the task when it is cancelled."""
        if self._wake_task is None:
            return False
        self.fail(asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg))
        return True


class Wire:
    """An open socket of one event loop. Reads are fed by the loop's reader callback, also while idle, so that a
    connection which the server closes is known to be dead before it is used again."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, place: Place) -> None:
        self.loop, self.sock, self.place = loop, sock, place
        self.reused = self.ended = self.closed = False
        self.born = generation()
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._error: OSError | None = None
        self._turn = Turn(loop)
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._pending: Callable[[], int] = sock.pending if isinstance(sock, ssl.SSLSocket) else _nothing
        self._watched = True
        loop.add_reader(sock.fileno(), self._readable)

    @property
    def usable(self) -> bool:
        """Whether nothing came and nothing ended while it was idle."""
        return not (self.ended or self.closed or self._chunks)

    def _readable(self) -> None:
        try:
            data = self.sock.recv(READ_SIZE)
            while data:
                self._chunks.append(data)
                self._buffered += len(data)
                if not self._pending():
                    break
                data = self.sock.recv(READ_SIZE)
            self.ended = not data
        except _NOT_YET:
            if not self._chunks:
                return
        except OSError as error:
            self._error, self.ended = error, True
        if self.ended or self._buffered >= MOST_BUFFERED:
            self._watch(False)
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
        self._turn.wake()

    def _watch(self, on: bool) -> None:
        if on != self._watched and not self.closed:
            self._watched = on
            if on:
                self.loop.add_reader(self.sock.fileno(), self._readable)
            else:
                self.loop.remove_reader(self.sock.fileno())

    async def receive(self, seconds: float | None) -> bytes:
        """Whatever has come; empty at the end of the connection."""
        chunks = self._chunks
        while not chunks:
            if self.closed or self.born != generation():
                raise PoolClosedError
            if self._error is not None:
                raise self._error
            if self.ended:
                return b""
            await self._wait(seconds)
        data = chunks.popleft() if len(chunks) == 1 else self._take_all()
        self._buffered -= len(data)
        if not self._watched and not self.ended and not chunks:
            self._watch(True)
        return data

    def _take_all(self) -> bytes:
        data = b"".join(self._chunks)
        self._chunks.clear()
        return data

    async def _wait(self, seconds: float | None) -> None:
        """Until something comes. One timer serves many waits: it looks at the deadline when it fires."""
        if seconds is not None:
            self._deadline = self.loop.time() + seconds
            if self._timer is None or self._timer.when() > self._deadline:
                self._schedule()
        else:
            self._deadline = float("inf")
        await self._turn

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_at(self._deadline, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if not self._turn.waiting or self._deadline == float("inf"):
            return
        if self.loop.time() < self._deadline - 1e-3:
            self._schedule()
        else:
            self._turn.fail(SilentError("nothing came within the time limit"))

    def rest(self) -> None:
        """Nothing more is awaited for now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def send(self, head: bytes, content: bytes, seconds: Callable[[], float | None]) -> bool:
        """Send all of it. False: the peer answered or left before it was whole."""
        for data in (head, content):
            view, at = memoryview(data), 0
            while at < len(data):
                if at and (self._chunks or self.ended):
                    return False
                try:
                    at += self.sock.send(view[at : at + SEND_SIZE])
                except _NOT_YET:
                    await self._writable(seconds())
                except ConnectionError:
                    self._readable()
                    if self._chunks:
                        return False
                    raise
        return True

    async def _writable(self, seconds: float | None) -> None:
        """Until there is room, or something came that ends the sending."""
        waiter = self._waiter = self.loop.create_future()
        descriptor = self.sock.fileno()
        self.loop.add_writer(descriptor, _wake, waiter)
        try:
            async with _within(seconds):
                await waiter
        except TimeoutError:
            raise TimedOutError(f"the request could not be sent for {seconds:g} s") from None
        finally:
            self._waiter = None
            if not self.closed:
                self.loop.remove_writer(descriptor)

    def close(self) -> None:
        """Give the socket up. May be called from anywhere, in any state of the loop."""
        if self.closed:
            return
        self.closed = True
        if self.born != generation() or self.loop.is_closed():
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
        self._turn.fail(PoolClosedError())
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_exception(PoolClosedError())

    def __del__(self) -> None:
        sock = getattr(self, "sock", None)
        if sock is not None:
            sock.close()


def _nothing() -> int:
    return 0


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    return asyncio._get_running_loop()


def _within(seconds: float | None) -> asyncio.Timeout:
    return asyncio.timeout(seconds)


async def connected(host: str, port: int) -> socket.socket:
    """A socket connected to a host: its addresses in turn. The caller sets the limit around it."""
    loop = asyncio.get_running_loop()
    found: list[Any] = await _addresses(loop, host, port)
    failure: OSError | None = None
    for index, (family, _, _, _, address) in enumerate(found):
        last = index == len(found) - 1
        try:
            async with _within(None if last else share_of(None, len(found) - index)):
                return await _connected_to(loop, family, address)
        except OSError as error:
            failure = error
    raise failure or OSError(f"{host} has no address")


async def _addresses(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Any]:
    """Numeric hosts are looked up here, names in a thread."""
    with contextlib.suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
    return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _connected_to(loop: asyncio.AbstractEventLoop, family: int, address: Address) -> socket.socket:
    sock = tuned_socket(family)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


async def encrypted(sock: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """The socket after a TLS handshake. Closes it if that fails."""
    loop = asyncio.get_running_loop()
    try:
        made = context.wrap_socket(
            sock, server_hostname=host, do_handshake_on_connect=False, suppress_ragged_eofs=False
        )
    except BaseException:
        sock.close()
        raise
    try:
        while True:
            try:
                made.do_handshake()
                return made
            except ssl.SSLWantReadError:
                await _ready(loop.add_reader, loop.remove_reader, made.fileno(), loop)
            except ssl.SSLWantWriteError:
                await _ready(loop.add_writer, loop.remove_writer, made.fileno(), loop)
    except BaseException:
        made.close()
        raise


async def _ready(add: Any, remove: Any, descriptor: int, loop: asyncio.AbstractEventLoop) -> None:
    waiter: asyncio.Future[None] = loop.create_future()
    add(descriptor, _wake, waiter)
    try:
        await waiter
    finally:
        remove(descriptor)

"""The event loop of a server: one open port and its connections, from the start to the stop. Knows no request."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any, Generic, Protocol, TypeVar

from tercet.server.http.connection import Answer, ServerConnection

BACKLOG = 2048
STOP_SECONDS = 1.0
"""How long what is under way may take to notice that the server stops."""
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name))


class Servable(Protocol):
    """An application that answers. Gets to know the loop, and a door that it may close for some seconds; is closed in the loop."""

    @property
    def answer(self) -> Answer: ...

    def start(self, loop: asyncio.AbstractEventLoop, refuse: Callable[[float], None]) -> None: ...

    def close(self) -> None: ...


S = TypeVar("S", bound=Servable)


class Server(Generic[S]):
    """Serves in the thread that calls `run`, until `stop`. `on_ready` is called in the loop once requests are answered."""

    def __init__(self, application: S, on_ready: Callable[[], None] | None = None) -> None:
        self.application = application
        self.ready = Event()
        """Set when requests are answered, and when that came to nothing."""
        self.failed: BaseException | None = None
        self._on_ready = on_ready
        self._connections: set[ServerConnection] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._stopping: asyncio.Event | None = None
        self._is_stopped = False

    def run(self, listener: socket.socket) -> None:
        """Serve on this socket until `stop`. What goes wrong is left in `failed`."""
        try:
            with _signals(self.stop), asyncio.Runner() as runner:
                runner.run(self._serve(listener))
        except BaseException as problem:
            self.failed = problem
        finally:
            listener.close()
            self.ready.set()

    async def _serve(self, listener: socket.socket) -> None:
        application = self.application
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        application.start(self._loop, self.refuse)
        try:
            await self._listen(listener)
            self.ready.set()
            if self._on_ready is not None:
                self._on_ready()
            if not self._is_stopped:
                await self._stopping.wait()
        finally:
            self._cut()
            application.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=STOP_SECONDS)
        self._cut()  # what was being accepted, and a port that was being opened again, when it stopped

    async def _listen(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: ServerConnection(self.application.answer, self._connections, loop), sock=listener, backlog=BACKLOG
        )

    def refuse(self, seconds: float) -> None:
        """Accept no connections for a while: the port is closed, and opened again. Call it in the server's loop."""
        if self._server is None or not self._server.sockets:
            return
        host, port = self._server.sockets[0].getsockname()[:2]
        self._close_port()
        asyncio.get_running_loop().call_later(seconds, self._reopen, host, port)

    def _reopen(self, host: str, port: int) -> None:
        if not self._is_stopped:
            self._reopening = asyncio.ensure_future(self._listen(listening(host, port)))

    def stop(self, *_: Any) -> None:
        """End soon. Callable from any thread and from a signal handler."""
        self._is_stopped = True
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None and not loop.is_closed():
            loop.call_soon_threadsafe(stopping.set)

    def _close_port(self) -> None:
        """Refuse from now on, and close in the loop's next turn. Python forgets connections that it has accepted but not begun
        when their server closes: their clients would wait until the garbage collector comes."""
        if self._server is None:
            return
        loop = asyncio.get_running_loop()
        for listener in self._server.sockets:
            with suppress(NotImplementedError):  # the loop of Windows begins a connection as it accepts it
                loop.remove_reader(listener.fileno())
            with suppress(OSError):  # not every system knows the end of a port that is still open
                listener.shutdown(socket.SHUT_RDWR)
        loop.call_soon(self._server.close)

    def _cut(self) -> None:
        """Close the port and every connection, whatever is going on there."""
        self._close_port()
        for connection in list(self._connections):
            connection.cut()


@contextmanager
def _signals(stop: Callable[..., None]) -> Iterator[None]:
    """Take Ctrl-C and SIGTERM as the wish to stop, nothing worse: the process goes on afterwards. In the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def listening(host: str, port: int) -> socket.socket:
    """Return an open port. Raises OSError with the address in its text."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: asyncio turns Nagle's delay (40 ms an answer) off only where it reads TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        reason = problem.strerror or str(problem)
        raise type(problem)(problem.errno, f"{reason} (asked to listen on {host}:{port})") from None
    return listener

"""Starts and stops a real server: uvicorn, in a background thread (`LocalServer`) or in this one (`serve`)."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from threading import Event, Thread
from types import FrameType, TracebackType
from typing import Any, Self

import uvicorn

from tercet.server.answer import Answerer
from tercet.server.app import Application, create_app
from tercet.server.levers import Levers
from tercet.server.settings import Settings

START_SECONDS = 10.0
STOP_SECONDS = 5.0
BACKLOG = 2048


class LocalServer(Levers):
    """The local API in a thread of its own, with its own event loop. Start it, use `base_url`, stop it.

    `answerer` answers in the place of the simulated model; everything else is a field of `Settings`.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, answerer: Answerer | None = None, **settings: Any
    ) -> None:
        self._host, self._port = host, port
        self._settings = _settings(host, settings)
        self._answerer = answerer
        self._server: _Server | None = None
        self._thread: Thread | None = None
        self.base_url = ""
        """Where it listens, such as http://127.0.0.1:49152. Empty until it was started."""

    def start(self) -> Self:
        """Listen, and return when requests are answered. Raises OSError if the port cannot be had."""
        if self._thread is not None:
            raise RuntimeError("this local API runs already; stop() it first, or make another")
        application = create_app(self._settings, self._answerer)
        listener = _listener_of(application, self._host, self._port)
        self.base_url = _url(self._host, listener)
        server = self._server = _Server(application)
        thread = self._thread = Thread(target=server.run_with, args=(listener,), name="tercet-local-api", daemon=True)
        thread.start()
        if not server.ready.wait(START_SECONDS) or server.failed:
            self.stop()
            raise RuntimeError(f"the local API did not start within {START_SECONDS:g} s") from server.failed
        return self

    def stop(self) -> None:
        """Stop, cutting what is still streamed. Returns when the port is free. May be called twice."""
        server, thread, self._server, self._thread = self._server, self._thread, None, None
        if server is None or thread is None:
            return
        server.stop()
        thread.join(STOP_SECONDS)

    @property
    def app(self) -> Application:
        """The running application, for those who want to look into it."""
        if self._server is None:
            raise RuntimeError("this local API is not running; start() it first")
        return self._server.application

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(
    host: str = "127.0.0.1",
    port: int = 8787,
    *,
    on_ready: Callable[[str], None] | None = None,
    answerer: Answerer | None = None,
    **settings: Any,
) -> None:
    """Serve in this thread until Ctrl-C or SIGTERM, then return. `on_ready` gets the base URL once requests are answered.

    Raises OSError if the port cannot be had.
    """
    application = create_app(_settings(host, settings), answerer)
    listener = _listener_of(application, host, port)
    base_url = _url(host, listener)
    server = _Server(application, (lambda: on_ready(base_url)) if on_ready else None)
    server.run_with(listener)
    if server.failed:
        raise server.failed


def _settings(host: str, given: dict[str, Any]) -> Settings:
    """The settings, with the address that is listened on among the hosts."""
    shown = f"[{host}]" if ":" in host else host
    return Settings(**{**given, "hosts": (*given.get("hosts", ()), shown)})


def _listener_of(application: Application, host: str, port: int) -> socket.socket:
    try:
        return _listener(host, port)
    except BaseException:
        application.close()
        raise


def _listener(host: str, port: int) -> socket.socket:
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


def _url(host: str, listener: socket.socket) -> str:
    wild = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - told apart, not bound
    name = wild.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    """uvicorn's server with a beginning and an end that others can wait for."""

    def __init__(self, application: Application, on_ready: Callable[[], None] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=_protocol(),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=1,
            )
        )
        self.application = application
        self.ready = Event()
        self.failed: BaseException | None = None
        self._on_ready = on_ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reopening: asyncio.Future[None] | None = None

    def run_with(self, listener: socket.socket) -> None:
        """Serve on this socket until `stop`."""
        try:
            self.run(sockets=[listener])
        except BaseException as problem:
            self.failed = problem
        finally:
            listener.close()
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        self._loop = self.application.loop = asyncio.get_running_loop()
        self.application.refuse = self.refuse
        await super().startup(sockets)
        self.ready.set()
        if self._on_ready is not None:
            self._on_ready()

    def refuse(self, seconds: float) -> None:
        """Accept no connections for a while: the port is closed, and opened again. Call it in the server's loop."""
        addresses = [listener.getsockname()[:2] for server in self.servers for listener in server.sockets]
        for server in self.servers:
            server.close()
        asyncio.get_running_loop().call_later(seconds, self._reopen, addresses)

    def _reopen(self, addresses: list[tuple[str, int]]) -> None:
        if not self.should_exit and addresses:
            self._reopening = asyncio.ensure_future(self._listen(addresses))

    async def _listen(self, addresses: list[tuple[str, int]]) -> None:
        loop = asyncio.get_running_loop()
        listeners = [_listener(host, port) for host, port in addresses]
        self.servers = [await loop.create_server(self._protocol, sock=one, backlog=BACKLOG) for one in listeners]

    def _protocol(self) -> asyncio.Protocol:
        kind: Any = self.config.http_protocol_class
        made: asyncio.Protocol = kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        return made

    def stop(self) -> None:
        """End soon. Callable from any thread and from a signal handler."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        self.application.close()
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take Ctrl-C and SIGTERM as the wish to stop, nothing worse: the process goes on after `serve`."""
        self.stop()


def _protocol() -> Any:
    try:
        from tercet.server.protocol import LimitedProtocol
    except ModuleNotFoundError:  # httptools is not there
        return "h11"
    return LimitedProtocol

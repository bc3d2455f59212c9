"""Starts and stops a real server, in a background thread (`LocalServer`) or in this one (`serve`)."""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tercet.server.app import Application, create_app
from tercet.server.http.listener import Server, listening
from tercet.server.service.responder import Responder
from tercet.server.settings import ServerSettings
from tercet.server.test_controls import Controls

if TYPE_CHECKING:
    from tercet.server.journal.journal import Entry

START_SECONDS = 10.0
STOP_SECONDS = 5.0


class LocalServer(Controls):
    """The local API in a thread of its own, with its own event loop. Start it, use `base_url`, stop it.

    `answerer` answers in the place of the simulated model; everything else is a field of `Settings`.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, answerer: Responder | None = None, **settings: Any
    ) -> None:
        self._host, self._port = host, port
        self._settings = _settings(host, settings)
        self._answerer = answerer
        self._server: Server[Application] | None = None
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
        server = self._server = Server(application)
        thread = self._thread = Thread(target=server.run, args=(listener,), name="tercet-local-api", daemon=True)
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
    on_entry: Callable[[Entry | None], None] | None = None,
    answerer: Responder | None = None,
    **settings: Any,
) -> None:
    """Serve in this thread until Ctrl-C or SIGTERM, then return. `on_ready` gets the base URL once requests are answered.

    `on_entry` is told when a request comes and when it was answered, by a journal, which is kept for that. Raises OSError
    if the port cannot be had.
    """
    if on_entry is not None:
        settings["journal"] = True
    application = create_app(_settings(host, settings), answerer)
    if on_entry is not None and (journal := application.state.journal) is not None:
        journal.watch(on_entry)
    listener = _listener_of(application, host, port)
    base_url = _url(host, listener)
    server = Server(application, (lambda: on_ready(base_url)) if on_ready else None)
    server.run(listener)
    if server.failed:
        raise server.failed


def _settings(host: str, given: dict[str, Any]) -> ServerSettings:
    """Return the settings, with the address that is listened on among the hosts."""
    shown = f"[{host}]" if ":" in host else host
    return ServerSettings(**{**given, "hosts": (*given.get("hosts", ()), shown)})


def _listener_of(application: Application, host: str, port: int) -> socket.socket:
    try:
        return listening(host, port)
    except BaseException:
        application.close()
        raise


def _url(host: str, listener: socket.socket) -> str:
    wild = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - told apart, not bound
    name = wild.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"

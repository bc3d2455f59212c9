"""The port: both families, closed and opened again, left by clients in the middle of anything, stopped at any time."""

from __future__ import annotations

import gc
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tercet.server.app import create_app
from tercet.server.http.listener import Server, listening
from tercet.server.run import LocalServer
from tercet.server.settings import ServerSettings

LOOK = b"GET /v1/models?limit=1 HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\nanthropic-version: 2023-06-01\r\n\r\n"
SECONDS = 30


@contextmanager
def connected(server: LocalServer) -> Iterator[socket.socket]:
    host, _, port = server.base_url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS) as connection:
        yield connection


def status(server: LocalServer) -> bytes:
    with connected(server) as connection:
        connection.sendall(LOOK)
        return connection.recv(12)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "0.0.0.0"])
def test_it_listens_where_it_is_told_and_says_where(host: str) -> None:
    try:
        listening(host, 0).close()
    except OSError:
        pytest.skip(f"this machine has no {host}")
    with LocalServer(host) as server:
        assert status(server) == b"HTTP/1.1 200"


def test_clients_that_leave_in_the_middle_of_anything_do_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    asked = b'{"model":"claude-opus-5-5","max_tokens":300,"stream":true,"messages":[{"role":"user","content":"Count to 50"}]}'
    post = LOOK.replace(b"GET /v1/models?limit=1", b"POST /v1/messages").removesuffix(b"\r\n")
    post += b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(asked) + asked
    with LocalServer(pace=20, journal=True) as server:
        for end in (0, 1, 40, len(post) - len(asked), len(post) - 1, len(post)):
            with connected(server) as connection:
                connection.sendall(post[:end])
        with connected(server) as connection:
            connection.sendall(post)
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert status(server) == b"HTTP/1.1 200"
        assert server.journal.settled(SECONDS)
    assert [record.getMessage() for record in caplog.records] == []


def test_a_server_that_is_told_to_stop_before_it_runs_does_not_run() -> None:
    application = create_app(ServerSettings())
    with closing(listening("127.0.0.1", 0)) as listener:
        host = Server(application)
        host.stop()
        thread = threading.Thread(target=host.run, args=(listener,), daemon=True)
        thread.start()
        thread.join(SECONDS)
    assert (thread.is_alive(), host.failed, host.ready.is_set()) == (False, None, True)


def test_what_fails_when_it_is_ready_ends_the_server_and_is_kept() -> None:
    def failing() -> None:
        raise ZeroDivisionError

    with closing(listening("127.0.0.1", 0)) as listener:
        host = Server(create_app(ServerSettings()), failing)
        thread = threading.Thread(target=host.run, args=(listener,), daemon=True)
        thread.start()
        thread.join(SECONDS)
    assert isinstance(host.failed, ZeroDivisionError)


def test_connections_that_are_being_accepted_when_it_stops_are_cut_as_well() -> None:
    held, go_on = threading.Event(), threading.Event()
    with LocalServer() as server, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        gc.collect()  # what others left is not meant
        warned.clear()
        host, thread = server._server, server._thread
        assert host is not None
        assert host._loop is not None
        assert thread is not None
        host._loop.call_soon_threadsafe(lambda: (held.set(), go_on.wait(SECONDS)))
        assert held.wait(SECONDS)
        with connected(server) as one, connected(server) as other:  # the system has taken them, the server has not yet
            host.stop()
            go_on.set()
            thread.join(SECONDS)
            gc.collect()
            ends = [ended(each) for each in (one, other)]
    assert (ends, host._connections) == ([True, True], set())
    assert [str(each.message) for each in warned] == []


def ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True

"""What a signal handler raises while we wait comes out as it is, at once, whatever its class: it is no failure of the network,
and nothing is sent again for it. Real signals, raised while the client waits in the system."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from tests.transport.servers import Peer, Server, answer, serving
from tests.transport.worlds import asked

import tercet
from tercet.transport import sync_pool
from tercet.transport.async_socket import AsyncSocket
from tercet.transport.base import Lost, Reply, TransportSettings
from tercet.transport.errors import is_from_handler, is_from_network
from tercet.transport.httpx_client import PortableTransport
from tercet.transport.origin import target_of
from tercet.transport.sync_pool import SyncPool
from tercet.transport.sync_transport import FastTransport
from tercet.wire.http import Request, Timeout


class SoftTimeLimitExceeded(Exception):
    """As task queues raise it."""


class Refused(ConnectionRefusedError):
    """A class of the network's family that somebody made their own."""


CLASSES = [
    SoftTimeLimitExceeded,
    TimeoutError,
    OSError,
    ConnectionResetError,
    Refused,
    ssl.SSLWantReadError,
    ValueError,
]


@pytest.fixture(params=CLASSES, ids=lambda each: each.__name__)
def raised(request: pytest.FixtureRequest) -> Iterator[Exception]:
    """What the handler of SIGUSR1 raises."""
    error: Exception = request.param("of the handler")

    def handler(number: int, frame: Any) -> None:
        raise error

    before = signal.signal(signal.SIGUSR1, handler)
    yield error
    signal.signal(signal.SIGUSR1, before)


def signal_main() -> None:
    """Signal the main thread, which waits for a server or is about to."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)


@contextlib.contextmanager
def signalled_until(done: threading.Event) -> Iterator[None]:
    """A signal now and then, for what nobody can see beginning. The block must raise."""

    def go_on() -> None:
        while not done.wait(0.05):
            signal_main()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def waits_for(point: str) -> Callable[[Peer], None]:
    """A server that is at a point where the client waits, and signals there."""

    def script(peer: Peer) -> None:
        if point == "send":
            signal_main()
            peer.ends()
        if not peer.request():
            return
        if point == "body":
            peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhello")
        if point == "error body":
            peer.send(b"HTTP/1.1 503 Busy\r\ncontent-length: 99\r\n\r\nhello")
        signal_main()
        peer.ends()

    return script


def fast_transport() -> FastTransport:
    return FastTransport(SyncPool(TransportSettings()))


@pytest.mark.parametrize("point", ["head", "body", "error body"])
def test_an_exchange_ends_with_the_handlers_exception(point: str, raised: Exception) -> None:
    transport = fast_transport()
    with serving(waits_for(point)) as server:
        with pytest.raises(type(raised)) as caught:
            transport.send(asked(server.url, timeout=Timeout(30)))

        assert caught.value is raised
        assert len(server.heads) == 1
    transport.close()


def read_through(transport: FastTransport, request: Request) -> None:
    reply = transport.send(request)
    assert isinstance(reply, Reply)
    assert reply.stream is not None
    while isinstance(reply.stream.read(), bytes):  # type: ignore[union-attr]
        pass


def test_the_reading_of_a_stream_ends_with_it(raised: Exception) -> None:
    transport = fast_transport()
    with serving(waits_for("body")) as server:
        with pytest.raises(type(raised)) as caught:
            read_through(transport, asked(server.url, stream=True, timeout=Timeout(30)))

        assert caught.value is raised
        assert len(server.heads) == 1
    transport.close()


def test_the_sending_of_a_large_body_ends_with_it(raised: Exception) -> None:
    transport = fast_transport()

    def script(peer: Peer) -> None:
        peer.sock.recv(1)
        signal_main()
        peer.server.heads.append("begun")
        stop.wait(30)

    stop = threading.Event()
    with serving(script) as server:
        with pytest.raises(type(raised)) as caught:
            transport.send(asked(server.url, b"x" * 50_000_000, timeout=Timeout(30)))
        stop.set()

        assert caught.value is raised
        assert server.connections == 1
    transport.close()


def test_connecting_ends_with_it(raised: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    port = listener.getsockname()[1]
    others = [socket.socket() for _ in range(4)]
    for each in others:
        each.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            each.connect(("127.0.0.1", port))
    transport = fast_transport()
    with pytest.raises(type(raised)) as caught, signalled_until(threading.Event()):
        transport.send(asked(f"http://127.0.0.1:{port}/", timeout=Timeout(30)))

    assert caught.value is raised
    transport.close()
    for each in (listener, *others):
        each.close()


def test_a_handshake_ends_with_it(raised: Exception) -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(1)
        signal_main()
        peer.ends()

    transport = fast_transport()
    with serving(script) as server:
        with pytest.raises(type(raised)) as caught:
            transport.send(asked(server.url.replace("http:", "https:"), timeout=Timeout(30)))

        assert caught.value is raised
        assert server.connections == 1
    transport.close()


def call(server: Server) -> Any:
    client = tercet.Anthropic(api_key="k", base_url=server.url.removesuffix("/v1/messages"), max_retries=5, timeout=30)
    with client:
        return client.messages.create(
            model="claude-haiku-4-5", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
        )


def test_a_whole_call_ends_with_it_and_sends_nothing_again(raised: Exception) -> None:
    with serving(waits_for("head")) as server:
        with pytest.raises(type(raised)) as caught:
            call(server)

        assert caught.value is raised
        assert len(server.heads) == 1


def test_the_wait_between_two_attempts_ends_with_it(raised: Exception) -> None:
    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(answer(b"{}", "429 Slowly", "retry-after: 60"))

    began = time.monotonic()
    with serving(script) as server:
        with pytest.raises(type(raised)) as caught, signalled_until(threading.Event()):
            call(server)

        assert caught.value is raised
        assert len(server.heads) == 1
    assert time.monotonic() - began < 50


# --- telling them apart ----------------------------------------------------------------------------------------------


def caught_from(act: Callable[[], object]) -> Exception:
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def wait_for_signal() -> None:
    signal.raise_signal(signal.SIGUSR1)


class Limit:
    def __call__(self, number: int, frame: Any) -> None:
        self.fail()

    def fail(self) -> None:
        raise TimeoutError

    def method(self, *given: Any) -> None:
        socket.create_connection(("127.0.0.1", 1), 0.001).close()


HANDLERS: list[Any] = [
    lambda *given: (_ for _ in ()).throw(TimeoutError()),
    Limit(),
    Limit().method,
    lambda number, frame: Limit().fail(),
]


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_is_known_by_the_frame_that_it_is_given(handler: Any) -> None:
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        error = caught_from(wait_for_signal)
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert isinstance(error, OSError)
    assert is_from_handler(error)
    assert not is_from_network(error)


def test_what_the_network_raises_is_not_a_handlers() -> None:
    errors = [
        caught_from(lambda: socket.create_connection(("127.0.0.1", 1), 5)),
        caught_from(lambda: socket.getaddrinfo("a" * 70 + ".invalid", 80)),
        caught_from(lambda: sync_pool._left(time.monotonic() - 1)),
    ]

    assert [is_from_handler(error) for error in errors] == [False] * 3
    assert all(is_from_network(error) for error in errors)


def test_a_programming_error_is_not_the_networks() -> None:
    assert not is_from_network(KeyError("x"))
    assert not is_from_network(MemoryError())


# --- clients of others, which take a handler's exception for one of their network ------------------------------------------


def mapped(chained: bool) -> httpx2.Client:
    """A client whose waiting is ended by the signal, mapped as httpx does, and as httpcore does."""

    def wait(request: Any) -> Any:
        try:
            signal.raise_signal(signal.SIGUSR1)
        except Exception as error:
            raise httpx2.ReadError("it broke") from (error if chained else None)

    return httpx2.Client(transport=httpx2.MockTransport(wait))


@pytest.mark.parametrize("chained", [True, False])
def test_a_users_client_lets_the_handlers_exception_through(chained: bool, raised: Exception) -> None:
    transport = PortableTransport(mapped(chained), owned=True)
    with pytest.raises(type(raised)) as caught:
        transport.send(asked("http://127.0.0.1:1/"))

    assert caught.value is raised
    transport.close()


def test_an_exception_that_the_caller_handles_meanwhile_is_none_of_this_exchange(raised: Exception) -> None:
    def fail(request: Any) -> Any:
        raise httpx2.ReadError("it broke")

    transport = PortableTransport(httpx2.Client(transport=httpx2.MockTransport(fail)), owned=True)
    try:
        wait_for_signal()
    except Exception:
        outcome = transport.send(asked("http://127.0.0.1:1/"))

    assert isinstance(outcome, Lost)
    transport.close()


@pytest.mark.anyio
async def test_who_waits_in_an_event_loop_gets_it_as_it_is(raised: Exception) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    wire = AsyncSocket(asyncio.get_running_loop(), ours, target_of("http://127.0.0.1:1/").origin)

    def read(size: int) -> bytes:
        wait_for_signal()
        return ours.recv(size)

    wire._recv = read
    theirs.send(b"x")
    with pytest.raises(type(raised)) as caught:
        await wire.receive(30)

    assert caught.value is raised
    assert is_from_handler(caught.value)
    wire.close()
    theirs.close()

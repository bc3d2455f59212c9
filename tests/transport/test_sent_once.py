"""A transport sends a request once. A kept connection is replaced only where nobody can have acted on the request: it was
seen closed, or spoilt, before writing, or the request did not leave whole. Whatever else happens is told to those above."""

from __future__ import annotations

import socket
import ssl
import threading
from typing import Any

import pytest
from tests.transport.servers import Peer, Script, answer, serving
from tests.transport.worlds import FAST, World, asked

from tercet.transport.base import Lost, Reply
from tercet.transport.exchange import SMALL_BODY, Exchange, is_replaceable
from tercet.transport.origin import target_of
from tercet.transport.sync_pool import SyncSocket
from tercet.transport.tls import TlsSocket

SIZES = (2, SMALL_BODY + 1, 3_000_000)


@pytest.fixture(params=["plain", "TLS"])
def peer_tls(request: pytest.FixtureRequest, server_tls: ssl.SSLContext) -> ssl.SSLContext | None:
    return server_tls if request.param == "TLS" else None


@pytest.fixture(params=FAST)
def trusting(request: pytest.FixtureRequest, worlds: Any, trusted: str) -> World:
    world: World = worlds(request.param, verify=trusted)
    return world


def dies_on_second(end: Any) -> Script:
    """Answers the first request of a connection, reads the second one whole, and ends."""

    def script(peer: Peer) -> None:
        if peer.request():
            peer.send(answer())
            if peer.request():
                end(peer)

    return script


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("end", [lambda peer: peer.sock.close(), Peer.reset], ids=["FIN", "RST"])
def test_a_request_that_was_read_whole_on_a_kept_connection_is_not_sent_again(
    trusting: World, peer_tls: ssl.SSLContext | None, end: Any, size: int
) -> None:
    with serving(dies_on_second(end), tls=peer_tls) as server:
        assert isinstance(trusting.send(asked(server.url)), Reply)
        outcome = trusting.send(asked(server.url, b"x" * size))

        assert isinstance(outcome, Lost)
        assert (outcome.phase, server.connections, len(server.heads)) == ("unanswered", 1, 2)


def test_the_portable_transports_do_not_send_it_again_either(world: World) -> None:
    with serving(dies_on_second(lambda peer: peer.sock.close())) as server:
        assert isinstance(world.send(asked(server.url)), Reply)
        outcome = world.send(asked(server.url))

        assert isinstance(outcome, Lost)
        assert (outcome.phase, server.connections, len(server.heads)) == ("unanswered", 1, 2)


@pytest.mark.parametrize("parting", [b"", b"HTTP/1.1 408 Timeout\r\nconnection: close\r\n\r\n", b"x"])
def test_a_connection_that_ended_or_was_spoilt_while_idle_is_replaced(
    trusting: World, peer_tls: ssl.SSLContext | None, parting: bytes
) -> None:
    parted = threading.Semaphore(0)

    def script(peer: Peer) -> None:
        if peer.request():
            peer.send(answer())
            if parting:
                peer.send(parting)
            else:
                peer.sock.close()
            parted.release()
            if parting:
                peer.request()

    with serving(script, tls=peer_tls) as server:
        for number in range(3):
            reply = trusting.send(asked(server.url))
            assert isinstance(reply, Reply), reply
            assert parted.acquire(timeout=30)
            assert len(server.heads) == number + 1

        assert server.connections == 3


@pytest.mark.anyio
async def test_an_end_that_the_event_loop_has_not_seen_yet_is_seen(trusted: str, server_tls: ssl.SSLContext) -> None:
    from tercet.transport.async_pool import AsyncPool
    from tercet.transport.async_transport import AsyncFastTransport
    from tercet.transport.base import TransportSettings

    for tls in (None, server_tls):
        transport = AsyncFastTransport(AsyncPool(TransportSettings(verify=trusted)))
        go, parted = threading.Event(), threading.Event()

        def script(peer: Peer, go: threading.Event = go, parted: threading.Event = parted) -> None:
            if peer.request():
                peer.send(answer())
                go.wait(30)
                peer.sock.close()
                parted.set()

        with serving(script, tls=tls) as server:
            assert isinstance(await transport.send(asked(server.url)), Reply)
            go.set()
            assert parted.wait(30)  # the loop stands still meanwhile
            assert isinstance(await transport.send(asked(server.url)), Reply)

            assert (server.connections, len(server.heads)) == (2, 2)
        await transport.close()


def test_a_request_that_could_not_leave_whole_goes_to_a_new_connection(trusting: World) -> None:
    """The peer ends after a part of a large body, with everything unread, so that the writing fails."""

    def script(peer: Peer) -> None:
        if peer.number > 1:
            if peer.request():
                peer.send(answer(b"second"))
            return
        if peer.request():
            peer.send(answer(b"first"))
            peer.sock.recv(1)
            peer.reset()

    with serving(script) as server:
        assert isinstance(trusting.send(asked(server.url)), Reply)
        reply = trusting.send(asked(server.url, b"x" * 20_000_000))

        assert isinstance(reply, Reply)
        assert (reply.content, len(server.heads)) == (b"second", 2)


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("error", [ConnectionResetError(), BrokenPipeError(), ssl.SSLEOFError()])
def test_only_what_did_not_leave_whole_is_replaceable(sent: bool, error: OSError) -> None:
    request = asked("http://127.0.0.1:1/")
    exchange = Exchange(request, target_of(request.url), target_of(request.url).origin)
    exchange.sent = sent

    assert is_replaceable(error, exchange) is not sent
    assert not is_replaceable(TimeoutError(), exchange)


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirected_request_that_is_lost_is_not_repeated(world: World, status: int) -> None:
    def script(peer: Peer) -> None:
        while request := peer.request():
            if "/elsewhere" in request[0]:
                return
            peer.send(answer(b"", f"{status} Moved", "location: /elsewhere"))

    with serving(script) as server:
        outcome = world.send(asked(server.url))

        assert isinstance(outcome, Lost)
        assert (outcome.phase, len(server.heads)) == ("unanswered", 2)


def test_what_tls_says_for_itself_while_a_request_leaves_does_not_take_the_requests_place() -> None:
    """New keys that the socket had no room for must not pass for data that was promised."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    made = object.__new__(TlsSocket)
    written: list[bytes] = []

    class Tls:
        def write(self, data: bytes) -> int:
            written.append(bytes(data))
            return len(data)

    class Pending:
        pending = 0

    made._sock, made._tls, made._outgoing = ours, Tls(), Pending()  # type: ignore[assignment]
    made._leaving, made._promised = memoryview(b"new keys"), 0

    assert made.send(b"request") == 7
    assert written == [b"request"]
    assert theirs.recv(100) == b"new keys"
    ours.close()
    theirs.close()


def test_a_connection_knows_that_something_came() -> None:
    ours, theirs = socket.socketpair()
    connection = SyncSocket(ours, target_of("http://127.0.0.1:1/").origin)
    assert not connection.readable()
    theirs.close()
    assert connection.readable()
    connection.close()

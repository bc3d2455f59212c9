"""TLS by way of memory: what comes is told whole, an end is told apart from a break, and nothing that is sent is lost."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest

from tercet.transport.tls import TlsSocket, start_tls


class Peer:
    """The server's side of one connection, moved by hand."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        self.sock = sock
        self.came, self.goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.came, self.goes, server_side=True)

    async def shake_hands(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await loop.sock_sendall(self.sock, self.goes.read())
                self.came.write(await loop.sock_recv(self.sock, 65_536))
            else:
                await loop.sock_sendall(self.sock, self.goes.read())
                return

    def encrypt(self, *records: bytes) -> bytes:
        for record in records:
            self.tls.write(record)
        return self.goes.read()

    def goodbye(self) -> bytes:
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        return self.goes.read()

    def read(self) -> bytes:
        """Everything that can be read now."""
        pieces: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            while received := self.sock.recv(65_536):
                self.came.write(received)
        with contextlib.suppress(ssl.SSLWantReadError):
            while True:
                pieces.append(self.tls.read(65_536))
        return b"".join(pieces)


@pytest.fixture
def pair(server_tls: ssl.SSLContext, trusted: str) -> Iterator[tuple[TlsSocket, Peer]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    peer = Peer(theirs, server_tls)

    async def both() -> TlsSocket:
        trusting = ssl.create_default_context(cafile=trusted)
        made, _ = await asyncio.gather(start_tls(ours, trusting, "127.0.0.1"), peer.shake_hands())
        return made

    try:
        yield asyncio.run(both()), peer
    finally:
        ours.close()
        theirs.close()


def read_now(sock: TlsSocket) -> bytes | None:
    """What has come; None if it is nothing whole."""
    try:
        return sock.recv(65_536)
    except (BlockingIOError, ssl.SSLWantReadError):
        return None


def test_records_that_come_together_are_given_together(pair: tuple[TlsSocket, Peer]) -> None:
    ours, peer = pair
    peer.sock.sendall(peer.encrypt(b"one ", b"two ", b"x" * 40_000))

    assert read_now(ours) == b"one two " + b"x" * 40_000
    assert read_now(ours) is None


def test_a_record_cut_anywhere_comes_when_it_is_whole(pair: tuple[TlsSocket, Peer]) -> None:
    ours, peer = pair
    for cut in range(1, 27):
        sent = peer.encrypt(b"hello", b"again")
        peer.sock.sendall(sent[:cut])
        assert read_now(ours) is None
        peer.sock.sendall(sent[cut:])
        assert read_now(ours) == b"helloagain"


def test_a_goodbye_is_the_end_also_behind_data(pair: tuple[TlsSocket, Peer]) -> None:
    ours, peer = pair
    peer.sock.sendall(peer.encrypt(b"last") + peer.goodbye())

    assert read_now(ours) == b"last"
    assert read_now(ours) == b""
    assert read_now(ours) == b""


def test_an_end_without_a_goodbye_is_none(pair: tuple[TlsSocket, Peer]) -> None:
    ours, peer = pair
    peer.sock.sendall(peer.encrypt(b"cut"))
    peer.sock.close()

    assert read_now(ours) == b"cut"
    for _ in range(2):
        with pytest.raises(ssl.SSLEOFError):
            read_now(ours)


def test_what_was_tampered_with_is_refused_after_what_came_before(pair: tuple[TlsSocket, Peer]) -> None:
    ours, peer = pair
    whole, changed = peer.encrypt(b"whole"), bytearray(peer.encrypt(b"changed"))
    changed[-1] ^= 1
    peer.sock.sendall(whole + changed)

    assert read_now(ours) == b"whole"
    for _ in range(2):
        with pytest.raises(ssl.SSLError, match=r"(?i)mac|decrypt"):
            read_now(ours)


def test_what_the_socket_cannot_take_is_sent_when_it_can_be(pair: tuple[TlsSocket, Peer]) -> None:
    ours, peer = pair
    content, arrived, refused = bytes(range(256)) * 20_000, b"", 0
    while True:
        try:
            sent = ours.send(memoryview(content))
            break
        except BlockingIOError:
            refused += 1
            arrived += peer.read()

    assert (sent, arrived + peer.read()) == (len(content), content)
    assert refused > 0


def test_a_handshake_that_fails_tells_the_peer_and_closes_the_socket(server_tls: ssl.SSLContext) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    peer = Peer(theirs, server_tls)

    async def both() -> tuple[object, object]:
        trusting_nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return await asyncio.gather(
            start_tls(ours, trusting_nobody, "127.0.0.1"), peer.shake_hands(), return_exceptions=True
        )

    refused, told = asyncio.run(both())
    theirs.close()

    assert isinstance(refused, ssl.SSLCertVerificationError)
    assert ours.fileno() == -1
    assert "UNKNOWN_CA" in str(told)

"""TLS over a socket that does not block, by way of memory: one system call for each arrival, where OpenSSL on the socket
itself makes two for each record and Python's SSLSocket adds four calls of its own. Knows neither whom to trust nor HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

READ_SIZE = 65_536
RECORD_SIZE = 16_384
"""One read gives one record, and none is longer."""


class TlsSocket:
    """What a socket does here – `recv`, `send`, `fileno`, `close` –, encrypted. Raises what a socket would, and SSLError."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._leaving = memoryview(b"")
        """Encrypted bytes that the socket did not take yet."""
        self._promised = 0
        """How much of the data that is being sent these bytes hold; 0 when nothing is."""
        self._next: bytes | ssl.SSLError | None = None
        """What came after the bytes that `recv` returned last: the end, or an error."""

    @property
    def has_more(self) -> bool:
        """Whether bytes came that the socket will not tell of again."""
        return self._incoming.pending > 0

    def recv(self, size: int) -> bytes:
        """Everything that has come; empty at the end, which is the peer's own word: a connection that just ends is an
        SSLEOFError. Raises BlockingIOError or SSLWantReadError if there is nothing whole."""
        if self._next is not None:
            return self._later(self._next)
        try:
            self._fill(self._sock.recv(size))
        except BlockingIOError:
            if not self.has_more:
                raise
        data = self._tls.read(RECORD_SIZE)
        if self._outgoing.pending and not self._promised:  # TLS answers for itself, for example with new keys
            with contextlib.suppress(BlockingIOError):
                self._flush()
        return self._with_the_rest(data) if data and self._incoming.pending else data

    def _fill(self, received: bytes) -> None:
        if received:
            self._incoming.write(received)
        else:
            self._incoming.write_eof()

    def _with_the_rest(self, data: bytes) -> bytes:
        """Several records came together, or the beginning of another."""
        pieces = [data]
        while self._incoming.pending:
            try:
                data = self._tls.read(RECORD_SIZE)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError as error:
                self._next = error
                break
            if not data:
                self._next = b""
                break
            pieces.append(data)
        return b"".join(pieces)

    def _later(self, following: bytes | ssl.SSLError) -> bytes:
        if isinstance(following, ssl.SSLError):
            raise following
        return following

    def send(self, data: bytes | memoryview) -> int:
        """Send all of it. Raises BlockingIOError when that cannot be done now; then call again, with the same data."""
        if not self._promised:
            self._promised = self._tls.write(data)
        self._flush()
        promised, self._promised = self._promised, 0
        return promised

    def _flush(self) -> None:
        while self._leaving or self._outgoing.pending:
            if not self._leaving:
                self._leaving = memoryview(self._outgoing.read())
            self._leaving = self._leaving[self._sock.send(self._leaving) :]

    def fileno(self) -> int:
        """The socket's own."""
        return self._sock.fileno()

    def close(self) -> None:
        """Give the socket up."""
        self._sock.close()

    async def shake_hands(self) -> None:
        """Agree on keys, in the running event loop."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await loop.sock_sendall(self._sock, self._outgoing.read())
                self._fill(await loop.sock_recv(self._sock, READ_SIZE))
            except ssl.SSLError:
                with contextlib.suppress(OSError):  # tell the peer why, if that can be done at once
                    self._sock.send(self._outgoing.read())
                raise
            else:
                await loop.sock_sendall(self._sock, self._outgoing.read())
                return


async def encrypted(sock: socket.socket, context: ssl.SSLContext, host: str) -> TlsSocket:
    """The socket after a TLS handshake. Closes it if that fails."""
    try:
        made = TlsSocket(sock, context, host)
        await made.shake_hands()
    except BaseException:
        sock.close()
        raise
    return made

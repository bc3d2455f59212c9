"""TLS by OpenSSL: one context for each way of verifying, made when first needed, with the system's store; and records over a
socket that does not block, by way of memory: one system call for each arrival, where OpenSSL on the socket itself makes two
for each record and Python's SSLSocket adds four calls of its own. Knows no HTTP."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading

from tercet.transport.sockets import ClosesItself

_contexts: dict[tuple[object, ...], ssl.SSLContext] = {}
_lock = threading.Lock()


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

CA_FILES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def context_for(verify: bool | str | ssl.SSLContext) -> ssl.SSLContext:
    """Return the context for `verify`: True (environment, then the system's store), a file or folder of CAs, False (nobody is
    checked), or a context of the caller's. Raises OSError or ssl.SSLError for CAs that cannot be read."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    file = next((os.environ[name] for name in CA_FILES if os.environ.get(name)), None) if verify is True else None
    folder = os.environ.get("SSL_CERT_DIR") or None if verify is True else None
    with _lock:
        key = (verify, file, folder)
        if key not in _contexts:
            _contexts[key] = _context(verify, file, folder)
        return _contexts[key]


def _context(verify: bool | str, file: str | None, folder: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif isinstance(verify, str):
        _load(context, verify)
    elif file or folder:
        for path in filter(None, (file, folder)):
            _load(context, path)
    else:
        context.load_default_certs()
        if not context.cert_store_stats()["x509_ca"]:
            _load_bundle(context)
    return context


def _load(context: ssl.SSLContext, path: str) -> None:
    if os.path.isdir(path):
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)


def _load_bundle(context: ssl.SSLContext) -> None:
    """Use certifi's store on a system without one, if it is installed. Folders of hashed CAs load lazily and count 0."""
    paths = ssl.get_default_verify_paths()
    if paths.capath:
        return
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())


class BlockingTlsSocket(ClosesItself, ssl.SSLSocket):
    """Hold a TLS connection that closes itself."""


def blocking_tls(sock: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """Return the socket with TLS around it, before the handshake: one that is broken off is the caller's to close."""
    # An end without TLS's own goodbye may be an attacker's: it must not pass for the end of a body.
    made = context.wrap_socket(sock, server_hostname=host, suppress_ragged_eofs=False, do_handshake_on_connect=False)
    if type(made) is ssl.SSLSocket:  # the caller's context may make others, and is not ours to change
        made.__class__ = BlockingTlsSocket
    return made


READ_SIZE = 65_536
RECORD_SIZE = 16_384
"""One read gives one record, and none is longer."""


class TlsSocket:
    """Do encrypted what a socket does here: `recv`, `send`, `fileno`, `close`. Raises what a socket would, and SSLError."""

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
        """Return whether bytes came that the socket will not tell of again."""
        return self._incoming.pending > 0

    def recv(self, size: int) -> bytes:
        """Return everything that has come; nothing at the end, which is the peer's own word: a connection that just ends is an
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
        """Return `data` and what came with it: several records, or the beginning of another."""
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
        """Return the socket's descriptor."""
        return self._sock.fileno()

    def close(self) -> None:
        """Give the socket up."""
        self._sock.close()

    async def shake_hands(self) -> None:
        """Agree on keys, in the running event loop."""
        from asyncio import get_running_loop  # blocking programs never pay for asyncio

        loop = get_running_loop()
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


async def start_tls(sock: socket.socket, context: ssl.SSLContext, host: str) -> TlsSocket:
    """Return the socket after a TLS handshake. Closes it if that fails."""
    try:
        made = TlsSocket(sock, context, host)
        await made.shake_hands()
    except BaseException:
        sock.close()
        raise
    return made

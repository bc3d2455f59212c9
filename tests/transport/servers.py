"""A scripted server on 127.0.0.1: each connection is handled by a function that reads requests and sends raw bytes."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

Script = Callable[["Peer"], None]


class Peer:
    """The server's side of one connection. `number` counts connections from 1."""

    def __init__(self, sock: socket.socket, number: int, server: Server) -> None:
        self.sock, self.number, self.server = sock, number, server
        self._rest = b""

    def request(self) -> tuple[str, bytes] | None:
        """The next request: its head as text, and its body. None at the end."""
        while b"\r\n\r\n" not in self._rest:
            data = self.sock.recv(65_536)
            if not data:
                return None
            self._rest += data
        head, _, rest = self._rest.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)content-length: (\d+)", head)
        length = int(found[1]) if found else 0
        while len(rest) < length:
            rest += self.sock.recv(65_536)
        self._rest = rest[length:]
        self.server.heads.append(head.decode("latin-1"))
        return head.decode("latin-1"), rest[:length]

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def ends(self, seconds: float = 60.0) -> bool:
        """Whether the client ends the connection within `seconds`."""
        self.sock.settimeout(seconds)
        try:
            return self.sock.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def reset(self) -> None:
        """Close with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Server:
    """Listens, and runs `script` for every connection in a thread of its own."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._script, self._tls = script, tls
        self._lock = threading.Lock()
        self.connections = 0
        self.heads: list[str] = []
        self.failures: list[BaseException] = []
        self._socks: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1/messages"

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._socks.append(sock)
                number = self.connections
            threading.Thread(target=self._serve, args=(sock, number), daemon=True).start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        try:
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            self._script(Peer(sock, number, self))
        except OSError:
            pass
        except Exception as error:
            self.failures.append(error)
        finally:
            sock.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serving(script: Script, **options: Any) -> Iterator[Server]:
    server = Server(script, **options)
    try:
        yield server
    finally:
        server.close()


def answer(body: bytes = b"ok", status: str = "200 OK", *headers: str) -> bytes:
    """A whole response."""
    lines = "".join(f"{line}\r\n" for line in (*headers, f"content-length: {len(body)}"))
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def always(data: bytes) -> Script:
    """Answers every request with these bytes."""

    def script(peer: Peer) -> None:
        while peer.request():
            peer.send(data)

    return script


def once(data: bytes, then: Callable[[Peer], Any] = lambda peer: None) -> Script:
    """Answers one request with these bytes, and goes on with `then`; closes after that."""

    def script(peer: Peer) -> None:
        if peer.request():
            if data:
                peer.send(data)
            then(peer)

    return script


def stall(peer: Peer) -> None:
    """Says nothing until the client gives up."""
    peer.ends()

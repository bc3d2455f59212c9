"""A server that does what it is told, byte by byte: the steps of an answer as data. Imports nothing but the standard
library, so that any client can be measured against it."""

from __future__ import annotations

import contextlib
import random
import re
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep  # bound here: the suite replaces time.sleep to see what clients would wait

GONE = getattr(select, "POLLRDHUP", 0) | getattr(select, "POLLHUP", 0) | getattr(select, "POLLERR", 0)
BATCH_PATH = re.compile(r"GET \S*/v1/messages/batches/[^/? ]+ ")


@dataclass(frozen=True)
class Fin:
    """Close the connection."""


@dataclass(frozen=True)
class HalfClose:
    """Say that no more bytes will come, and go on reading."""


@dataclass(frozen=True)
class Reset:
    """Close with RST."""


@dataclass(frozen=True)
class Stall:
    """Say nothing until the client leaves."""


@dataclass(frozen=True)
class Repeat:
    """Send these bytes again and again, `every` so many seconds, until the client leaves or it was `times`."""

    data: bytes
    every: float = 0.0
    times: int = 10_000_000


@dataclass(frozen=True)
class Raw:
    """Bytes that go out in one piece whatever the chunking."""

    data: bytes


Step = bytes | Fin | HalfClose | Reset | Stall | Repeat | Raw
Steps = Sequence[Step]
LARGEST_PIECEMEAL = 20_000
"""Larger bodies are cut into large pieces: the point of small ones is to meet every boundary."""


def pieces(data: bytes, chunking: str) -> list[bytes]:
    """`data` as it is sent: "whole", "bytes" (one at a time) or "random" (seeded)."""
    if chunking == "whole" or len(data) < 2:
        return [data]
    if len(data) > LARGEST_PIECEMEAL:
        size = 4_099 if chunking == "bytes" else 16_411
        return [data[at : at + size] for at in range(0, len(data), size)]
    if chunking == "bytes":
        return [data[at : at + 1] for at in range(len(data))]
    dice, found, at = random.Random(len(data)), [], 0
    while at < len(data):
        size = dice.choice((1, 2, 3, 7, 40, 200))
        found.append(data[at : at + size])
        at += size
    return found


class Gone(Exception):
    """This connection is finished."""


class FaultServer:
    """Listens on 127.0.0.1. `play` says what the next requests get; `requests` counts those that were counted."""

    def __init__(self, tls: ssl.SSLContext | None = None, batch: Callable[[str], bytes] | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.tls = tls
        self._batch = batch
        self._answers: Sequence[Steps] | Callable[[bytes], Steps] = ((),)
        self._on_accept: Steps | None = None
        self._chunking = "whole"
        self._early = False
        self._lock = threading.Lock()
        self.requests = 0
        self.connections = 0
        self.open: set[socket.socket] = set()
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def play(
        self,
        answers: Sequence[Steps] | Callable[[bytes], Steps],
        chunking: str = "whole",
        on_accept: Steps | None = None,
        *,
        early: bool = False,
    ) -> None:
        """The nth counted request gets `answers[n]`, the last one repeats; or a function makes the steps
        of the request's body. `on_accept`: steps instead of any reading.
        `early`: answer when the headers are there, without reading the body."""
        self._answers, self._chunking, self._on_accept, self._early = answers, chunking, on_accept, early
        self.requests = self.connections = 0
        self.heads, self.bodies = [], []

    def held(self) -> int:
        """How many connections the other side has not closed. The system says so, however late our threads are."""
        return sum(not _is_left(sock) for sock in list(self.open))

    def settled(self, seconds: float) -> int:
        """How many connections the other side still holds once that has not changed for so many seconds."""
        held, since = self.held(), monotonic()
        while held and monotonic() - since < seconds:
            sleep(0.001)
            if (now := self.held()) != held:
                held, since = now, monotonic()
        return held

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self.open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self.open.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        sock = plain
        try:
            if self._on_accept is not None:
                if any(isinstance(step, Raw) for step in self._on_accept):
                    sock.recv(65_536)
                self._take(sock, self._on_accept)
            else:
                if self.tls is not None:
                    sock = self.tls.wrap_socket(plain, server_side=True)
                    self.open.add(sock)
                self._converse(sock)
        except (OSError, Gone, ValueError):
            pass
        finally:
            with contextlib.suppress(OSError):
                sock.close()
            self.open.discard(plain)
            self.open.discard(sock)

    def _converse(self, sock: socket.socket) -> None:
        rest = b""
        while True:
            head, body, rest = self._request(sock, rest)
            if self._batch is not None and BATCH_PATH.match(head):
                sock.sendall(self._batch(self.url))
                continue
            with self._lock:
                number = self.requests
                self.requests += 1
                self.heads.append(head)
                self.bodies.append(body)
            answers = self._answers
            self._take(sock, answers(body) if callable(answers) else answers[min(number, len(answers) - 1)])

    def _request(self, sock: socket.socket, rest: bytes) -> tuple[str, bytes, bytes]:
        while b"\r\n\r\n" not in rest:
            data = sock.recv(262_144)
            if not data:
                raise Gone
            rest += data
        head, _, rest = rest.partition(b"\r\n\r\n")
        if self._early:
            return head.decode("latin-1"), b"", b""
        found = re.search(rb"(?i)content-length: *(\d+)", head)
        length = int(found[1]) if found else 0
        gathered, size = [rest], len(rest)
        while size < length:
            data = sock.recv(262_144)
            if not data:
                raise Gone
            gathered.append(data)
            size += len(data)
        rest = b"".join(gathered)
        return head.decode("latin-1"), rest[:length], rest[length:]

    def _take(self, sock: socket.socket, steps: Steps) -> None:
        for step in steps:
            if isinstance(step, bytes):
                for piece in pieces(step, self._chunking):
                    sock.sendall(piece)
            elif isinstance(step, Raw):
                sock.sendall(step.data)
            elif isinstance(step, Repeat):
                self._repeat(sock, step)
            elif isinstance(step, HalfClose):
                sock.shutdown(socket.SHUT_WR)
            else:
                if isinstance(step, Stall):
                    _wait_for_end(sock)
                if isinstance(step, Reset):
                    _wait_until_read(sock)
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if isinstance(sock, ssl.SSLSocket):  # an end without TLS's goodbye
                    sock = socket.socket(fileno=sock.detach())
                    sock.shutdown(socket.SHUT_RDWR)
                    sock.close()
                raise Gone

    def _repeat(self, sock: socket.socket, step: Repeat) -> None:
        for _ in range(step.times):
            sock.sendall(step.data)
            if step.every:
                sleep(step.every)


def _is_left(sock: socket.socket) -> bool:
    """Whether this side or the other has closed a connection, though bytes of the other may be unread."""
    if sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):
        with contextlib.suppress(OSError):
            return socket.socket.recv(sock, 1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        return False
    poll = select.poll()
    try:
        poll.register(sock, GONE)
    except ValueError:  # closed between the question and here
        return True
    return bool(poll.poll(0))


def _wait_until_read(sock: socket.socket, seconds: float = 5.0) -> None:
    """Wait until the other side has read what was sent: a reset takes away what it has not. Where the system tells."""
    ends = f":{sock.getpeername()[1]:04X} ", f":{sock.getsockname()[1]:04X} "
    until = monotonic() + seconds
    while monotonic() < until:
        try:
            with open("/proc/net/tcp", encoding="ascii") as table:
                lines = [line.split() for line in table if all(end in line for end in ends)]
        except OSError:
            return
        theirs = [line for line in lines if line[1].endswith(ends[0].strip())]
        if all(line[4].endswith(":00000000") for line in theirs):
            return
        sleep(0.001)


def _wait_for_end(sock: socket.socket) -> None:
    sock.settimeout(60)
    with contextlib.suppress(OSError):
        while sock.recv(65_536):
            pass


def head(status: str = "200 OK", *lines: str) -> bytes:
    """Status line and headers, with the blank line."""
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode("latin-1")


def response(body: bytes, content_type: str = "application/json", status: str = "200 OK", *lines: str) -> bytes:
    """A whole response with its length."""
    return head(status, f"content-type: {content_type}", *lines, f"content-length: {len(body)}") + body


def chunks(*parts: bytes, end: bool = True) -> bytes:
    """A chunked body."""
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)
    return framed + (b"0\r\n\r\n" if end else b"")


def chunked_head(content_type: str, *lines: str) -> bytes:
    return head("200 OK", f"content-type: {content_type}", "transfer-encoding: chunked", *lines)


def tls_context(certificate: str) -> ssl.SSLContext:
    """A server's context for a PEM file with key and certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context

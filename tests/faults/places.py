"""Where a client is sent: servers with other certificates, proxies that fail, ports where nobody listens."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import bodies
from tests.faults.server import FaultServer, Fin, response, tls_context
from tests.ports import closed_port

PROXY_SECRET = "proxy-canary-password"


@dataclass
class Place:
    """`server` plays the row's answers, `url` is where the client goes, `environment` what it finds there."""

    server: FaultServer
    url: str
    environment: dict[str, str] = field(default_factory=dict)
    questions: int = 1
    """How often the client asks; the last answer counts."""
    closes: bool = False
    """Whether the server closes its connection before the last question."""


class Places:
    """All places of one run, made when first used."""

    def __init__(self, certificates: Path) -> None:
        self._certificates = certificates
        self._servers: dict[str, FaultServer] = {}
        self._held: list[socket.socket] = []

    def at(self, name: str) -> Place:
        """The place of this name."""
        plain = self.server("")
        match name:
            case "refused":
                return Place(plain, f"http://127.0.0.1:{closed_port()}")
            case "unknown":
                return Place(plain, "http://no-such-host.invalid")
            case "black hole":
                return Place(plain, f"http://127.0.0.1:{self._full_port()}")
            case "no TLS":
                return Place(plain, plain.url.replace("http:", "https:"))
            case "localhost":
                return Place(plain, plain.url.replace("127.0.0.1", "localhost"))
            case "kept" | "kept, closed":
                return Place(plain, plain.url, questions=2, closes="closed" in name)
            case "TLS" | "unknown authority" | "expired" | "another host":
                server = self.server(name)
                return Place(server, server.url)
            case "proxy refused":
                return self._proxied(f"127.0.0.1:{closed_port()}")
            case "proxy 407" | "proxy closes":
                server = self.server(name)
                server.play(
                    [(response(b"", "text/plain", "407 Proxy Authentication Required"), Fin())]
                    if "407" in name
                    else [(Fin(),)]
                )
                return self._proxied(f"127.0.0.1:{server.port}")
        return Place(plain, plain.url)

    def server(self, name: str) -> FaultServer:
        """The server of this name."""
        if name not in self._servers:
            file = self._certificates / f"{name.replace(' ', '-')}.pem"
            tls = tls_context(str(file)) if name and "proxy" not in name else None
            self._servers[name] = FaultServer(tls, bodies.batch)
        return self._servers[name]

    def _proxied(self, place: str) -> Place:
        proxy = f"http://user:{PROXY_SECRET}@{place}"
        return Place(self.server(""), "https://api.invalid", {"HTTPS_PROXY": proxy})

    def _full_port(self) -> int:
        """A port whose queue of connections is full, so that connecting never ends."""
        if not self._held:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            self._held.append(listener)
            for _ in range(4):
                waiting = socket.socket()
                waiting.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    waiting.connect(listener.getsockname())
                self._held.append(waiting)
        port: int = self._held[0].getsockname()[1]
        return port

    def open(self, seconds: float) -> int:
        """How many connections of all servers are open once they have settled, for which each has so many seconds."""
        return sum(server.settled(seconds) for server in self._servers.values())

    def close(self) -> None:
        for server in self._servers.values():
            server.close()
        for sock in self._held:
            sock.close()


@contextlib.contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """These variables for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

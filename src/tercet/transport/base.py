"""The interface between those who decide and those who move bytes. Failures are values: a transport returns `Lost`,
it does not raise, except for what is not about the network (KeyboardInterrupt, cancellation, a programming error)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

import msgspec

from tercet.wire.http import Headers, Request, Response

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """Say how to connect; equal settings share connections. `proxy`: a URL, "" for none, None for what the environment says. `verify`: True, a path to CAs, False, or an
    SSLContext. `http2` needs the portable transport and the package h2."""

    proxy: str | None = field(default=None, repr=False)
    verify: bool | str | ssl.SSLContext = True
    http2: bool = False
    most_connections: int = 1000
    most_idle: int = 100


DEFAULT_SETTINGS = TransportSettings()


Kind = Literal[
    "connect",
    "timeout",
    "tls",
    "proxy",
    "protocol",
    "read",
    "write",
    "pool",
    "decode",
    "too_large",
    "refused",
    "closed",
]
"""What went wrong. `connect`: name not found, refused, unreachable. `timeout`: any of the Timeout's limits but pool.
`tls`: certificate or handshake. `protocol`: not HTTP. `read`/`write`: the connection broke. `decode`: the body's
content-encoding does not decode. `too_large`: a cap of ours. `refused`: what will be the same next time, a response that
could be read in two ways or a proxy that wants credentials. `closed`: our own client was closed meanwhile."""

Phase = Literal["not_sent", "unanswered", "cut"]
"""How far it got. `not_sent`: no whole request left, so nothing can have been billed. `unanswered`: the request may
have been received, no response came. `cut`: a response had begun."""


class Lost(msgspec.Struct, frozen=True):
    """Describe an exchange that got no whole answer."""

    kind: Kind
    phase: Phase
    reason: str
    """What happened, for people: names host and port where that helps, never a credential."""
    cause: BaseException | None = None
    raise_as: Exception | None = None
    """The exception that ends the call when no retry helps, if somebody above the network chose one."""


class ByteStream(Protocol):
    """Read the body of a streamed reply, in this thread."""

    def read(self) -> bytes | Lost | None:
        """Return the next bytes (at least one), None at the clean end, Lost when it broke. After None or Lost: closed."""
        ...

    def close(self) -> None:
        """Give the connection up now, whatever is unread. May be called twice, and from `__del__`."""
        ...


class AsyncByteStream(Protocol):
    """Read the body of a streamed reply, in this event loop."""

    async def read(self) -> bytes | Lost | None: ...

    async def close(self) -> None: ...


class Reply:
    """Hold a response: status and headers, and the body either read whole (`content`) or still in `stream`.

    Bodies of status ≥ 400 are always read (best effort: what came before a break counts), also for streamed requests.
    """

    __slots__ = ("content", "headers", "http_version", "status", "stream")

    def __init__(
        self,
        status: int,
        headers: Headers,
        content: bytes = b"",
        stream: ByteStream | AsyncByteStream | None = None,
        http_version: str = "HTTP/1.1",
    ) -> None:
        self.status, self.headers, self.content = status, headers, content
        self.stream, self.http_version = stream, http_version

    def response(self, request: Request) -> Response:
        """Return it as the value that callers see."""
        return Response(self.status, self.headers, self.content, request=request, http_version=self.http_version)

    def __repr__(self) -> str:
        return f"<Reply [{self.status}] {'streaming' if self.stream else f'{len(self.content)} bytes'}>"


Outcome = Reply | Lost


@runtime_checkable
class Transport(Protocol):
    """Send in this thread. One transport may be used by many threads."""

    def send(self, request: Request) -> Reply | Lost: ...

    def close(self) -> None: ...


@runtime_checkable
class AsyncTransport(Protocol):
    """Send in the running event loop. One transport may be used from several loops in turn."""

    async def send(self, request: Request) -> Reply | Lost: ...

    async def close(self) -> None: ...


class WholeBody:
    """Give a body that was read whole where a stream is expected."""

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content or None

    def read(self) -> bytes | Lost | None:
        """Return everything, once."""
        content, self._content = self._content, None
        return content

    def close(self) -> None:
        """Do nothing: no connection is held."""


class AsyncWholeBody(WholeBody):
    """Give a body that was read whole where an async stream is expected."""

    async def read(self) -> bytes | Lost | None:  # type: ignore[override] # the async protocol is another one
        """Return everything, once."""
        return super().read()

    async def close(self) -> None:  # type: ignore[override]
        """Do nothing: no connection is held."""

"""A function as transport: for tests, and for answering without a network."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from tercet.transport.base import Lost, Reply
from tercet.wire.http import Headers, Request, Response

Answer = Reply | Lost | Response
Handler = Callable[[Request], Answer]
AsyncHandler = Callable[[Request], Answer | Awaitable[Answer]]


class Chunks:
    """Give a body in pieces. A Lost among them breaks the stream there."""

    __slots__ = ("_rest", "closed")

    def __init__(self, chunks: Iterable[bytes | Lost]) -> None:
        self._rest = iter(chunks)
        self.closed = False

    def read(self) -> bytes | Lost | None:
        """Return the next piece that is not empty."""
        for chunk in () if self.closed else self._rest:
            if isinstance(chunk, Lost):
                self.close()
                return chunk
            if chunk:
                return chunk
        self.close()
        return None

    def close(self) -> None:
        """Forget the rest."""
        self.closed = True


class AsyncChunks:
    """Give a body in pieces in an event loop, as Chunks does."""

    __slots__ = ("_chunks",)

    def __init__(self, chunks: Iterable[bytes | Lost] | Chunks) -> None:
        self._chunks = chunks if isinstance(chunks, Chunks) else Chunks(chunks)

    @property
    def closed(self) -> bool:
        """Return whether the rest was forgotten."""
        return self._chunks.closed

    async def read(self) -> bytes | Lost | None:
        """Return the next piece that is not empty."""
        return self._chunks.read()

    async def close(self) -> None:
        """Forget the rest."""
        self._chunks.close()


def streaming_reply(
    chunks: Iterable[bytes | Lost], *, status: int = 200, headers: dict[str, str] | None = None
) -> Reply:
    """Return a reply whose body comes in pieces, for either world."""
    given = {"content-type": "text/event-stream", **(headers or {})}
    return Reply(status, Headers(given), stream=Chunks(chunks))


def _fit_to_request(answer: Answer, request: Request) -> Reply | Lost:
    """Return the answer as a transport would give it: a body is in a stream if and only if the request asked for one and status < 300."""
    if isinstance(answer, Lost):
        return answer
    if isinstance(answer, Response):
        answer = Reply(answer.status_code, answer.headers, answer.content, http_version=answer.http_version)
    stream: Any = answer.stream
    if request.stream and answer.status < 300:
        return Reply(answer.status, answer.headers, b"", stream or Chunks([answer.content]), answer.http_version)
    if not isinstance(stream, Chunks):
        return answer
    pieces = [answer.content]
    while (piece := stream.read()) is not None:
        if isinstance(piece, Lost):
            if answer.status < 300:
                return piece
            break
        pieces.append(piece)
    return Reply(answer.status, answer.headers, b"".join(pieces), None, answer.http_version)


class MemoryTransport:
    """Answer every request with `handler(request)`: a Reply, a Response or a Lost. `requests` keeps what was asked."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.requests: list[Request] = []
        self.closed = False

    def send(self, request: Request) -> Reply | Lost:
        """Return what the handler says."""
        if self.closed:
            return Lost("closed", "not_sent", "the client was closed")
        self.requests.append(request)
        return _fit_to_request(self._handler(request), request)

    def close(self) -> None:
        """Answer no more."""
        self.closed = True


class AsyncMemoryTransport:
    """Answer every request in an event loop, as MemoryTransport does; its handler may be a coroutine function."""

    def __init__(self, handler: AsyncHandler) -> None:
        self._handler = handler
        self.requests: list[Request] = []
        self.closed = False

    async def send(self, request: Request) -> Reply | Lost:
        """Return what the handler says."""
        if self.closed:
            return Lost("closed", "not_sent", "the client was closed")
        self.requests.append(request)
        given = self._handler(request)
        answer: Answer = await given if inspect.isawaitable(given) else given
        reply = _fit_to_request(answer, request)
        if isinstance(reply, Reply) and isinstance(reply.stream, Chunks):
            reply.stream = AsyncChunks(reply.stream)
        return reply

    async def close(self) -> None:
        """Answer no more."""
        self.closed = True

"""A user's own client object as transport: httpx.Client, httpx2.Client or their async twins, told by what they can do.

Neither library is imported here for that; their exceptions are recognised by the names of their classes.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from tercet.transport.base import Kind, Lost, Phase, Reply, TransportSettings
from tercet.transport.decoding import decoder_for
from tercet.transport.errors import is_from_handler
from tercet.transport.exchange import redirect_request
from tercet.transport.idle_connections import SECONDS_IDLE
from tercet.transport.origin import check_proxies, target_of
from tercet.transport.tls import context_for
from tercet.wire.http import Headers, Request

_KINDS: dict[str, tuple[Kind, Phase]] = {
    "PoolTimeout": ("pool", "not_sent"),
    "ConnectTimeout": ("timeout", "not_sent"),
    "WriteTimeout": ("timeout", "unanswered"),  # asyncio and HTTP/2 send on what they have taken
    "ReadTimeout": ("timeout", "unanswered"),
    "TimeoutException": ("timeout", "unanswered"),
    "ConnectError": ("connect", "not_sent"),
    "ProxyError": ("proxy", "not_sent"),
    "UnsupportedProtocol": ("protocol", "not_sent"),
    "LocalProtocolError": ("protocol", "not_sent"),
    "RemoteProtocolError": ("protocol", "unanswered"),
    "WriteError": ("write", "unanswered"),
    "ReadError": ("read", "unanswered"),
    "CloseError": ("closed", "unanswered"),
    "DecodingError": ("decode", "cut"),
    "UndecodableError": ("decode", "cut"),
    "TooLargeError": ("too_large", "cut"),
    "TooManyRedirects": ("protocol", "cut"),
    "TransportError": ("read", "unanswered"),
    "StreamClosed": ("closed", "cut"),
    "StreamConsumed": ("closed", "cut"),
    "HTTPError": ("read", "unanswered"),
}


def lost_from_client(error: Exception, url: str, begun: bool, handled: BaseException | None = None) -> Lost | None:
    """Return the Lost for an exception of httpx's family; None for a programming error, which goes on. Raises what a signal
    handler raised while the client waited, and the client took for its network's. `handled`:
    what the caller was handling before, which is none of this exchange's."""
    cause: BaseException | None = error
    while cause is not None and cause is not handled:
        if is_from_handler(cause):
            raise cause
        cause = cause.__cause__ or cause.__context__
    for cls in type(error).__mro__:
        if cls.__name__ in _KINDS:
            kind, phase = _KINDS[cls.__name__]
            break
    else:
        if not (isinstance(error, RuntimeError) and "closed" in str(error)):
            return None
        # A kept connection of a loop that has ended may take the request all the same, and gives no answer: the next attempt
        # opens another. A closed client stays so.
        kind, phase = ("read", "unanswered") if "loop is closed" in str(error) else ("closed", "not_sent")
    if kind == "connect" and ("certificate" in str(error).lower() or "ssl" in str(error).lower()):
        kind = "tls"
    text = str(error) or type(error).__name__
    return Lost(kind, "cut" if begun else phase, f"{text} ({target_of(url).origin})", error)


def _build_request(client: Any, request: Request, own_timeout: bool) -> Any:
    """Return the client's own request object: our headers over its defaults, our timeouts unless its own shall apply."""
    ours = ("content-length", "accept-encoding")
    headers: list[tuple[str, str | bytes]] = []
    for name, value in request.headers.multi_items():
        if not value.isascii() and max(value) > "\xff":  # the error of `encode` would carry the value along
            raise ValueError(f"header {name!r} holds a character outside Latin-1, which HTTP cannot send")
        if name.lower() not in ours:
            headers.append((name, value if value.isascii() else value.encode("latin-1")))
    headers.append(("Accept-Encoding", "gzip, deflate"))  # what the caps of `decoding` cover
    built = client.build_request(request.method, request.url, headers=headers, content=request.content)
    if not own_timeout:
        limits = request.timeout.as_dict()
        limits.pop("total")
        built.extensions = {**built.extensions, "timeout": limits}
    return built


def _headers_of(response: Any) -> Headers:
    return Headers(list(response.headers.multi_items()))


def _reply(response: Any, content: bytes, stream: Any = None) -> Reply:
    return Reply(
        response.status_code, _headers_of(response), content, stream, getattr(response, "http_version", "HTTP/1.1")
    )


def _chunks_of(response: Any) -> Iterator[bytes]:
    """Yield the body, decoded under our caps. A body that a hook has read already comes as the client decoded it."""
    if getattr(response, "is_stream_consumed", False):
        yield response.content
        return
    decoder = decoder_for(response.headers.get("content-encoding"))
    for chunk in response.iter_raw():
        yield decoder.feed(chunk) if decoder else chunk
        if decoder and decoder.failure is not None:
            raise decoder.failure
    if decoder:
        decoder.feed_end()


async def _async_chunks_of(response: Any) -> AsyncIterator[bytes]:
    """Yield the body of an async response, as `_chunks_of` does."""
    if getattr(response, "is_stream_consumed", False):
        yield response.content
        return
    decoder = decoder_for(response.headers.get("content-encoding"))
    async for chunk in response.aiter_raw():
        yield decoder.feed(chunk) if decoder else chunk
        if decoder and decoder.failure is not None:
            raise decoder.failure
    if decoder:
        decoder.feed_end()


class ClientStream:
    """Read the body of a client's response."""

    __slots__ = ("_chunks", "_response", "_url")

    def __init__(self, response: Any, url: str) -> None:
        self._response, self._url = response, url
        self._chunks: Iterator[bytes] = _chunks_of(response)

    def read(self) -> bytes | Lost | None:
        """Return the next bytes, None at the end, Lost when it broke."""
        handled = sys.exception()
        try:
            for chunk in self._chunks:
                if chunk:
                    return bytes(chunk)
        except Exception as error:
            self.close()
            lost = lost_from_client(error, self._url, True, handled)
            if lost is None:
                raise
            return lost
        except BaseException:
            self.close()
            raise
        self.close()
        return None

    def close(self) -> None:
        """Give the response up."""
        self._chunks = iter(())
        with contextlib.suppress(Exception):
            self._response.close()

    def __del__(self) -> None:
        if hasattr(self, "_response"):
            self.close()


class PortableTransport:
    """Send through a client of the user's. `own_timeout`: its timeout applies, not the request's. `close` closes it
    only if it was made for us (`owned`)."""

    def __init__(self, client: Any, *, own_timeout: bool = False, owned: bool = False) -> None:
        self._client, self._own_timeout, self._owned = client, own_timeout, owned

    def send(self, request: Request) -> Reply | Lost:
        """Send and return the reply or what went wrong."""
        hops = 0
        while True:
            outcome = self._send(request)
            if not isinstance(outcome, Reply):
                return outcome
            again = redirect_request(request, outcome, target_of(request.url), hops)
            if again is None:
                return outcome
            request, hops = again, hops + 1

    def _send(self, request: Request) -> Reply | Lost:
        response: Any = None
        pieces: list[bytes] = []
        handled = sys.exception()
        try:
            built = _build_request(self._client, request, self._own_timeout)
            response = self._client.send(built, stream=True, follow_redirects=False)
            if request.stream and response.status_code < 300:
                return _reply(response, b"", ClientStream(response, request.url))
            for chunk in _chunks_of(response):
                pieces.append(chunk)  # noqa: PERF402 - what came before a break counts
        except Exception as error:
            lost = lost_from_client(error, request.url, response is not None, handled)
            if lost is None:
                raise
            if response is None or response.status_code < 300:
                return lost
        finally:
            if response is not None and not (request.stream and response.status_code < 300):
                response.close()
        return _reply(response, b"".join(pieces))

    def close(self) -> None:
        """Close the client, if it is ours."""
        if self._owned:
            self._client.close()


class AsyncClientStream:
    """Read the body of an async client's response."""

    __slots__ = ("_chunks", "_response", "_url")

    def __init__(self, response: Any, url: str) -> None:
        self._response, self._url = response, url
        self._chunks: AsyncIterator[bytes] | None = _async_chunks_of(response)

    async def read(self) -> bytes | Lost | None:
        """Return the next bytes, None at the end, Lost when it broke."""
        handled = sys.exception()
        try:
            while self._chunks is not None:
                chunk = await anext(self._chunks, None)
                if chunk is None:
                    break
                if chunk:
                    return bytes(chunk)
        except Exception as error:
            await self.close()
            lost = lost_from_client(error, self._url, True, handled)
            if lost is None:
                raise
            return lost
        except BaseException:
            await self.close()
            raise
        await self.close()
        return None

    async def close(self) -> None:
        """Give the response up."""
        chunks, self._chunks = self._chunks, None
        if chunks is not None:
            with contextlib.suppress(Exception):
                await chunks.aclose()  # type: ignore[attr-defined] # an async generator in both libraries
            with contextlib.suppress(Exception):
                await self._response.aclose()


class AsyncPortableTransport:
    """Send through an async client of the user's, as PortableTransport does."""

    def __init__(self, client: Any, *, own_timeout: bool = False, owned: bool = False) -> None:
        self._client, self._own_timeout, self._owned = client, own_timeout, owned

    async def send(self, request: Request) -> Reply | Lost:
        """Send and return the reply or what went wrong."""
        hops = 0
        while True:
            outcome = await self._send(request)
            if not isinstance(outcome, Reply):
                return outcome
            again = redirect_request(request, outcome, target_of(request.url), hops)
            if again is None:
                return outcome
            request, hops = again, hops + 1

    async def _send(self, request: Request) -> Reply | Lost:
        response: Any = None
        pieces: list[bytes] = []
        handled = sys.exception()
        try:
            built = _build_request(self._client, request, self._own_timeout)
            response = await self._client.send(built, stream=True, follow_redirects=False)
            if request.stream and response.status_code < 300:
                return _reply(response, b"", AsyncClientStream(response, request.url))
            async for chunk in _async_chunks_of(response):
                pieces.append(chunk)  # noqa: PERF401 - what came before a break counts
        except Exception as error:
            lost = lost_from_client(error, request.url, response is not None, handled)
            if lost is None:
                raise
            if response is None or response.status_code < 300:
                return lost
        finally:
            if response is not None and not (request.stream and response.status_code < 300):
                await response.aclose()
        return _reply(response, b"".join(pieces))

    async def close(self) -> None:
        """Close the client, if it is ours."""
        if self._owned:
            await self._client.aclose()


if TYPE_CHECKING:
    import httpx2


LOOPBACK_PATTERNS = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""Addresses that the environment's proxies are not asked for; see `origin.proxy_chooser`."""


def own_client(settings: TransportSettings) -> httpx2.Client:
    """Return a blocking httpx2 client set up as the fast transport is. Needs the package h2 for `http2`."""
    import httpx2

    check_proxies(settings.proxy)
    return httpx2.Client(**_options(settings, httpx2))


def own_async_client(settings: TransportSettings) -> httpx2.AsyncClient:
    """Return an async httpx2 client set up as the fast transport is."""
    import httpx2

    check_proxies(settings.proxy)
    return httpx2.AsyncClient(**_options(settings, httpx2))


def _options(settings: TransportSettings, library: Any) -> dict[str, Any]:
    limits = library.Limits(
        max_connections=settings.most_connections,
        max_keepalive_connections=settings.most_idle,
        keepalive_expiry=SECONDS_IDLE,
    )
    return {
        "verify": context_for(settings.verify),
        "http2": settings.http2,
        "limits": limits,
        "proxy": settings.proxy or None,
        "trust_env": settings.proxy is None,
        "mounts": dict.fromkeys(LOOPBACK_PATTERNS) if settings.proxy is None else None,
        "headers": {"accept-encoding": "gzip, deflate"},
    }

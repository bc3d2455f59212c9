"""Keeps foreign web pages out: Host and Origin are checked before anything else (DNS rebinding, cross-site requests)."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from tercet.server.errors import HTTPError
from tercet.server.exchange import HeaderPairs, PlainResponse, ServerExchange

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
MOST_HEADERS = 100
MOST_HEADER_BYTES = 64 * 1024
EXPOSED = (b"access-control-expose-headers", b"*")
VARY = (b"vary", b"origin")


class OriginGuard:
    """Refuses requests that a browser sends on behalf of someone else's page, and oversized headers."""

    def __init__(self, hosts: Collection[str] = (), origins: Collection[str] = ()) -> None:
        self._hosts = LOCAL_HOSTS | {host.lower() for host in hosts if host}
        self._origins = frozenset(origins)
        self._seen: set[bytes] = set()
        """Host headers found good: a handful, so that the common case is one look-up."""

    def check(self, exchange: ServerExchange) -> None:
        """Raise 403 or 431 for a request that may not come in."""
        headers = exchange.headers
        host = headers.get(b"host", b"")
        if host not in self._seen:
            self._check_host(host)
        if b"origin" in headers:
            exchange.told = self._check_origin(exchange.header(b"origin"), host)
        if len(exchange.pairs) > MOST_HEADERS or exchange.header_bytes > MOST_HEADER_BYTES:
            raise HTTPError(431, f"At most {MOST_HEADERS} headers and {MOST_HEADER_BYTES} bytes of them are read.")

    def _check_host(self, host: bytes) -> None:
        name = _without_port(host.decode("latin-1").strip().lower())
        if name not in self._hosts:
            raise HTTPError(
                403,
                "This Host is not served. The local API answers to localhost, 127.0.0.1, [::1] and the names it was started with.",
            )
        if len(self._seen) < 64:
            self._seen.add(host)

    def _check_origin(self, origin: str, host: bytes) -> HeaderPairs:
        """What lets the page of an allowed origin read the answer. The own page needs nothing. Raises 403 for others."""
        if origin in self._origins:
            return ((b"access-control-allow-origin", origin.encode("latin-1")), EXPOSED, VARY)
        if not _is_own(origin, host):
            said = "Requests of web pages from other origins are not served. Start the server with this origin allowed."
            raise HTTPError(403, said)
        return ()


def _is_own(origin: str, host: bytes) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.decode("latin-1").strip().lower()


def preflight(exchange: ServerExchange) -> PlainResponse | None:
    """The answer to a browser that asks whether the page of an allowed origin may send something; None for all others."""
    if exchange.method != "OPTIONS" or b"access-control-request-method" not in exchange.headers or not exchange.told:
        return None
    asked = exchange.headers.get(b"access-control-request-headers", b"")
    headers = [(b"access-control-allow-methods", b"GET, POST, PUT, DELETE"), (b"access-control-max-age", b"600")]
    if asked:
        headers.append((b"access-control-allow-headers", asked))
    if exchange.headers.get(b"access-control-request-private-network") == b"true":
        headers.append((b"access-control-allow-private-network", b"true"))
    return PlainResponse(b"", 200, headers)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]

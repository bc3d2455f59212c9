"""Access to the server: no foreign web page (Host and Origin, DNS rebinding), then the key, the version and the betas of a caller."""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import blake2b
from typing import NamedTuple, get_args
from urllib.parse import urlsplit

from tercet.catalog.betas import SEEN_BETAS, WELL_FORMED
from tercet.server.errors import HTTPError, invalid
from tercet.server.exchange import HeaderPairs, PlainResponse, ServerExchange
from tercet.server.settings import ServerSettings
from tercet.server.validation.error_texts import text
from tercet.wire.params.betas import AnthropicBeta

VERSIONS = ("2023-01-01", "2023-06-01", "2026-10-21")
VERSION_HEADERS = {version.encode(): version for version in VERSIONS}
NEWEST = "2026-10-21"
NO_BETAS = frozenset[str]()
KNOWN_BETAS = frozenset((*get_args(get_args(AnthropicBeta)[0]), *(beta.name for beta in SEEN_BETAS)))
MOST_BETAS = 200
WORKSPACE = re.compile(rb"wrkspc_[0-9A-Za-z]{1,64}")


class Caller(NamedTuple):
    """The caller that the headers name. `key` is a digest of the key and the workspace that was named: it isolates callers from each
    other, and the key itself is kept nowhere."""

    key: str
    version: str
    betas: frozenset[str]


def caller(exchange: ServerExchange, settings: ServerSettings) -> Caller:
    """Return the caller of a native route. Raises 400 for version and betas, 401 for the key, in the API's order."""
    found_version = version(exchange)
    if b"origin" in exchange.headers and exchange.told:
        _check_page(exchange, settings)
    named = exchange.all_of(b"anthropic-beta") if b"anthropic-beta" in exchange.headers else []
    found_betas = betas(named, settings, exchange) if named else NO_BETAS
    return Caller(owner(key(exchange, settings) + _workspace(exchange, settings)), found_version, found_betas)


def _check_page(exchange: ServerExchange, settings: ServerSettings) -> None:
    """Refuse, when strict, a foreign page that does not say it knows what a key in a page means, as the API does; warn
    otherwise."""
    if exchange.header(b"anthropic-dangerous-direct-browser-access").lower() != "true":
        if settings.strict:
            raise HTTPError(401, text("page_unaware"))
        exchange.warnings.append(text("page_unaware"))


def _workspace(exchange: ServerExchange, settings: ServerSettings) -> str:
    """Return what a workspace that the request names adds to its owner. The answer tells the workspace, named or
    not."""
    named = exchange.headers.get(b"anthropic-workspace-id", b"")
    chosen = named if named and WORKSPACE.fullmatch(named) else b""
    told = chosen or (settings.workspace or "").encode()
    if told:
        exchange.told = (*exchange.told, (b"anthropic-workspace-id", told))
    return f"\0{chosen.decode()}" if chosen else ""


def owner(secret: str) -> str:
    """Return a name for the holder of this key, which does not tell the key."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def version(exchange: ServerExchange) -> str:
    """Return the `anthropic-version`."""
    known = VERSION_HEADERS.get(exchange.headers.get(b"anthropic-version", b""))
    if known is not None:
        return known
    value = exchange.header(b"anthropic-version")
    if not value:
        raise invalid(text("version_required"))
    if value not in VERSIONS:
        raise invalid(text("version_unknown", value=value[:100]))
    return value


def betas(names: list[str], settings: ServerSettings, exchange: ServerExchange) -> frozenset[str]:
    """Return the betas asked for. Unknown ones are warned of; when strict, those that have not even the form of a name are
    refused, and with `strict_betas` all of them: no table holds every name that the API knows."""
    found = frozenset(names)
    unknown = sorted(found - KNOWN_BETAS)
    if unknown:
        refused = settings.strict_betas or len(found) > MOST_BETAS
        if settings.strict and not refused:
            refused = not all(WELL_FORMED.fullmatch(name) for name in unknown)
        said = text("beta_unknown", names=", ".join(f"`{name[:100]}`" for name in unknown[:20]))
        if refused:
            raise invalid(said)
        exchange.warnings.append(said)
    return found


def key(exchange: ServerExchange, settings: ServerSettings) -> str:
    """Return the key, from either header. Raises 401 if there is none or it is not let in."""
    bare = exchange.header(b"x-api-key")
    given = bare or _bearer(exchange)
    if not given:
        raise HTTPError(401, text("key_required"))
    if settings.keys is not None and given not in settings.keys and given not in settings.keys_without_permission:
        raise HTTPError(401, text("key_invalid" if bare else "bearer_invalid"))
    if given in settings.keys_without_permission:
        raise HTTPError(403, text("no_permission"))
    return given


def _bearer(exchange: ServerExchange) -> str:
    scheme, _, token = exchange.header(b"authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


# --- foreign web pages ------------------------------------------------------------------------------------------------

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
                f"The Host {name[:100]!r} is not served. The local API answers to localhost, 127.0.0.1, [::1] and the names it was "
                "started with: --allow-host NAME adds one.",
            )
        if len(self._seen) < 64:
            self._seen.add(host)

    def _check_origin(self, origin: str, host: bytes) -> HeaderPairs:
        """Return what lets the page of an allowed origin read the answer. The own page needs nothing. Raises 403 for
        others."""
        if origin in self._origins or "*" in self._origins:
            return ((b"access-control-allow-origin", origin.encode("latin-1")), EXPOSED, VARY)
        if not _is_own(origin, host):
            said = f"Requests of web pages from {origin[:100]!r} are not served. --allow-origin {origin[:100]} lets them in."
            raise HTTPError(403, said)
        return ()


def _is_own(origin: str, host: bytes) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.decode("latin-1").strip().lower()


def preflight(exchange: ServerExchange) -> PlainResponse | None:
    """Return the answer to a browser that asks whether the page of an allowed origin may send something; None for
    all others."""
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

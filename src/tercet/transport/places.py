"""Where a URL leads: the place to connect to, the proxy on the way, and the request target. Pure look-ups and parsing."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

from tercet.wire.secret import Secret

_PORTS = {"http": 80, "https": 443}
_TARGET = re.compile(r"[!-~]*")
_SAFE = "/:?#[]@!$&'()*+,;=%-._~|"


@dataclass(frozen=True, slots=True)
class Place:
    """One origin, and the proxy it is reached through. Connections to equal places are interchangeable."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return self.scheme, self.host, self.port

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. Its credentials are in no repr."""

    host: str
    port: int
    authorization: Secret | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: the place without its proxy, what stands in the request line, and the Host header."""

    place: Place
    path: str
    host_header: str
    authorization: Secret | None = field(default=None, repr=False)


@lru_cache(512)
def target_of(url: str) -> Target:
    """Take a URL apart. Raises ValueError, which does not repeat the URL since that may hold credentials."""
    parts = parts_of(url)
    if parts is None:
        raise ValueError("the URL has no valid host and port")
    scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    if scheme not in _PORTS or not host:
        raise ValueError(f"the URL must begin with http:// or https:// and a host, not with {scheme[:20]!r}")
    host = _ascii_host(host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if _TARGET.fullmatch(path) is None:
        path = quote(path, safe=_SAFE)
    bracketed = f"[{host}]" if ":" in host else host
    header = bracketed if port in (None, _PORTS[scheme]) else f"{bracketed}:{port}"
    return Target(Place(scheme, host, port or _PORTS[scheme]), path, header, _basic(parts.username, parts.password))


@lru_cache(32)
def proxy_of(url: str) -> Proxy:
    """An `http://user:password@host:port` proxy. Raises ValueError without repeating credentials."""
    parts = parts_of(url if "://" in url else f"http://{url}")
    if parts is None:
        raise ValueError("the proxy's URL has no valid host and port")
    host, port = parts.hostname or "", parts.port
    if parts.scheme != "http" or not host:
        raise ValueError(
            f"a proxy must be reached by http://, not {parts.scheme[:20]}://; for others pass http_client="
        )
    return Proxy(_ascii_host(host), port or 80, _basic(parts.username, parts.password))


def parts_of(url: str) -> SplitResult | None:
    """None for what does not parse. The errors of the parser repeat parts of the URL, so they end here."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it is looked at when it is read
    except ValueError:
        return None
    return parts


def _ascii_host(host: str) -> str:
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not re.fullmatch(r"[0-9a-zA-Z._\-:%~]+", host):
        raise ValueError("the URL's host is not a host name")
    return host


def _basic(user: str | None, password: str | None) -> Secret | None:
    if user is None:
        return None
    pair = f"{unquote(user)}:{unquote(password or '')}"
    return Secret("Basic " + base64.b64encode(pair.encode()).decode(), "the credentials of a URL", shown=0)

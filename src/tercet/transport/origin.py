"""URLs taken apart: the origin to connect to, the proxy on the way (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY as curl
and the SDK read them), and the request target. Pure look-ups and parsing."""

from __future__ import annotations

import base64
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

from tercet.wire.secret import Secret

_PORTS = {"http": 80, "https": 443}
_TARGET = re.compile(r"[!-~]*")
_SAFE = "/:?#[]@!$&'()*+,;=%-._~|"


@dataclass(frozen=True, slots=True)
class Origin:
    """Name one origin, and the proxy it is reached through. Connections to equal origins are interchangeable."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None = None

    @property
    def address(self) -> tuple[str, str, int]:
        """Return scheme, host and port."""
        return self.scheme, self.host, self.port

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Proxy:
    """Name an HTTP proxy. Its credentials are in no repr."""

    host: str
    port: int
    authorization: Secret | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """Hold a URL taken apart: the origin without its proxy, what stands in the request line, and the Host header."""

    origin: Origin
    path: str
    host_header: str
    authorization: Secret | None = field(default=None, repr=False)


@lru_cache(512)
def target_of(url: str) -> RequestTarget:
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
    return RequestTarget(
        Origin(scheme, host, port or _PORTS[scheme]), path, header, _basic(parts.username, parts.password)
    )


@lru_cache(32)
def proxy_of(url: str) -> Proxy:
    """Return the Proxy of `http://user:password@host:port`. Raises ValueError without repeating credentials."""
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
    """Split a URL; None for what does not parse. The errors of the parser repeat parts of the URL, so they end here."""
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


LOOPBACK = frozenset({"localhost", "::1"})
"""Names of this machine, besides 127.0.0.0/8."""


def proxy_chooser(given: str | None, environment: Mapping[str, str] | None = None) -> Callable[[Origin], Proxy | None]:
    """Return the function that picks the proxy of an origin. `given` wins over the environment; an empty text means none.

    Lower-case names win over upper-case ones, as in curl; HTTP_PROXY is not read in a CGI script, where a request
    header could set it. This machine itself is never asked for through the environment's proxy, as in browsers: a proxy of
    the company cannot reach it.
    """
    if given is not None:
        return lambda origin: proxy_of(given) if given else None
    read = _reader(os.environ if environment is None else environment)
    by_scheme = {scheme: read(f"{scheme}_proxy") or read("all_proxy") for scheme in ("http", "https")}
    exceptions = [entry for entry in (part.strip().lower() for part in read("no_proxy").split(",")) if entry]

    @lru_cache(512)  # by origin, not by request: the environment was read once
    def choose(origin: Origin) -> Proxy | None:
        url = by_scheme[origin.scheme]
        if not url or origin.host in LOOPBACK or origin.host.startswith("127."):
            return None
        return proxy_of(url) if not any(_excepts(entry, origin) for entry in exceptions) else None

    return choose


def check_proxies(given: str | None, environment: Mapping[str, str] | None = None) -> None:
    """Raise ValueError, which repeats nothing of it, if a proxy's URL does not parse. For libraries that would."""
    read = _reader(os.environ if environment is None else environment)
    found = [read(name) for name in ("http_proxy", "https_proxy", "all_proxy")] if given is None else [given]
    if any(url and parts_of(url if "://" in url else f"http://{url}") is None for url in found):
        raise ValueError("the proxy's URL has no valid host and port")


def _reader(environment: Mapping[str, str]) -> Callable[[str], str]:
    def read(name: str) -> str:
        if name in environment:
            return environment[name].strip()
        if name == "http_proxy" and "REQUEST_METHOD" in environment:
            return ""
        return environment.get(name.upper(), "").strip()

    return read


def _excepts(entry: str, origin: Origin) -> bool:
    """Return whether a NO_PROXY entry names this origin: `*`, a host or its parent domain, an address or network, with a port."""
    if entry == "*":
        return True
    host = origin.host.lower().rstrip(".")
    if "/" in entry:
        return _in_network(host, entry)
    name, port = _port_of(entry)
    if port is not None and port != origin.port:
        return False
    name = name.removeprefix("*").lstrip(".").rstrip(".")
    return bool(name) and (host == name or (host.endswith(f".{name}") and not _is_address(host)))


def _port_of(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        name, _, port = entry[1:].partition("]")
        return name, int(port[1:]) if port[1:].isdigit() else None
    name, colon, port = entry.rpartition(":")
    return (name, int(port)) if colon and ":" not in name and port.isdigit() else (entry, None)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _in_network(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False

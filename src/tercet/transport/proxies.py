"""Which proxy a request takes: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, as curl and the SDK read them."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping

from tercet.transport.places import Place, Proxy, parts_of, proxy_of


def proxy_chooser(given: str | None, environment: Mapping[str, str] | None = None) -> Callable[[Place], Proxy | None]:
    """The function that picks the proxy of a place. `given` wins over the environment; an empty text means none.

    Lower-case names win over upper-case ones, as in curl; HTTP_PROXY is not read in a CGI script, where a request
    header could set it.
    """
    if given is not None:
        return lambda place: proxy_of(given) if given else None
    read = _reader(os.environ if environment is None else environment)
    by_scheme = {scheme: read(f"{scheme}_proxy") or read("all_proxy") for scheme in ("http", "https")}
    exceptions = [entry for entry in (part.strip().lower() for part in read("no_proxy").split(",")) if entry]

    def choose(place: Place) -> Proxy | None:
        url = by_scheme[place.scheme]
        return proxy_of(url) if url and not any(_excepts(entry, place) for entry in exceptions) else None

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


def _excepts(entry: str, place: Place) -> bool:
    """Whether a NO_PROXY entry names this place: `*`, a host or its parent domain, an address or network, with a port."""
    if entry == "*":
        return True
    host = place.host.lower().rstrip(".")
    if "/" in entry:
        return _in_network(host, entry)
    name, port = _port_of(entry)
    if port is not None and port != place.port:
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

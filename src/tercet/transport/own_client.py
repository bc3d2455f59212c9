"""An httpx2 client of our own, set up as the fast transport is: for HTTP/2, and where TERCET_TRANSPORT asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tercet.transport.proxies import check_proxies
from tercet.transport.settings import TransportSettings
from tercet.transport.shelf import SECONDS_IDLE
from tercet.transport.tls import context_for

if TYPE_CHECKING:
    import httpx2


def own_client(settings: TransportSettings) -> httpx2.Client:
    """A blocking client. Needs the package h2 for `http2`."""
    import httpx2

    check_proxies(settings.proxy)
    return httpx2.Client(**_options(settings, httpx2))


def own_async_client(settings: TransportSettings) -> httpx2.AsyncClient:
    """An async client."""
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
        "headers": {"accept-encoding": "gzip, deflate"},
    }

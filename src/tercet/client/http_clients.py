"""HTTP clients of httpx2 with this package's limits, for programs that pass `http_client=` to set a proxy or a transport.

Loaded when first touched; a client without `http_client=` needs none of this.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import httpx2
from httpx2._utils import get_environment_proxies  # what the SDK reads them with; httpx2 gives it no public name

from tercet.transport.sockets import socket_options
from tercet.wire.frames import door
from tercet.wire.timeout import Timeout

DEFAULT_CONNECTION_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)
"""How many connections such a client opens, and how many of them it keeps."""


def _completed(options: dict[str, Any], transport: Callable[..., Any]) -> dict[str, Any]:
    """Return a client's arguments with our timeout and limits, and with transports whose sockets are kept alive: one for each
    proxy, as httpx2 would make them itself."""
    timeout = httpx2.Timeout(600.0, connect=5.0)
    if isinstance(given := options.get("timeout"), Timeout):  # ours is not httpx2's
        options["timeout"] = httpx2.Timeout(
            **{name: getattr(given, name) for name in ("connect", "read", "write", "pool")}
        )
    options = {"timeout": timeout, "limits": DEFAULT_CONNECTION_LIMITS, "follow_redirects": True, **options}
    if options.get("transport") is not None:
        return options
    passed = {
        name: options[name] for name in ("verify", "cert", "trust_env", "http1", "http2", "limits") if name in options
    }
    made = partial(transport, socket_options=socket_options(), **passed)
    if (proxy := options.pop("proxy", None)) is not None:
        proxies = {"all://": proxy}
    else:
        proxies = get_environment_proxies() if options.get("trust_env", True) else {}
    mounts = {pattern: None if url is None else made(proxy=url) for pattern, url in proxies.items()}
    return {**options, "transport": made(), "mounts": {**mounts, **(options.get("mounts") or {})}}


class DefaultHttpxClient(httpx2.Client):
    """An `httpx2.Client` with a timeout of 600 s, 5 s to connect, room for 1,000 connections, and sockets that are kept
    alive. Takes its arguments, and reads the environment's proxies as it does."""

    @door
    def __init__(self, **options: Any) -> None:
        super().__init__(**_completed(options, httpx2.HTTPTransport))


class DefaultAsyncHttpxClient(httpx2.AsyncClient):
    """The async twin of `DefaultHttpxClient`. It runs under asyncio and trio."""

    @door
    def __init__(self, **options: Any) -> None:
        super().__init__(**_completed(options, httpx2.AsyncHTTPTransport))

"""HTTP clients of httpx2 with this package's limits, for programs that pass `http_client=` to set a proxy or a transport.

Loaded when first touched; a client without `http_client=` needs none of this.
"""

from __future__ import annotations

from typing import Any

import httpx2

from tercet.wire.frames import door
from tercet.wire.timeout import Timeout

DEFAULT_CONNECTION_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)
"""How many connections such a client opens, and how many of them it keeps."""


def _with_limits(options: dict[str, Any]) -> dict[str, Any]:
    timeout = httpx2.Timeout(600.0, connect=5.0)
    if isinstance(given := options.get("timeout"), Timeout):  # ours is not httpx2's
        options["timeout"] = httpx2.Timeout(
            **{name: getattr(given, name) for name in ("connect", "read", "write", "pool")}
        )
    return {"timeout": timeout, "limits": DEFAULT_CONNECTION_LIMITS, "follow_redirects": True, **options}


class DefaultHttpxClient(httpx2.Client):
    """An `httpx2.Client` with a timeout of 600 s, 5 s to connect, and room for 1,000 connections. Takes its arguments."""

    @door
    def __init__(self, **options: Any) -> None:
        super().__init__(**_with_limits(options))


class DefaultAsyncHttpxClient(httpx2.AsyncClient):
    """The async twin of `DefaultHttpxClient`."""

    @door
    def __init__(self, **options: Any) -> None:
        super().__init__(**_with_limits(options))

"""The transport that a client gets: the fast one, shared by all clients with equal settings; the portable one around the
user's own client object or where TERCET_TRANSPORT=portable says so; or a transport that the user passes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from tercet.transport.base import DEFAULT_SETTINGS, TransportSettings
from tercet.wire.secret import Secret

if TYPE_CHECKING:
    from tercet.transport.base import AsyncTransport, Transport


def transport_for(given: Any = None, *, own_timeout: bool = False) -> Transport:
    """Return a blocking transport. `given`: None, TransportSettings, a Transport, or an httpx or httpx2 Client.

    `own_timeout`: of a user's client object, its own timeout applies instead of each request's. Raises TypeError for
    anything else, and for an async client.
    """
    if given is None or isinstance(given, TransportSettings):
        return _shared_transport(given or DEFAULT_SETTINGS)
    if hasattr(given, "build_request"):
        if hasattr(given, "aclose"):
            raise TypeError(f"a blocking client needs a blocking http_client, not {type(given).__name__}")
        from tercet.transport.httpx_client import PortableTransport

        return PortableTransport(given, own_timeout=own_timeout)
    if callable(getattr(given, "send", None)) and callable(getattr(given, "close", None)):
        ready: Transport = given
        return ready
    raise TypeError(f"http_client must be an httpx or httpx2 Client or a transport, not {type(given).__name__}")


def async_transport_for(given: Any = None, *, own_timeout: bool = False) -> AsyncTransport:
    """Return an async transport, as `transport_for` does a blocking one."""
    if given is None or isinstance(given, TransportSettings):
        return _async_shared_transport(given or DEFAULT_SETTINGS)
    if hasattr(given, "build_request"):
        if not hasattr(given, "aclose"):
            raise TypeError(f"an async client needs an async http_client, not {type(given).__name__}")
        from tercet.transport.httpx_client import AsyncPortableTransport

        return AsyncPortableTransport(given, own_timeout=own_timeout)
    if callable(getattr(given, "send", None)) and callable(getattr(given, "close", None)):
        ready: AsyncTransport = given
        return ready
    raise TypeError(f"http_client must be an httpx or httpx2 AsyncClient or a transport, not {type(given).__name__}")


_pools: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()
_lock = threading.RLock()  # a collected client may leave while this thread is inside


def _shared_pool(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """Return the pool of this key, made if there is none that still takes users, with one user more."""
    with _lock:
        pool = _pools.get(key)
        if pool is None or not pool.join():
            pool = _pools[key] = make()
            pool.join()
        return pool


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _portable(settings: TransportSettings) -> bool:
    return settings.http2 or os.environ.get("TERCET_TRANSPORT", "").lower() == "portable"


def _key(world: str, settings: TransportSettings) -> tuple[Any, ...]:
    """Return the key of a pool. The environment's proxies are part of it: a client made after they changed gets other
    connections."""
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUEST_METHOD")
    found = [os.environ.get(form) for name in names for form in (name, name.upper())]
    return (world, settings, Secret(ascii(found), "proxies", shown=0))  # their URLs may hold passwords


def _shared_transport(settings: TransportSettings) -> Transport:
    if _portable(settings):
        from tercet.transport.httpx_client import PortableTransport, own_client

        return PortableTransport(own_client(settings), owned=True)
    from tercet.transport.sync_pool import SyncPool
    from tercet.transport.sync_transport import FastTransport

    return FastTransport(_shared_pool(_key("sync", settings), lambda: SyncPool(settings)))


def _async_shared_transport(settings: TransportSettings) -> AsyncTransport:
    if _portable(settings) or sys.platform == "win32":  # its usual loop has no readiness callbacks
        from tercet.transport.httpx_client import AsyncPortableTransport, own_async_client

        return AsyncPortableTransport(own_async_client(settings), owned=True)
    from tercet.transport.async_pool import AsyncPool
    from tercet.transport.async_transport import AsyncFastTransport

    return AsyncFastTransport(_shared_pool(_key("async", settings), lambda: AsyncPool(settings)))

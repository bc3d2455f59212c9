"""Which transport a client gets: the fast one, shared by all clients with equal settings; the portable one around the
user's own client object or where TERCET_TRANSPORT=portable says so; or a transport that the user passes."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from tercet.transport.settings import DEFAULT, TransportSettings
from tercet.wire.secret import Secret

if TYPE_CHECKING:
    from tercet.transport.base import AsyncTransport, Lost, Reply, Transport
    from tercet.transport.blocking import FastTransport
    from tercet.transport.loop_pools import AsyncPool
    from tercet.wire.http import Request


def transport_for(given: Any = None, *, own_timeout: bool = False) -> Transport:
    """A blocking transport. `given`: None, TransportSettings, a Transport, or an httpx or httpx2 Client.

    `own_timeout`: of a user's client object, its own timeout applies instead of each request's. Raises TypeError for
    anything else, and for an async client.
    """
    if given is None or isinstance(given, TransportSettings):
        return _shared(given or DEFAULT)
    if hasattr(given, "build_request"):
        if hasattr(given, "aclose"):
            raise TypeError(f"a blocking client needs a blocking http_client, not {type(given).__name__}")
        from tercet.transport.portable import PortableTransport

        return PortableTransport(given, own_timeout=own_timeout)
    if callable(getattr(given, "send", None)) and callable(getattr(given, "close", None)):
        ready: Transport = given
        return ready
    raise TypeError(f"http_client must be an httpx or httpx2 Client or a transport, not {type(given).__name__}")


def async_transport_for(given: Any = None, *, own_timeout: bool = False) -> AsyncTransport:
    """The async twin of `transport_for`."""
    if given is None or isinstance(given, TransportSettings):
        return _async_shared(given or DEFAULT)
    if hasattr(given, "build_request"):
        if not hasattr(given, "aclose"):
            raise TypeError(f"an async client needs an async http_client, not {type(given).__name__}")
        from tercet.transport.portable import AsyncPortableTransport

        return AsyncPortableTransport(given, own_timeout=own_timeout)
    if callable(getattr(given, "send", None)) and callable(getattr(given, "close", None)):
        ready: AsyncTransport = given
        return ready
    raise TypeError(f"http_client must be an httpx or httpx2 AsyncClient or a transport, not {type(given).__name__}")


class _Registry:
    """Pools by settings, and how many transports use each: the last one to close takes the pool with it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # a collected client may leave while this thread is inside
        self.users: dict[Any, tuple[Any, int]] = {}

    def join(self, key: Any, make: Any) -> Any:
        """The pool of this key, with one user more."""
        with self.lock:
            pool, count = self.users.get(key) or (make(), 0)
            self.users[key] = pool, count + 1
            return pool

    def leave(self, key: Any) -> bool:
        """One user less; whether it was the last."""
        with self.lock:
            pool, count = self.users[key]
            if count > 1:
                self.users[key] = pool, count - 1
                return False
            del self.users[key]
            return True


_registry = _Registry()


def _after_fork() -> None:
    _registry.lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _portable(settings: TransportSettings) -> bool:
    return settings.http2 or os.environ.get("TERCET_TRANSPORT", "").lower() == "portable"


def _key(world: str, settings: TransportSettings) -> tuple[Any, ...]:
    """The environment's proxies are part of what is shared: a client made after they changed gets other connections."""
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUEST_METHOD")
    found = [os.environ.get(form) for name in names for form in (name, name.upper())]
    return (world, settings, Secret(ascii(found), "proxies", shown=0))  # their URLs may hold passwords


class _Shared:
    """A user's share of a pool."""

    def __init__(self, settings: TransportSettings) -> None:
        from tercet.transport.blocking import FastTransport
        from tercet.transport.connections import Pool

        self._key = _key("blocking", settings)
        self._fast: FastTransport | None = FastTransport(_registry.join(self._key, lambda: Pool(settings)))

    def send(self, request: Request) -> Reply | Lost:
        """Send over the shared connections."""
        fast = self._fast
        return _closed() if fast is None else fast.send(request)

    def close(self) -> None:
        """Leave; the last one closes the connections."""
        fast, self._fast = self._fast, None
        if fast is not None and _registry.leave(self._key):
            fast.close()

    # A client that is dropped is not one that is closed: streams that it opened go on.
    def __del__(self) -> None:
        fast: FastTransport | None = getattr(self, "_fast", None)
        if fast is not None and not sys.is_finalizing() and _registry.leave(self._key):
            fast.retire()


class _AsyncShared:
    """The async twin of `_Shared`."""

    def __init__(self, settings: TransportSettings) -> None:
        from tercet.transport.awaiting import AsyncFastTransport
        from tercet.transport.loop_pools import AsyncPool

        self._key = _key("async", settings)
        pool: AsyncPool = _registry.join(self._key, lambda: AsyncPool(settings))
        self._pool: AsyncPool | None = pool
        self._fast = AsyncFastTransport(pool)

    async def send(self, request: Request) -> Reply | Lost:
        """Send over the running loop's shared connections."""
        return _closed() if self._pool is None else await self._fast.send(request)

    async def close(self) -> None:
        """Leave; the last one closes the connections."""
        pool, self._pool = self._pool, None
        if pool is not None and _registry.leave(self._key):
            pool.close()

    def __del__(self) -> None:
        pool: AsyncPool | None = getattr(self, "_pool", None)
        if pool is not None and not sys.is_finalizing() and _registry.leave(self._key):
            pool.retire()


def _closed() -> Lost:
    from tercet.transport.base import Lost

    return Lost("closed", "not_sent", "the client was closed")


def _shared(settings: TransportSettings) -> Transport:
    if _portable(settings):
        from tercet.transport.own_client import own_client
        from tercet.transport.portable import PortableTransport

        return PortableTransport(own_client(settings), owned=True)
    return _Shared(settings)


def _async_shared(settings: TransportSettings) -> AsyncTransport:
    if _portable(settings) or sys.platform == "win32":  # its usual loop has no readiness callbacks
        from tercet.transport.own_client import own_async_client
        from tercet.transport.portable import AsyncPortableTransport

        return AsyncPortableTransport(own_async_client(settings), owned=True)
    return _AsyncShared(settings)

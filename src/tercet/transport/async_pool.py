"""Async connections and their pools, one for each event loop. Knows nothing of replies."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable

from tercet.transport.async_socket import AsyncSocket, connect_tcp
from tercet.transport.base import TransportSettings
from tercet.transport.deadline import Deadline, TimedOutError
from tercet.transport.errors import (
    PoolClosedError,
    PoolFullError,
    ProxyCredentialsError,
    ProxyRefusedError,
    is_from_handler,
)
from tercet.transport.exchange import (
    connect_head,
)
from tercet.transport.http1 import ResponseParser
from tercet.transport.idle_connections import IdleConnections, SharedPool
from tercet.transport.origin import Origin, proxy_chooser
from tercet.transport.sockets import reset_in_child
from tercet.transport.tls import start_tls
from tercet.wire.errors import AnthropicError


class LoopPool:
    """Hold the connections of one event loop. Used in its thread only."""

    def __init__(self, loop: asyncio.AbstractEventLoop, settings: TransportSettings) -> None:
        self.loop, self.settings = loop, settings
        self.closed = self.retired = False
        self._idle: IdleConnections[AsyncSocket] = IdleConnections(settings.most_connections, settings.most_idle)
        self._open: set[AsyncSocket] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self, origin: Origin, deadline: Deadline, fresh: bool) -> AsyncSocket:
        """Return a connection to this origin, idle or new."""
        while not fresh and (found := self._idle.take(origin)) is not None:
            self._open.add(found)
            if found.is_usable():
                found.reused = True
                return found
            self.drop(found)
        await self._reserve_slot(deadline)
        try:
            connection = await connect(origin, deadline, self.settings)
        except BaseException:
            self._free()
            raise
        self._open.add(connection)
        if self.closed:
            self.drop(connection)
            raise PoolClosedError
        return connection

    async def _reserve_slot(self, deadline: Deadline) -> None:
        for connection in self._idle.stale(self.loop.time()):
            self._idle.open -= 1
            connection.close()
        if self._idle.open >= self._idle.most_open:
            idle = self._idle.oldest()
            if idle is not None:
                self._idle.open -= 1
                idle.close()
            else:
                await self._wait_for_slot(deadline.limit(deadline.timeout.pool))
        if self.closed:
            raise PoolClosedError
        self._idle.open += 1

    async def _wait_for_slot(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                while self._idle.open >= self._idle.most_open and not self.closed:
                    waiter = self.loop.create_future()
                    self._waiting.append(waiter)
                    try:
                        await waiter
                    except BaseException:
                        if waiter.done() and not waiter.cancelled():
                            self._wake_one()  # the slot was meant for us; hand it on
                        raise
        except TimeoutError as error:
            if is_from_handler(error):
                raise
            raise PoolFullError(f"all {self._idle.most_open} connections were in use for {seconds:g} s") from None

    def _wake_one(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _free(self) -> None:
        self._idle.open -= 1
        self._wake_one()

    def give(self, connection: AsyncSocket) -> None:
        """Take a connection back for the next exchange."""
        if connection not in self._open:
            return
        connection.rest()
        full = self._waiting or self.closed or self.retired or not connection.usable
        if full or not self._idle.put(connection.origin, connection, self.loop.time()):
            self.drop(connection)
            return
        self._open.discard(connection)

    def drop(self, connection: AsyncSocket) -> None:
        """Close a connection."""
        connection.close()
        if connection in self._open:
            self._open.discard(connection)
            self._free()

    def retire(self) -> None:
        """Close what is idle and let streams under way come to their end: nobody will ask again."""
        self.retired = True
        for connection in self._idle.clear():
            self._idle.open -= 1
            connection.close()

    def close(self) -> None:
        """Close everything; exchanges under way end as Lost("closed")."""
        self.closed = True
        for connection in [*self._idle.clear(), *self._open]:
            connection.close()
        while self._waiting:
            self._wake_one()


class AsyncPool(SharedPool):
    """Hold the connections of all async transports with equal settings: a LoopPool for each event loop."""

    def __init__(self, settings: TransportSettings) -> None:
        super().__init__()
        self.settings = settings
        self.proxy_for = proxy_chooser(settings.proxy)
        self._loops: dict[int, LoopPool] = {}
        reset_in_child(self)

    def after_fork(self) -> None:
        """Close the child's copies of its parent's sockets, and forget its loops."""
        pools = list(self._loops.values())
        self._loops, self._lock = {}, threading.RLock()
        for pool in pools:
            pool.close()

    def here(self) -> LoopPool:
        """Return the pool of the running loop. AnthropicError where another library than asyncio runs the tasks."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise AnthropicError(
                "no asyncio loop is running here, which the own transport of async clients needs: under trio, "
                "pass http_client=tercet.DefaultAsyncHttpxClient()"
            ) from None
        pool = self._loops.get(id(loop))
        if pool is None or pool.loop is not loop or pool.closed:
            pool = self._begin(loop)
        return pool

    def _begin(self, loop: asyncio.AbstractEventLoop) -> LoopPool:
        with self._lock:
            for key, old in list(self._loops.items()):
                if old.loop.is_closed():
                    del self._loops[key]
                    old.close()
            made = LoopPool(loop, self.settings)
            made.closed = self.closed
            self._loops[id(loop)] = made
            return made

    def close(self) -> None:
        """Close the connections of every loop."""
        self.closed = True
        self._in_each_loop(LoopPool.close)

    def retire(self) -> None:
        """Close the idle connections of every loop; streams under way go on."""
        self._in_each_loop(LoopPool.retire)

    def _in_each_loop(self, act: Callable[[LoopPool], None]) -> None:
        with self._lock:
            pools = list(self._loops.values())
            self._loops.clear()
        running = asyncio._get_running_loop()
        for pool in pools:
            if pool.loop is running or not pool.loop.is_running():
                act(pool)
            else:
                with contextlib.suppress(RuntimeError):  # the loop has just closed
                    pool.loop.call_soon_threadsafe(act, pool)


async def connect(origin: Origin, deadline: Deadline, settings: TransportSettings) -> AsyncSocket:
    """Open a connection: addresses in turn, then CONNECT if there is a proxy, then TLS."""
    limit = deadline.limit(deadline.timeout.connect)
    try:
        async with asyncio.timeout(limit):
            return await _connect(origin, settings, limit)
    except TimeoutError as error:
        if is_from_handler(error):
            raise
        deadline.limit(None)
        raise TimedOutError(f"no connection within {limit} s") from None


async def _connect(origin: Origin, settings: TransportSettings, seconds: float | None) -> AsyncSocket:
    via = origin.proxy or origin
    loop = asyncio.get_running_loop()
    sock = await connect_tcp(via.host, via.port, seconds)
    if origin.scheme != "https":
        return AsyncSocket(loop, sock, origin)
    try:
        if origin.proxy is not None:
            await _open_tunnel(loop, sock, origin)
        from tercet.transport.tls import context_for

        context = context_for(settings.verify)
    except BaseException:
        sock.close()
        raise
    return AsyncSocket(loop, await start_tls(sock, context, origin.host), origin)


async def _open_tunnel(loop: asyncio.AbstractEventLoop, sock: object, origin: Origin) -> None:
    await loop.sock_sendall(sock, connect_head(origin))  # type: ignore[arg-type]
    parser = ResponseParser("HEAD")
    while parser.framing == "head":
        data = await loop.sock_recv(sock, 1)  # type: ignore[arg-type] # not a byte more: what follows is TLS
        if not data:
            raise ProxyRefusedError("the proxy closed the connection")
        parser.feed(data)
    if parser.status != 200:
        refused = ProxyCredentialsError if parser.status == 407 else ProxyRefusedError
        raise refused(f"the proxy answered {parser.status} to CONNECT")

"""Async connections and their pools, one for each event loop. Knows nothing of replies."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable

from tercet.transport.clock import Clock
from tercet.transport.exchange import (
    connect_head,
)
from tercet.transport.faults import (
    PoolClosedError,
    PoolFullError,
    ProxyCredentialsError,
    ProxyRefusedError,
    TimedOutError,
    is_from_handler,
)
from tercet.transport.forks import reset_in_child
from tercet.transport.http1 import ResponseParser
from tercet.transport.places import Place
from tercet.transport.proxies import proxy_chooser
from tercet.transport.settings import TransportSettings
from tercet.transport.shelf import Shelf
from tercet.transport.tls_sockets import encrypted
from tercet.transport.wires import Wire, connected


class LoopPool:
    """The connections of one event loop. Used in its thread only."""

    def __init__(self, loop: asyncio.AbstractEventLoop, settings: TransportSettings) -> None:
        self.loop, self.settings = loop, settings
        self.closed = self.retired = False
        self._shelf: Shelf[Wire] = Shelf(settings.most_connections, settings.most_idle)
        self._open: set[Wire] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self, place: Place, clock: Clock, fresh: bool) -> Wire:
        """A connection to this place, idle or new."""
        while not fresh and (found := self._shelf.take(place)) is not None:
            self._open.add(found)
            if found.still_usable():
                found.reused = True
                return found
            self.drop(found)
        await self._slot(clock)
        try:
            wire = await connect(place, clock, self.settings)
        except BaseException:
            self._free()
            raise
        self._open.add(wire)
        if self.closed:
            self.drop(wire)
            raise PoolClosedError
        return wire

    async def _slot(self, clock: Clock) -> None:
        for wire in self._shelf.stale(self.loop.time()):
            self._shelf.open -= 1
            wire.close()
        if self._shelf.open >= self._shelf.most_open:
            idle = self._shelf.oldest()
            if idle is not None:
                self._shelf.open -= 1
                idle.close()
            else:
                await self._wait_for_slot(clock.limit(clock.timeout.pool))
        if self.closed:
            raise PoolClosedError
        self._shelf.open += 1

    async def _wait_for_slot(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                while self._shelf.open >= self._shelf.most_open and not self.closed:
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
            raise PoolFullError(f"all {self._shelf.most_open} connections were in use for {seconds:g} s") from None

    def _wake_one(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _free(self) -> None:
        self._shelf.open -= 1
        self._wake_one()

    def give(self, wire: Wire) -> None:
        """Take a connection back for the next exchange."""
        if wire not in self._open:
            return
        wire.rest()
        full = self._waiting or self.closed or self.retired or not wire.usable
        if full or not self._shelf.put(wire.place, wire, self.loop.time()):
            self.drop(wire)
            return
        self._open.discard(wire)

    def drop(self, wire: Wire) -> None:
        """Close a connection."""
        wire.close()
        if wire in self._open:
            self._open.discard(wire)
            self._free()

    def retire(self) -> None:
        """Nobody will ask again: close what is idle, let streams under way come to their end."""
        self.retired = True
        for wire in self._shelf.clear():
            self._shelf.open -= 1
            wire.close()

    def close(self) -> None:
        """Close everything; exchanges under way end as Lost("closed")."""
        self.closed = True
        for wire in [*self._shelf.clear(), *self._open]:
            wire.close()
        while self._waiting:
            self._wake_one()


class AsyncPool:
    """The connections of all async transports with equal settings: a pool for each event loop."""

    def __init__(self, settings: TransportSettings) -> None:
        self.settings = settings
        self.proxy_for = proxy_chooser(settings.proxy)
        self.closed = False
        self._loops: dict[int, LoopPool] = {}
        self._lock = threading.RLock()
        reset_in_child(self)

    def after_fork(self) -> None:
        """In the child: close the copies of the parent's sockets, and forget its loops."""
        pools = list(self._loops.values())
        self._loops, self._lock = {}, threading.RLock()
        for pool in pools:
            pool.close()

    def here(self) -> LoopPool:
        """The pool of the running loop."""
        loop = asyncio.get_running_loop()
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


async def connect(place: Place, clock: Clock, settings: TransportSettings) -> Wire:
    """Open a connection: addresses in turn, then CONNECT if there is a proxy, then TLS."""
    limit = clock.limit(clock.timeout.connect)
    try:
        async with asyncio.timeout(limit):
            return await _connect(place, settings)
    except TimeoutError as error:
        if is_from_handler(error):
            raise
        clock.limit(None)
        raise TimedOutError(f"no connection within {limit} s") from None


async def _connect(place: Place, settings: TransportSettings) -> Wire:
    via = place.proxy or place
    loop = asyncio.get_running_loop()
    sock = await connected(via.host, via.port)
    if place.scheme != "https":
        return Wire(loop, sock, place)
    try:
        if place.proxy is not None:
            await _open_tunnel(loop, sock, place)
        from tercet.transport.tls import context_for

        context = context_for(settings.verify)
    except BaseException:
        sock.close()
        raise
    return Wire(loop, await encrypted(sock, context, place.host), place)


async def _open_tunnel(loop: asyncio.AbstractEventLoop, sock: object, place: Place) -> None:
    await loop.sock_sendall(sock, connect_head(place))  # type: ignore[arg-type]
    parser = ResponseParser("HEAD")
    while parser.framing == "head":
        data = await loop.sock_recv(sock, 1)  # type: ignore[arg-type] # not a byte more: what follows is TLS
        if not data:
            raise ProxyRefusedError("the proxy closed the connection")
        parser.feed(data)
    if parser.status != 200:
        refused = ProxyCredentialsError if parser.status == 407 else ProxyRefusedError
        raise refused(f"the proxy answered {parser.status} to CONNECT")

"""The async transport: HTTP/1.1 over sockets in the running event loop. Cancelling closes the connection, at once."""

from __future__ import annotations

import asyncio

from tercet.transport.base import AsyncWholeBody, Lost, Reply
from tercet.transport.clock import Clock
from tercet.transport.exchange import (
    SECONDS_FOR_AN_ERROR_BODY,
    SMALL_BODY,
    Exchange,
    is_replaceable,
    redirected,
)
from tercet.transport.faults import is_from_handler, is_from_network, lost_from, reached_total
from tercet.transport.forks import generation
from tercet.transport.loop_pools import AsyncPool, LoopPool
from tercet.transport.places import Place, Target, target_of
from tercet.transport.wires import Wire
from tercet.wire.http import Request


class WireStream:
    """The unread body of a reply."""

    __slots__ = ("_clock", "_exchange", "_pool", "_ready", "_wire")

    def __init__(self, pool: LoopPool, wire: Wire, exchange: Exchange, clock: Clock, ready: bytes) -> None:
        self._pool, self._exchange, self._clock, self._ready = pool, exchange, clock, ready
        self._wire: Wire | None = wire
        clock.bound_silence()

    def bound(self, seconds: float) -> None:
        """Let no read from now on wait longer."""
        self._clock.bound_silence(seconds)

    def unread(self, data: bytes) -> None:
        """Let the next read give this again."""
        self._ready = data + self._ready

    async def read(self) -> bytes | Lost | None:
        """The next bytes, None at the end, Lost when it broke."""
        body, self._ready = self._ready, b""
        wire, exchange = self._wire, self._exchange
        if wire is None:
            return body or None
        try:
            clock, done = self._clock, False
            while not (body or done):
                if exchange.failure is not None:
                    raise exchange.failure
                seconds = clock.silence if clock.deadline is None else clock.limit(clock.silence)
                body = exchange.feed(await wire.receive(seconds))
                done = exchange.done
        except Exception as error:
            self._let_go()
            if not is_from_network(error) and (not self._pool.closed or is_from_handler(error)):
                raise
            error = reached_total(error, self._clock)
            return lost_from(error, wire.place, "cut", "reading from", self._pool.closed)
        except BaseException:
            self._let_go()
            raise
        if done:
            self._wire = None
            (self._pool.give if exchange.parser.keep_alive else self._pool.drop)(wire)
        return body or None

    def _let_go(self) -> None:
        wire, self._wire, self._ready = self._wire, None, b""
        if wire is not None:
            self._pool.drop(wire)

    async def close(self) -> None:
        """Give the connection up."""
        self._let_go()

    def __del__(self) -> None:
        wire = getattr(self, "_wire", None)
        if wire is None:
            return
        pool = self._pool
        if asyncio._get_running_loop() is pool.loop or pool.loop.is_closed() or wire.born != generation():
            pool.drop(wire)
        else:
            try:
                pool.loop.call_soon_threadsafe(pool.drop, wire)
            except RuntimeError:  # the loop has just closed
                wire.close()


class AsyncFastTransport:
    """Sends over the running loop's connections of this pool. Its `close` gives up its share of the pool."""

    def __init__(self, pool: AsyncPool) -> None:
        self._pool = pool

    async def send(self, request: Request) -> Reply | Lost:
        """Send and return the reply or what went wrong. Raises ValueError for a request that cannot be sent."""
        hops = 0
        clock = Clock(request.timeout)
        while True:
            target = target_of(request.url)
            outcome = await self._exchange(request, target, clock)
            if type(outcome) is Reply and 300 <= outcome.status < 400:
                again = redirected(request, outcome, target, hops)
                if again is not None:
                    request, hops = again, hops + 1
                    continue
            return outcome

    async def _exchange(self, request: Request, target: Target, clock: Clock) -> Reply | Lost:
        place = target.place
        try:
            proxy = self._pool.proxy_for(place)
        except ValueError as error:
            return Lost("proxy", "not_sent", str(error), error)
        if proxy is not None:
            place = Place(place.scheme, place.host, place.port, proxy)
        outcome = await self._once(Exchange(request, target, place), place, clock, fresh=False)
        if outcome is None:
            outcome = await self._once(Exchange(request, target, place), place, clock, fresh=True)
        assert outcome is not None  # only a reused connection is replaced
        return outcome

    async def _once(self, exchange: Exchange, place: Place, clock: Clock, fresh: bool) -> Reply | Lost | None:
        """One try on one connection. None: a kept connection was gone before the request had left, try a new one."""
        pool, wire, doing = self._pool.here(), None, "connecting to"
        try:
            wire = await pool.take(place, clock, fresh)
            doing = "sending to"
            exchange.sent = await self._write(wire, exchange, clock)
            doing = "waiting for" if exchange.sent else "sending to"
            body = b""
            while not exchange.answered:
                body = exchange.feed(await wire.receive(clock.limit(clock.timeout.read)))
            return await self._reply(pool, exchange, wire, clock, body)
        except Exception as error:
            if wire is not None:
                pool.drop(wire)
            if not is_from_network(error) and (not pool.closed or is_from_handler(error)):
                raise
            if wire is not None and wire.reused and not pool.closed and is_replaceable(error, exchange):
                return None
            return lost_from(error, place, exchange.phase, doing, pool.closed)
        except BaseException:
            if wire is not None:
                pool.drop(wire)
            raise

    async def _write(self, wire: Wire, exchange: Exchange, clock: Clock) -> bool:
        head, content = exchange.head, exchange.request.content
        if len(content) <= SMALL_BODY:
            head, content = head + content, b""
        return await wire.send(head, content, lambda: clock.limit(clock.timeout.write))

    async def _reply(self, pool: LoopPool, exchange: Exchange, wire: Wire, clock: Clock, body: bytes) -> Reply:
        if exchange.streams and not exchange.done:
            return exchange.reply(stream=WireStream(pool, wire, exchange, clock, body))
        pieces = [body]
        if not exchange.done:
            await self._read_rest(pool, exchange, wire, clock, pieces)
        usable = exchange.done and exchange.parser.keep_alive and exchange.sent
        (pool.give if usable else pool.drop)(wire)
        content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return exchange.reply(stream=AsyncWholeBody(content)) if exchange.streams else exchange.reply(content)

    async def _read_rest(
        self, pool: LoopPool, exchange: Exchange, wire: Wire, clock: Clock, pieces: list[bytes]
    ) -> None:
        kept_anyway = exchange.parser.status >= 300
        if kept_anyway:
            clock.end_within(SECONDS_FOR_AN_ERROR_BODY)
        try:
            while not exchange.done:
                if exchange.failure is not None:
                    raise exchange.failure
                pieces.append(exchange.feed(await wire.receive(clock.limit(clock.timeout.read))))
        except Exception as error:
            if not kept_anyway or pool.closed or not is_from_network(error):
                raise

    async def close(self) -> None:
        """Give up the connections."""
        self._pool.close()

"""The async transport: HTTP/1.1 over sockets in the running event loop. Cancelling closes the connection, at once."""

from __future__ import annotations

import asyncio
import sys

from tercet.transport.async_pool import AsyncPool, LoopPool
from tercet.transport.async_socket import AsyncSocket
from tercet.transport.base import AsyncWholeBody, Lost, Reply
from tercet.transport.deadline import Deadline
from tercet.transport.errors import is_from_handler, is_from_network, lost_from
from tercet.transport.exchange import (
    SECONDS_FOR_AN_ERROR_BODY,
    SMALL_BODY,
    Exchange,
    is_replaceable,
    redirect_request,
)
from tercet.transport.origin import Origin, RequestTarget, target_of
from tercet.transport.sockets import generation
from tercet.wire.http import Request


class AsyncSocketStream:
    """Read the body of a reply from its connection."""

    __slots__ = ("_connection", "_deadline", "_exchange", "_pool", "_ready")

    def __init__(
        self, pool: LoopPool, connection: AsyncSocket, exchange: Exchange, deadline: Deadline, ready: bytes
    ) -> None:
        self._pool, self._exchange, self._deadline, self._ready = pool, exchange, deadline, ready
        self._connection: AsyncSocket | None = connection
        deadline.bound_silence()

    def bound(self, seconds: float) -> None:
        """Let no read from now on wait longer."""
        self._deadline.bound_silence(seconds)

    def unread(self, data: bytes) -> None:
        """Give `data` again at the next read."""
        self._ready = data + self._ready

    async def read(self) -> bytes | Lost | None:
        """Return the next bytes, None at the end, Lost when it broke."""
        body, self._ready = self._ready, b""
        connection, exchange = self._connection, self._exchange
        if connection is None:
            return body or None
        try:
            deadline, done = self._deadline, False
            while not (body or done):
                if exchange.failure is not None:
                    raise exchange.failure
                seconds = deadline.silence if deadline.end is None else deadline.limit(deadline.silence)
                body = exchange.feed(await connection.receive(seconds))
                done = exchange.done
        except Exception as error:
            self._let_go()
            if not is_from_network(error) and (not self._pool.closed or is_from_handler(error)):
                raise
            error = self._deadline.total_or(error)
            return lost_from(error, connection.origin, "cut", "reading from", self._pool.closed)
        except BaseException:
            self._let_go()
            raise
        if done:
            self._connection = None
            (self._pool.give if exchange.parser.keep_alive else self._pool.drop)(connection)
        return body or None

    def _let_go(self) -> None:
        connection, self._connection, self._ready = self._connection, None, b""
        if connection is not None:
            self._pool.drop(connection)

    async def close(self) -> None:
        """Give the connection up."""
        self._let_go()

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is None:
            return
        pool = self._pool
        if asyncio._get_running_loop() is pool.loop or pool.loop.is_closed() or connection.generation != generation():
            pool.drop(connection)
        else:
            try:
                pool.loop.call_soon_threadsafe(pool.drop, connection)
            except RuntimeError:  # the loop has just closed
                connection.close()


class AsyncFastTransport:
    """Send over the connections of a pool, of which it is one user until it is closed or collected."""

    def __init__(self, pool: AsyncPool) -> None:
        self._pool, self._left = pool, False

    async def send(self, request: Request) -> Reply | Lost:
        """Send and return the reply or what went wrong. Raises ValueError for a request that cannot be sent."""
        if self._left:
            return Lost("closed", "not_sent", "the client was closed")
        hops = 0
        deadline = Deadline(request.timeout)
        while True:
            target = target_of(request.url)
            outcome = await self._exchange(request, target, deadline)
            if type(outcome) is Reply and 300 <= outcome.status < 400:
                again = redirect_request(request, outcome, target, hops)
                if again is not None:
                    request, hops = again, hops + 1
                    continue
            return outcome

    async def _exchange(self, request: Request, target: RequestTarget, deadline: Deadline) -> Reply | Lost:
        origin = target.origin
        try:
            proxy = self._pool.proxy_for(origin)
        except ValueError as error:
            return Lost("proxy", "not_sent", str(error), error)
        if proxy is not None:
            origin = Origin(origin.scheme, origin.host, origin.port, proxy)
        outcome = await self._attempt(Exchange(request, target, origin), origin, deadline, fresh=False)
        if outcome is None:
            outcome = await self._attempt(Exchange(request, target, origin), origin, deadline, fresh=True)
        assert outcome is not None  # only a reused connection is replaced
        return outcome

    async def _attempt(
        self, exchange: Exchange, origin: Origin, deadline: Deadline, fresh: bool
    ) -> Reply | Lost | None:
        """Make one try on one connection. None: a kept connection was gone before the request had left, try a new one."""
        pool, connection, doing = self._pool.here(), None, "connecting to"
        try:
            connection = await pool.take(origin, deadline, fresh)
            doing = "sending to"
            exchange.sent = await self._write(connection, exchange, deadline)
            doing = "waiting for" if exchange.sent else "sending to"
            body = b""
            while not exchange.answered:
                body = exchange.feed(await connection.receive(deadline.limit(deadline.timeout.read)))
            return await self._reply(pool, exchange, connection, deadline, body)
        except Exception as error:
            if connection is not None:
                pool.drop(connection)
            if not is_from_network(error) and (not pool.closed or is_from_handler(error)):
                raise
            if connection is not None and connection.reused and not pool.closed and is_replaceable(error, exchange):
                return None
            return lost_from(error, origin, exchange.phase, doing, pool.closed)
        except BaseException:
            if connection is not None:
                pool.drop(connection)
            raise

    async def _write(self, connection: AsyncSocket, exchange: Exchange, deadline: Deadline) -> bool:
        head, content = exchange.head, exchange.request.content
        if len(content) <= SMALL_BODY:
            head, content = head + content, b""
        return await connection.send(head, content, lambda: deadline.limit(deadline.timeout.write))

    async def _reply(
        self, pool: LoopPool, exchange: Exchange, connection: AsyncSocket, deadline: Deadline, body: bytes
    ) -> Reply:
        if exchange.streams and not exchange.done:
            return exchange.reply(stream=AsyncSocketStream(pool, connection, exchange, deadline, body))
        pieces = [body]
        if not exchange.done:
            await self._read_rest(pool, exchange, connection, deadline, pieces)
        usable = exchange.done and exchange.parser.keep_alive and exchange.sent
        (pool.give if usable else pool.drop)(connection)
        content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return exchange.reply(stream=AsyncWholeBody(content)) if exchange.streams else exchange.reply(content)

    async def _read_rest(
        self, pool: LoopPool, exchange: Exchange, connection: AsyncSocket, deadline: Deadline, pieces: list[bytes]
    ) -> None:
        kept_anyway = exchange.parser.status >= 300
        if kept_anyway:
            deadline.end_within(SECONDS_FOR_AN_ERROR_BODY)
        try:
            while not exchange.done:
                if exchange.failure is not None:
                    raise exchange.failure
                pieces.append(exchange.feed(await connection.receive(deadline.limit(deadline.timeout.read))))
        except Exception as error:
            if not kept_anyway or pool.closed or not is_from_network(error):
                raise

    async def close(self) -> None:
        """Leave the pool; the last one closes its connections."""
        if not self._left:
            self._left = True
            if self._pool.leave():
                self._pool.close()

    # A client that is dropped is not one that is closed: streams that it opened go on.
    def __del__(self) -> None:
        if not getattr(self, "_left", True) and not sys.is_finalizing():
            self._left = True
            if self._pool.leave():
                self._pool.retire()

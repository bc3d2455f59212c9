"""The blocking transport: HTTP/1.1 over sockets in this thread. Signals, forks and timeouts work as for any socket.

Handlers of signals run while it waits; a KeyboardInterrupt closes the connection and goes on to the caller.
"""

from __future__ import annotations

import sys

from tercet.transport.base import Lost, Reply, WholeBody
from tercet.transport.deadline import Deadline
from tercet.transport.errors import PoolClosedError, is_from_handler, is_from_network, lost_from
from tercet.transport.exchange import (
    SECONDS_FOR_AN_ERROR_BODY,
    Exchange,
    is_replaceable,
    redirect_request,
)
from tercet.transport.origin import Origin, RequestTarget, target_of
from tercet.transport.sockets import generation
from tercet.transport.sync_pool import SyncPool, SyncSocket
from tercet.wire.http import Request


class SocketStream:
    """Read the body of a reply from its connection."""

    __slots__ = ("_connection", "_deadline", "_exchange", "_pool", "_ready")

    def __init__(
        self, pool: SyncPool, connection: SyncSocket, exchange: Exchange, deadline: Deadline, ready: bytes
    ) -> None:
        self._pool, self._exchange, self._deadline, self._ready = pool, exchange, deadline, ready
        self._connection: SyncSocket | None = connection
        deadline.bound_silence()

    def bound(self, seconds: float) -> None:
        """Let no read from now on wait longer."""
        self._deadline.bound_silence(seconds)

    def unread(self, data: bytes) -> None:
        """Give `data` again at the next read."""
        self._ready = data + self._ready

    def read(self) -> bytes | Lost | None:
        """Return the next bytes, None at the end, Lost when it broke."""
        body, self._ready = self._ready, b""
        connection, exchange = self._connection, self._exchange
        if connection is None:
            return body or None
        try:
            if connection.generation != generation():
                raise PoolClosedError
            while not body and not exchange.done:
                if exchange.failure is not None:
                    raise exchange.failure
                body = exchange.feed(connection.receive(self._deadline))
        except Exception as error:
            self.close()
            if not is_from_network(error) and (not self._pool.closed or is_from_handler(error)):
                raise
            return lost_from(error, connection.origin, "cut", "reading from", self._pool.closed)
        except BaseException:
            self.close()
            raise
        if exchange.done:
            self._finish(connection)
        return body or None

    def _finish(self, connection: SyncSocket) -> None:
        self._connection = None
        (self._pool.give if self._exchange.parser.keep_alive else self._pool.drop)(connection)

    def close(self) -> None:
        """Give the connection up."""
        connection, self._connection, self._ready = self._connection, None, b""
        if connection is not None:
            self._pool.drop(connection)

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            self._connection = None
            connection.close()
            self._pool.drop(connection)


class FastTransport:
    """Send over the connections of a pool, of which it is one user until it is closed or collected."""

    def __init__(self, pool: SyncPool) -> None:
        self._pool, self._left = pool, False

    def send(self, request: Request) -> Reply | Lost:
        """Send and return the reply or what went wrong. Raises ValueError for a request that cannot be sent."""
        if self._left:
            return Lost("closed", "not_sent", "the client was closed")
        hops = 0
        deadline = Deadline(request.timeout)
        while True:
            target = target_of(request.url)
            outcome = self._exchange(request, target, deadline)
            if type(outcome) is Reply and 300 <= outcome.status < 400:
                again = redirect_request(request, outcome, target, hops)
                if again is not None:
                    request, hops = again, hops + 1
                    continue
            return outcome

    def _exchange(self, request: Request, target: RequestTarget, deadline: Deadline) -> Reply | Lost:
        pool, origin = self._pool, target.origin
        try:
            proxy = pool.proxy_for(origin)
        except ValueError as error:
            return Lost("proxy", "not_sent", str(error), error)
        if proxy is not None:
            origin = Origin(origin.scheme, origin.host, origin.port, proxy)
        outcome = self._attempt(Exchange(request, target, origin), origin, deadline, fresh=False)
        if outcome is None:
            outcome = self._attempt(Exchange(request, target, origin), origin, deadline, fresh=True)
        assert outcome is not None  # only a reused connection is replaced
        return outcome

    def _attempt(self, exchange: Exchange, origin: Origin, deadline: Deadline, fresh: bool) -> Reply | Lost | None:
        """Make one try on one connection. None: a kept connection was gone before the request had left, try a new one."""
        pool, connection, doing = self._pool, None, "connecting to"
        try:
            connection = pool.take(origin, deadline, fresh)
            doing = "sending to"
            exchange.sent = connection.send(exchange.head, exchange.request.content, deadline)
            doing = "waiting for" if exchange.sent else "sending to"
            body = b""
            while not exchange.answered:
                body = exchange.feed(connection.receive(deadline))
            return self._reply(exchange, connection, deadline, body)
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

    def _reply(self, exchange: Exchange, connection: SyncSocket, deadline: Deadline, body: bytes) -> Reply:
        if exchange.streams and not exchange.done:
            return exchange.reply(stream=SocketStream(self._pool, connection, exchange, deadline, body))
        pieces = [body]
        if not exchange.done:
            self._read_rest(exchange, connection, deadline, pieces)
        usable = exchange.done and exchange.parser.keep_alive and exchange.sent
        (self._pool.give if usable else self._pool.drop)(connection)
        content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return exchange.reply(stream=WholeBody(content)) if exchange.streams else exchange.reply(content)

    def _read_rest(self, exchange: Exchange, connection: SyncSocket, deadline: Deadline, pieces: list[bytes]) -> None:
        kept_anyway = exchange.parser.status >= 300
        if kept_anyway:
            deadline.end_within(SECONDS_FOR_AN_ERROR_BODY)
        try:
            while not exchange.done:
                if exchange.failure is not None:
                    raise exchange.failure
                pieces.append(exchange.feed(connection.receive(deadline)))
        except Exception as error:
            if not kept_anyway or self._pool.closed or not is_from_network(error):
                raise

    def close(self) -> None:
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

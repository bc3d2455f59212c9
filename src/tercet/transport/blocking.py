"""The blocking transport: HTTP/1.1 over sockets in this thread. Signals, forks and timeouts work as for any socket.

Handlers of signals run while it waits; a KeyboardInterrupt closes the connection and goes on to the caller.
"""

from __future__ import annotations

from tercet.transport.base import Lost, Reply
from tercet.transport.clock import Clock
from tercet.transport.connections import Connection, Pool
from tercet.transport.exchange import (
    SECONDS_FOR_AN_ERROR_BODY,
    Exchange,
    is_replaceable,
    redirected,
)
from tercet.transport.faults import PoolClosedError, is_from_handler, is_from_network, lost_from
from tercet.transport.forks import generation
from tercet.transport.places import Place, Target, target_of
from tercet.wire.http import Request


class SocketStream:
    """The unread body of a reply."""

    __slots__ = ("_clock", "_connection", "_exchange", "_pool", "_ready")

    def __init__(self, pool: Pool, connection: Connection, exchange: Exchange, clock: Clock, ready: bytes) -> None:
        self._pool, self._exchange, self._clock, self._ready = pool, exchange, clock, ready
        self._connection: Connection | None = connection
        clock.bound_silence()

    def bound(self, seconds: float) -> None:
        """Let no read from now on wait longer."""
        self._clock.bound_silence(seconds)

    def unread(self, data: bytes) -> None:
        """Let the next read give this again."""
        self._ready = data + self._ready

    def read(self) -> bytes | Lost | None:
        """The next bytes, None at the end, Lost when it broke."""
        body, self._ready = self._ready, b""
        connection, exchange = self._connection, self._exchange
        if connection is None:
            return body or None
        try:
            if connection.born != generation():
                raise PoolClosedError
            while not body and not exchange.done:
                if exchange.failure is not None:
                    raise exchange.failure
                body = exchange.feed(connection.receive(self._clock))
        except Exception as error:
            self.close()
            if not is_from_network(error) and (not self._pool.closed or is_from_handler(error)):
                raise
            return lost_from(error, connection.place, "cut", "reading from", self._pool.closed)
        except BaseException:
            self.close()
            raise
        if exchange.done:
            self._finish(connection)
        return body or None

    def _finish(self, connection: Connection) -> None:
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
    """Sends over this pool's connections. Its `close` gives up its share of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def send(self, request: Request) -> Reply | Lost:
        """Send and return the reply or what went wrong. Raises ValueError for a request that cannot be sent."""
        hops = 0
        clock = Clock(request.timeout)
        while True:
            target = target_of(request.url)
            outcome = self._exchange(request, target, clock)
            if type(outcome) is Reply and 300 <= outcome.status < 400:
                again = redirected(request, outcome, target, hops)
                if again is not None:
                    request, hops = again, hops + 1
                    continue
            return outcome

    def _exchange(self, request: Request, target: Target, clock: Clock) -> Reply | Lost:
        pool, place = self._pool, target.place
        try:
            proxy = pool.proxy_for(place)
        except ValueError as error:
            return Lost("proxy", "not_sent", str(error), error)
        if proxy is not None:
            place = Place(place.scheme, place.host, place.port, proxy)
        outcome = self._once(Exchange(request, target, place), place, clock, fresh=False)
        if outcome is None:
            outcome = self._once(Exchange(request, target, place), place, clock, fresh=True)
        assert outcome is not None  # only a reused connection is replaced
        return outcome

    def _once(self, exchange: Exchange, place: Place, clock: Clock, fresh: bool) -> Reply | Lost | None:
        """One try on one connection. None: a kept connection was gone before the request had left, try a new one."""
        pool, connection, doing = self._pool, None, "connecting to"
        try:
            connection = pool.take(place, clock, fresh)
            doing = "sending to"
            exchange.sent = connection.send(exchange.head, exchange.request.content, clock)
            doing = "waiting for" if exchange.sent else "sending to"
            body = b""
            while not exchange.answered:
                body = exchange.feed(connection.receive(clock))
            return self._reply(exchange, connection, clock, body)
        except Exception as error:
            if connection is not None:
                pool.drop(connection)
            if not is_from_network(error) and (not pool.closed or is_from_handler(error)):
                raise
            if connection is not None and connection.reused and not pool.closed and is_replaceable(error, exchange):
                return None
            return lost_from(error, place, exchange.phase, doing, pool.closed)
        except BaseException:
            if connection is not None:
                pool.drop(connection)
            raise

    def _reply(self, exchange: Exchange, connection: Connection, clock: Clock, body: bytes) -> Reply:
        if exchange.streams and not exchange.done:
            return exchange.reply(stream=SocketStream(self._pool, connection, exchange, clock, body))
        pieces = [body]
        if not exchange.done:
            self._read_rest(exchange, connection, clock, pieces)
        usable = exchange.done and exchange.parser.keep_alive and exchange.sent
        (self._pool.give if usable else self._pool.drop)(connection)
        content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if exchange.streams:
            from tercet.transport.base import WholeBody

            return exchange.reply(stream=WholeBody(content))
        return exchange.reply(content)

    def _read_rest(self, exchange: Exchange, connection: Connection, clock: Clock, pieces: list[bytes]) -> None:
        kept_anyway = exchange.parser.status >= 300
        if kept_anyway:
            clock.end_within(SECONDS_FOR_AN_ERROR_BODY)
        try:
            while not exchange.done:
                if exchange.failure is not None:
                    raise exchange.failure
                pieces.append(exchange.feed(connection.receive(clock)))
        except Exception as error:
            if not kept_anyway or self._pool.closed or not is_from_network(error):
                raise

    def close(self) -> None:
        """Give up the connections."""
        self._pool.close()

    def retire(self) -> None:
        """Give up the idle connections; streams under way go on."""
        self._pool.retire()

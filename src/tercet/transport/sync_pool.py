"""Blocking connections and their pool: sockets, CONNECT, TLS, who waits for whom. Knows nothing of replies."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any, cast

from tercet.transport.base import TransportSettings
from tercet.transport.deadline import Deadline, SilentError, TimedOutError
from tercet.transport.errors import (
    PoolClosedError,
    PoolFullError,
    ProxyCredentialsError,
    ProxyRefusedError,
    is_from_handler,
)
from tercet.transport.exchange import (
    SMALL_BODY,
    connect_head,
)
from tercet.transport.http1 import ResponseParser
from tercet.transport.idle_connections import IdleConnections, SharedPool
from tercet.transport.origin import Origin, proxy_chooser
from tercet.transport.sockets import Address, arrival_check, generation, reset_in_child, share_of, tune_socket

READ_SIZE = 65_536
SEND_SIZE = 262_144


class SyncSocket:
    """Hold one open socket to an origin."""

    __slots__ = ("__weakref__", "_arrived", "_limit", "generation", "origin", "reused", "sock")

    def __init__(self, sock: socket.socket, origin: Origin) -> None:
        self.sock, self.origin = sock, origin
        self.reused = False
        self.generation = generation()
        self._limit: float | None = -1.0
        self._arrived = arrival_check(sock.fileno())

    def limit(self, seconds: float | None) -> None:
        """Set how long the next operation may block."""
        if seconds != self._limit:
            self.sock.settimeout(seconds if seconds != 0 else 1e-6)
            self._limit = seconds

    def receive(self, deadline: Deadline) -> bytes:
        """Return the bytes that have come; none at the end of the connection."""
        limit = deadline.limit(deadline.silence)
        self.limit(limit)
        try:
            return self.sock.recv(READ_SIZE)
        except TimeoutError as error:
            if is_from_handler(error):
                raise
            deadline.limit(None)
            raise SilentError(f"nothing came for {limit:g} s") from None

    def send(self, head: bytes, content: bytes, deadline: Deadline) -> bool:
        """Send a request. False: the server answered before it was whole."""
        try:
            if len(content) <= SMALL_BODY:
                self.limit(deadline.limit(deadline.timeout.write))
                self.sock.sendall(head + content)
                return True
            return self._send_large(head, content, deadline)
        except TimeoutError as error:
            if is_from_handler(error):
                raise
            deadline.limit(None)
            raise TimedOutError(f"the request could not be sent for {deadline.timeout.write} s") from None

    def _send_large(self, head: bytes, content: bytes, deadline: Deadline) -> bool:
        self.limit(deadline.limit(deadline.timeout.write))
        self.sock.sendall(head)
        view, at = memoryview(content), 0
        while at < len(content):
            if self.readable() and self.origin.scheme == "http":
                return False
            self.limit(deadline.limit(deadline.timeout.write))
            try:
                at += self.sock.send(view[at : at + SEND_SIZE])
            except ConnectionError as error:
                if not is_from_handler(error) and self.readable():
                    return False
                raise
        return True

    def readable(self) -> bool:
        """Return whether something came, or the peer is gone."""
        return bool(self._arrived())

    def interrupt(self) -> None:
        """Wake a thread that waits on this connection."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket up."""
        with contextlib.suppress(OSError):
            self.sock.close()


class SyncPool(SharedPool):
    """Hold the connections of all blocking transports with equal settings, in this process."""

    def __init__(self, settings: TransportSettings) -> None:
        super().__init__()
        self.settings = settings
        self.proxy_for = proxy_chooser(settings.proxy)
        self._reset()
        reset_in_child(self)

    def _reset(self) -> None:
        self._idle: IdleConnections[SyncSocket] = IdleConnections(
            self.settings.most_connections, self.settings.most_idle
        )
        self._lock = threading.RLock()
        self._freed = threading.Condition(self._lock)
        self._open: set[SyncSocket] = set()

    def after_fork(self) -> None:
        """Close the child's copies of its parent's sockets, which does not touch the parent's."""
        for connection in [*self._idle.clear(), *self._open]:
            connection.close()
        self._reset()

    def take(self, origin: Origin, deadline: Deadline, fresh: bool) -> SyncSocket:
        """Return a connection to this origin, idle or new."""
        while not fresh:
            with self._freed:
                found = self._idle.take(origin)
                if found is not None:
                    self._open.add(found)
            if found is None:
                break
            if not found.readable():  # bytes or an end while idle: the server has closed it
                found.reused = True
                return found
            self.drop(found)
        return self._new(origin, deadline)

    def _new(self, origin: Origin, deadline: Deadline) -> SyncSocket:
        self._reserve_slot(deadline)
        try:
            connection = connect(origin, deadline, self.settings)
        except BaseException:
            with self._freed:
                self._idle.open -= 1
                self._freed.notify()
            raise
        with self._freed:
            self._open.add(connection)
        if self.closed:
            self.drop(connection)
            raise PoolClosedError
        return connection

    def _reserve_slot(self, deadline: Deadline) -> None:
        with self._freed:
            old = self._idle.stale(time.monotonic())
            if self._idle.open - len(old) >= self._idle.most_open and (idle := self._idle.oldest()) is not None:
                old.append(idle)
            self._idle.open -= len(old)
            limit = deadline.limit(deadline.timeout.pool)
            if not self._freed.wait_for(lambda: self.closed or self._idle.open < self._idle.most_open, limit):
                raise PoolFullError(f"all {self._idle.most_open} connections were in use for {limit:g} s")
            if self.closed:
                raise PoolClosedError
            self._idle.open += 1
        for connection in old:
            connection.close()

    def give(self, connection: SyncSocket) -> None:
        """Take a connection back for the next exchange."""
        with self._freed:
            if connection not in self._open:  # dropped, or of the process that this one was forked from
                return
            self._open.discard(connection)
            over = self.closed or self.retired
            kept = not over and self._idle.put(connection.origin, connection, time.monotonic())
            if not kept:
                self._idle.open -= 1
            if self._idle.open >= self._idle.most_open:
                self._evict_for_waiting()
            self._freed.notify()
        if not kept:
            connection.close()

    def _evict_for_waiting(self) -> None:
        """Close an idle connection when every slot is taken, since those who wait may want another origin."""
        idle = self._idle.oldest()
        if idle is not None:
            self._idle.open -= 1
            idle.close()

    def drop(self, connection: SyncSocket) -> None:
        """Close a connection."""
        connection.close()
        with self._freed:
            if connection in self._open:
                self._open.discard(connection)
                self._idle.open -= 1
                self._freed.notify()

    def retire(self) -> None:
        """Close what is idle and let streams under way come to their end: nobody will ask again."""
        with self._freed:
            self.retired = True
            idle = self._idle.clear()
            self._idle.open -= len(idle)
        for connection in idle:
            connection.close()

    def close(self) -> None:
        """Close everything; exchanges under way end as Lost("closed")."""
        with self._freed:
            self.closed = True
            idle, used = self._idle.clear(), list(self._open)
            self._freed.notify_all()
        for connection in idle:
            connection.close()
        for connection in used:
            connection.interrupt()


def connect(origin: Origin, deadline: Deadline, settings: TransportSettings) -> SyncSocket:
    """Open a connection: addresses in turn, then CONNECT if there is a proxy, then TLS."""
    seconds = deadline.limit(deadline.timeout.connect)
    until = None if seconds is None else time.monotonic() + seconds
    via = origin.proxy or origin
    sock = _tcp(via.host, via.port, until)
    try:
        if origin.scheme == "https":
            if origin.proxy is not None:
                _open_tunnel(sock, origin, until)
            from tercet.transport.tls import blocking_tls, context_for

            sock.settimeout(_left(until))
            sock = blocking_tls(sock, context_for(settings.verify), origin.host)
            sock.do_handshake()
    except BaseException:
        sock.close()
        raise
    return SyncSocket(sock, origin)


def _left(until: float | None) -> float | None:
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise TimedOutError("no connection within the time limit")
    return left


def _tcp(host: str, port: int, until: float | None) -> socket.socket:
    found = _addresses(host, port, _left(until))
    failure: OSError | None = None
    for index, (family, _, _, _, address) in enumerate(found):
        try:
            return _tcp_to(family, address, share_of(_left(until), len(found) - index))
        except OSError as error:
            if is_from_handler(error):
                raise
            failure = error
    raise failure or OSError(f"{host} has no address")


def _addresses(host: str, port: int, seconds: float | None) -> list[Any]:
    """Look numeric hosts up here, and names in a thread: the system's resolver cannot be told how long it may take."""
    with contextlib.suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
    if seconds is None:
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except Exception as error:  # raised where it was asked
            found.append(error)

    thread = threading.Thread(target=look_up, name="tercet-look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise TimedOutError(f"the name {host} was not looked up within the time limit")
    if isinstance(found[0], Exception):
        raise found[0]
    return cast("list[Any]", found[0])


def _tcp_to(family: int, address: Address, seconds: float | None) -> socket.socket:
    sock = tune_socket(family)
    try:
        sock.settimeout(seconds)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


def _open_tunnel(sock: socket.socket, origin: Origin, until: float | None) -> None:
    sock.settimeout(_left(until))
    sock.sendall(connect_head(origin))
    parser = ResponseParser("HEAD")
    while parser.framing == "head":
        sock.settimeout(_left(until))
        data = sock.recv(1)  # not a byte more than the head: what follows is TLS
        if not data:
            raise ProxyRefusedError("the proxy closed the connection")
        parser.feed(data)
    if parser.status != 200:
        refused = ProxyCredentialsError if parser.status == 407 else ProxyRefusedError
        raise refused(f"the proxy answered {parser.status} to CONNECT")

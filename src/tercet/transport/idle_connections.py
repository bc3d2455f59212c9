"""The idle connections and open slots of one pool, and the users of a shared one. Does no I/O."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from tercet.transport.origin import Origin

ConnectionT = TypeVar("ConnectionT")
SECONDS_IDLE = 55.0
"""Idle connections are given up before the usual 60 s of load balancers."""


class IdleConnections(Generic[ConnectionT]):
    """Keep the connections that wait for use, by origin, and count how many are open in all. Not locked: its owner is."""

    def __init__(self, most_open: int, most_idle: int) -> None:
        self.most_open, self.most_idle = most_open, most_idle
        self.open = 0
        self.idle: dict[Origin, deque[tuple[ConnectionT, float]]] = {}
        self.idle_count = 0

    def take(self, origin: Origin) -> ConnectionT | None:
        """Return the idle connection to this origin that was used last, or None."""
        waiting = self.idle.get(origin)
        if not waiting:
            return None
        self.idle_count -= 1
        return waiting.pop()[0]

    def put(self, origin: Origin, connection: ConnectionT, now: float) -> bool:
        """Keep a connection for later. False: close it."""
        if self.idle_count >= self.most_idle:
            return False
        self.idle.setdefault(origin, deque()).append((connection, now))
        self.idle_count += 1
        return True

    def stale(self, now: float) -> list[ConnectionT]:
        """Take out what has been idle for too long."""
        found: list[ConnectionT] = []
        for origin in list(self.idle):
            waiting = self.idle[origin]
            while waiting and now - waiting[0][1] > SECONDS_IDLE:
                found.append(waiting.popleft()[0])
            if not waiting:
                del self.idle[origin]
        self.idle_count -= len(found)
        return found

    def oldest(self) -> ConnectionT | None:
        """Take the connection that has been idle longest, to make room for another origin."""
        origins = [origin for origin, waiting in self.idle.items() if waiting]
        if not origins:
            return None
        origin = min(origins, key=lambda each: self.idle[each][0][1])
        self.idle_count -= 1
        return self.idle[origin].popleft()[0]

    def clear(self) -> list[ConnectionT]:
        """Take everything out."""
        found = [connection for waiting in self.idle.values() for connection, _ in waiting]
        self.idle.clear()
        self.idle_count = 0
        return found


class SharedPool:
    """Count the transports that use a pool together: the last one to leave takes the pool with it."""

    def __init__(self) -> None:
        self.closed = self.retired = False
        self._users = 0
        self._lock = threading.RLock()  # a dropped stream or client may be collected while this thread is inside

    def join(self) -> bool:
        """Count one user more. False: the last one has left, so that nobody may come."""
        with self._lock:
            if self.closed or self.retired:
                return False
            self._users += 1
            return True

    def leave(self) -> bool:
        """Count one user less. Return whether it was the last, who closes the pool or retires it."""
        with self._lock:
            self._users -= 1
            if self._users > 0:
                return False
            self.retired = True
            return True

"""Idle connections and open slots of one pool: decides over lists, does no I/O. Not locked: its owner is."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from tercet.transport.places import Place

C = TypeVar("C")
SECONDS_IDLE = 55.0
"""Idle connections are given up before the usual 60 s of load balancers."""


class Shelf(Generic[C]):
    """Connections that wait for use, by place, newest first; and how many are open in all."""

    def __init__(self, most_open: int, most_idle: int) -> None:
        self.most_open, self.most_idle = most_open, most_idle
        self.open = 0
        self.idle: dict[Place, deque[tuple[C, float]]] = {}
        self.idle_count = 0

    def take(self, place: Place) -> C | None:
        """An idle connection to this place."""
        waiting = self.idle.get(place)
        if not waiting:
            return None
        self.idle_count -= 1
        return waiting.pop()[0]

    def put(self, place: Place, connection: C, now: float) -> bool:
        """Keep a connection for later. False: close it."""
        if self.idle_count >= self.most_idle:
            return False
        self.idle.setdefault(place, deque()).append((connection, now))
        self.idle_count += 1
        return True

    def stale(self, now: float) -> list[C]:
        """Take out what has been idle for too long."""
        found: list[C] = []
        for place in list(self.idle):
            waiting = self.idle[place]
            while waiting and now - waiting[0][1] > SECONDS_IDLE:
                found.append(waiting.popleft()[0])
            if not waiting:
                del self.idle[place]
        self.idle_count -= len(found)
        return found

    def oldest(self) -> C | None:
        """Take the connection that has been idle longest, to make room for another place."""
        places = [place for place, waiting in self.idle.items() if waiting]
        if not places:
            return None
        place = min(places, key=lambda each: self.idle[each][0][1])
        self.idle_count -= 1
        return self.idle[place].popleft()[0]

    def clear(self) -> list[C]:
        """Take everything out."""
        found = [connection for waiting in self.idle.values() for connection, _ in waiting]
        self.idle.clear()
        self.idle_count = 0
        return found

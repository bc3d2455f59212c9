"""States in this process, for its threads and event loops. A lock and a dict; nothing waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from tercet.flow.store.store import S
from tercet.transport.sockets import reset_in_child

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


class MemoryStore:
    """Keep the states that one process knows. A forked child goes on with a copy of its own: give both a file if they must agree."""

    blocking = False
    lease = float("inf")
    """Who holds something here cannot die without us."""
    epoch = ""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.now = clock
        self._lock = Lock()
        self._states: dict[str, Any] = {}
        reset_in_child(self)

    def update(self, key: str, kind: type[S], change: Callable[[S], T]) -> T:
        """Hand the state to `change` under the lock."""
        with self._lock:
            state = self._states.get(key)
            if state is None:
                state = self._states[key] = kind()
            return change(state)

    def begin(self, key: str, kind: type[S], change: Callable[[S], T], *, trails: bool = False) -> Future[T]:
        """Do it now: nothing waits."""
        from concurrent.futures import Future

        future: Future[T] = Future()
        try:
            future.set_result(self.update(key, kind, change))
        except Exception as error:  # its asker's, and raised there
            future.set_exception(error)
        return future

    def after_fork(self) -> None:
        """Begin anew in a forked child: with a lock that nobody holds, and nothing held by threads that are not here."""
        self._lock = Lock()
        for state in self._states.values():
            state.after_fork()

    def close(self) -> None:
        """Do nothing: no file and no connection is held."""

    def __repr__(self) -> str:
        return "MemoryStore()"

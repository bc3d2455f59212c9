"""Where limits are kept: in this process, in a file between processes, or on a Redis server between machines.

    memory.py   one process             sqlite.py   one machine             redis.py   several (extra `redis`)
    grouped.py  what is asked for at once is written at once (the last two)
    leases.py   keeps what this process holds alive while it lives

A store does one thing: it hands a state to a function that changes it, and nobody else touches it meanwhile. What the
states mean, and every decision, stands with pacing and budgets.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from concurrent.futures import Future

S = TypeVar("S", bound="SharedState")
T = TypeVar("T")

LEASE = 60.0
"""Seconds after which what a killed process held is free again. Living processes renew three times as often."""


class SharedState(Protocol):
    """A mutable msgspec Struct that starts empty, and knows what happens when holders vanish."""

    def renew(self, tokens: Iterable[str], until: float) -> None:
        """The holders of these tokens still live."""
        ...

    def after_fork(self) -> None:
        """This is a copy in a forked child: what was held is held by the parent."""
        ...


class Store(Protocol):
    """Holds states by key."""

    blocking: bool
    """Whether `update` may wait for a disk or a network, so that it has no place in an event loop."""
    lease: float
    """Seconds that a holder may be silent."""
    epoch: str
    """Times are comparable within one epoch: it changes when the machine starts anew."""

    def now(self) -> float:
        """Seconds on a clock that all who share this store agree on, and that nobody sets."""
        ...

    def update(self, key: str, kind: type[S], change: Callable[[S], T]) -> T:
        """Hand the state of this key to `change`, alone, and keep what it made of it. Returns what `change` returns.

        `change` must be quick; it may be called again if somebody else came first. Raises SharedStateError.
        """
        ...

    def begin(self, key: str, kind: type[S], change: Callable[[S], T], *, trails: bool = False) -> Future[T]:
        """The same without waiting: in order, and done when the future is. `trails`: nobody waits, 50 ms later will do."""
        ...

    def close(self) -> None:
        """Give files and connections up. A later `update` opens new ones."""
        ...


_shared: WeakValueDictionary[tuple[str, bool], Any] = WeakValueDictionary()


def store_at(place: Any, *, durable: bool = False) -> Store:
    """The store that `place` names: None (this process), a path, a `redis://` URL, or a store.

    `durable`: a file that must survive a loss of power, as money must. Those of one place share a store, and its writing.
    """
    if place is None:
        from tercet.flow.shared_state.memory import MemoryStore

        return MemoryStore()
    if hasattr(place, "update") and hasattr(place, "lease"):
        store: Store = place
        return store
    if not isinstance(place, str | os.PathLike | bytes):
        raise TypeError(f"store must be a path, a redis:// URL or a store, not {type(place).__name__} {place!r}")
    text = os.fsdecode(place)
    if text.startswith(("redis://", "rediss://", "unix://")):
        from tercet.flow.shared_state.redis import RedisStore

        server: RedisStore | None = _shared.get((text, durable))
        if server is None:
            server = _shared[text, durable] = RedisStore(text, durable=durable)
        return server
    if text in ("", ":memory:"):
        raise ValueError(f"store must be a path, not {text!r}; store=None keeps it in this process")
    if "://" in text:
        raise ValueError(f"store must be a path, a redis:// URL or a store, not {text.partition('://')[0]}://…")
    from tercet.flow.shared_state.sqlite import SQLiteStore

    key = (os.path.abspath(text), durable)
    shared: SQLiteStore | None = _shared.get(key)
    if shared is None or shared.is_gone():
        shared = _shared[key] = SQLiteStore(text, durable=durable)
    return shared

"""Where limits are kept: in this process, in a file between processes, or on a Redis server between machines.

    memory.py   one process             sqlite.py   one machine             redis.py   several (extra `redis`)
    leases.py   keeps what this process holds alive while it lives

A store does one thing: it hands a state to a function that changes it, and nobody else touches it meanwhile. What the
states mean, and every decision, stands with pacing and budgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

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

    def close(self) -> None:
        """Give files and connections up. A later `update` opens new ones."""
        ...


def store_at(place: Any, *, durable: bool = False) -> Store:
    """The store that `place` names: None (this process), a path, a `redis://` URL, or a store.

    `durable`: a file that must survive a loss of power, as money must.
    """
    if place is None:
        from tercet.flow.shared_state.memory import MemoryStore

        return MemoryStore()
    if hasattr(place, "update") and hasattr(place, "lease"):
        store: Store = place
        return store
    text = str(place)
    if text.startswith(("redis://", "rediss://", "unix://")):
        from tercet.flow.shared_state.redis import RedisStore

        return RedisStore(text, durable=durable)
    if "://" in text:
        raise ValueError(f"store must be a path, a redis:// URL or a store, not {text.partition('://')[0]}://…")
    from tercet.flow.shared_state.sqlite import SQLiteStore

    return SQLiteStore(text, durable=durable)

"""The interface of a store of shared state: it hands a state to a function that changes it, and nobody else touches it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

S = TypeVar("S", bound="SharedState")
T = TypeVar("T")

LEASE = 60.0
"""Seconds after which what a killed process held is free again. Living processes renew three times as often."""


class SharedState(Protocol):
    """Be a mutable msgspec Struct that starts empty, and knows what happens when holders vanish."""

    def renew(self, tokens: Iterable[str], until: float) -> None:
        """Renew what the holders of these tokens hold: they live."""
        ...

    def after_fork(self) -> None:
        """Forget what is held in a copy in a forked child: the parent holds it."""
        ...


class Store(Protocol):
    """Hold states by key."""

    blocking: bool
    """Whether `update` may wait for a disk or a network, so that it has no place in an event loop."""
    lease: float
    """Seconds that a holder may be silent."""
    epoch: str
    """Times are comparable within one epoch: it changes when the machine starts anew."""

    def now(self) -> float:
        """Return seconds on a clock that all who share this store agree on, and that nobody sets."""
        ...

    def update(self, key: str, kind: type[S], change: Callable[[S], T]) -> T:
        """Hand the state of this key to `change`, alone, and keep what it made of it. Returns what `change` returns.

        `change` must be quick; it may be called again if somebody else came first. Raises SharedStateError.
        """
        ...

    def begin(self, key: str, kind: type[S], change: Callable[[S], T], *, trails: bool = False) -> Future[T]:
        """Ask for the same without waiting: in order, and done when the future is. `trails`: nobody waits, 50 ms later will do."""
        ...

    def close(self) -> None:
        """Give files and connections up. A later `update` opens new ones."""
        ...

"""Which circuit a call belongs to: one for each origin, credential and model, made when first needed.

Keys are told apart by a hash that differs in each process; no credential is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tercet.flow.breaker import Breaker, Circuit, CircuitBreaker
from tercet.transport.sockets import reset_in_child

Key = tuple[str, int, str | None]


class Circuits:
    """All circuits of a client and its copies. `tell` hears what operators change."""

    def __init__(self, tell: Callable[[object], None] = lambda details: None) -> None:
        self._tell = tell
        self._made: dict[tuple[Breaker, Key], Circuit] = {}

    def of(self, breaker: Breaker, origin: str, credential: str | None, model: str | None) -> Circuit:
        """The circuit for calls of this kind."""
        key = (breaker, (origin, hash(credential), model))
        found = self._made.get(key)
        if found is None:
            found = self._made.setdefault(key, Circuit(breaker, origin, model, self._tell))
            reset_in_child(found)
        return found

    def __iter__(self) -> Iterator[Circuit]:
        return iter(list(self._made.values()))

    def __len__(self) -> int:
        return len(self._made)


class Breakers:
    """`client.breakers`: the circuits of a client, to look at and to operate.

    `client.breakers["claude-sonnet-4-6"]` is this client's circuit of that model; iterating gives all that exist.
    """

    def __init__(self, circuits: Circuits, find: Callable[[str | None], Circuit]) -> None:
        self._circuits, self._find = circuits, find

    def __getitem__(self, model: str | None) -> Circuit:
        return self._find(model)

    def __iter__(self) -> Iterator[Circuit]:
        return iter(self._circuits)

    def __len__(self) -> int:
        return len(self._circuits)

    def reset(self) -> None:
        """Close every circuit and forget what was counted."""
        for circuit in self._circuits:
            circuit.reset()

    def __repr__(self) -> str:
        return f"<Breakers: {', '.join(f'{each.model}: {each.state}' for each in self) or 'none yet'}>"


def breaker_from(value: object) -> Breaker | None:
    """What callers pass for `breaker=`: True, a CircuitBreaker, a Breaker; None or False for none."""
    if value is None or value is False:
        return None
    if value is True:
        return Breaker()
    if isinstance(value, CircuitBreaker):
        return value.breaker()
    if isinstance(value, Breaker):
        return value
    raise TypeError(f"breaker must be True, a CircuitBreaker or a Breaker, not {type(value).__name__} {value!r}")

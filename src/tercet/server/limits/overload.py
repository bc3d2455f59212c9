"""When the server says that it is overloaded: never, at a share of the requests, or when a function says so."""

from __future__ import annotations

from collections.abc import Callable
from random import Random


def overload_of(given: Callable[[], bool] | float | None, seed: int) -> Callable[[], bool] | None:
    """Return what to ask for each message; None: never overloaded. A share, from 0 to 1, strikes the same ones for a
    seed."""
    if given is None or callable(given):
        return given
    check_share(given)
    random = Random(f"overload {seed}")
    return lambda: random.random() < given


def check_share(given: object) -> None:
    """Raise ValueError for what is no share."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
        raise ValueError(f"overloaded is {given!r}; a share of the requests is expected, from 0 to 1, or a function")

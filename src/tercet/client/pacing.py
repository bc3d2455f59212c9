"""`pace=`, `max_concurrency=` and `budget=`: from a client's arguments to what stands before its requests. Loaded when one
of them is given."""

from __future__ import annotations

from functools import cache
from secrets import token_hex

from tercet.flow.budget import Budget
from tercet.flow.limits import LimitLayer
from tercet.flow.pace import Pace
from tercet.flow.reservation import RateLimiter
from tercet.flow.store import store_at
from tercet.flow.store.store import Store


def admission_from(
    pace: object, max_concurrency: object, budget: object, places: dict[int, RateLimiter]
) -> LimitLayer | None:
    """What these arguments ask for; None if that is nothing. Raises TypeError or ValueError, naming what is wrong.

    `places` keeps the gates of `max_concurrency`: a client and its copies share them.
    """
    gates = []
    if max_concurrency is not None:
        most = checked_places(max_concurrency)
        gates.append(places.get(most) or places.setdefault(most, places_for(most)))
    if (paced := checked_pace(pace)) is not None:
        gates.append(RateLimiter(paced, store_for(paced)))  # a place first, and from it in line for the rate
    budgets = checked_budgets(budget)
    return LimitLayer(gates, budgets) if gates or budgets else None


def checked_pace(pace: object) -> Pace | None:
    """`pace` as a Pace: True is one that learns everything from the answers."""
    if pace is None or pace is False:
        return None
    if pace is True:
        return Pace()
    if isinstance(pace, Pace):
        return pace
    raise TypeError(f"pace must be True or a Pace, not {type(pace).__name__} {pace!r}")


def checked_budgets(budget: object) -> tuple[Budget, ...]:
    """`budget` as Budgets: none, one or several."""
    if budget is None:
        return ()
    return tuple(_checked_budget(each) for each in (budget if isinstance(budget, list | tuple) else [budget]))


def _checked_budget(budget: object) -> Budget:
    if not isinstance(budget, Budget):
        raise TypeError(f"budget must be a Budget or a list of them, not {type(budget).__name__} {budget!r}")
    return budget


def checked_places(most: object) -> int:
    """`max_concurrency` as a number of requests."""
    if type(most) is not int or most < 1:
        raise ValueError(f"max_concurrency must be a whole number above 0, not {most!r}")
    return most


def places_for(most: int) -> RateLimiter:
    """A gate that lets so many through at once, and makes nobody give up."""
    return RateLimiter(
        Pace(max_concurrency=most, max_wait=float("inf"), name=token_hex(8)), store_at(None), counts_only=True
    )


def store_for(pace: Pace) -> Store:
    """Where the buckets of a pace are. Those of one place meet there; those without a place meet in this process."""
    return _store(None if pace.store is None else str(pace.store)) if not _is_store(pace.store) else pace.store


def _is_store(place: object) -> bool:
    return hasattr(place, "update")


@cache
def _store(place: str | None) -> Store:
    return store_at(place)

"""Live or by batches, where nobody said: by the number of items and by when it has to be done; in one sentence. Pure."""

from __future__ import annotations

from typing import Literal, NamedTuple

FEW = 100
"""Items below which a batch is not worth its wait."""
BATCH_SECONDS = 24 * 3600.0
"""What the API promises for a batch; most end within an hour."""


class ChosenWay(NamedTuple):
    """The way, and why."""

    how: Literal["live", "batch"]
    said: str


def choose_way(items: int | None, deadline: float | None) -> ChosenWay:
    """Return how to ask so many items (None: nobody knows), to be done within `deadline` seconds (None: nobody said)."""
    number = "an unknown number of items" if items is None else f"{items:,} items"
    if deadline is None:
        return ChosenWay(
            "live", f"{number}, live: no deadline was given (deadline='24h' asks them as batches, at half the price)."
        )
    if items is not None and items < FEW:
        return ChosenWay("live", f"{number}, live: too few for a batch.")
    if deadline < BATCH_SECONDS:
        return ChosenWay(
            "live", f"{number}, live: batches are promised within 24 h, and the deadline is {_hours(deadline)}."
        )
    return ChosenWay(
        "batch",
        f"{number} as batches, at half the price: the deadline of {_hours(deadline)} leaves the 24 h that they may take.",
    )


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.3g} h" if seconds >= 3600 else f"{seconds / 60:.3g} min"

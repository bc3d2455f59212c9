"""In which order and when the requests of a batch are answered, and which are not: drawn by the server's seed.

The same seed and batch draw the same, so that a batch which was cut short by `kill -9` comes to the same results. Without
settings that ask for it there is no plan: requests are answered in their order, at once.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tercet.server.distributions import Distribution
from tercet.server.errors import HTTPError
from tercet.server.settings import ServerSettings


class PlannedRequest(NamedTuple):
    """One request of a batch: due so many seconds after the batch, and what becomes of it in place of an answer."""

    due: float
    number: int
    outcome: str | None = None
    """`errored`, `expired`, or None for whatever the answer is."""


Plan = list[PlannedRequest]


def plan_of(settings: ServerSettings, batch_id: str, count: int) -> Plan | None:
    """Return the requests of a batch in the order in which they are due; None where nothing is drawn."""
    if settings.batch_delays is None and not settings.batch_errored and not settings.batch_expired:
        return None
    chance = Random(f"{settings.seed}/{batch_id}")
    delays = Distribution(settings.batch_delays) if settings.batch_delays is not None else None
    errored, unanswered = settings.batch_errored, settings.batch_errored + settings.batch_expired
    plan: Plan = []
    for number in range(count):
        due = delays.draw(chance) if delays is not None else 0.0
        drawn = chance.random()
        outcome = "errored" if drawn < errored else "expired" if drawn < unanswered else None
        plan.append(PlannedRequest(due, number, outcome))
    plan.sort()
    return plan


def result_without_answer(outcome: str) -> dict[str, object]:
    """Return the result of a request that is not answered: an error that may pass, or that its time ran out."""
    if outcome == "errored":
        return {"type": "errored", "error": HTTPError(500, "Internal server error").envelope(None)}
    return {"type": "expired"}

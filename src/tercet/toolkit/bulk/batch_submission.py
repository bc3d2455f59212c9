"""How a batch is submitted exactly once: a plan of effects. What decides is here; `batches.py` acts. Pure.

The Message Batches API has neither an idempotency key nor metadata. So the intent is committed before the body is sent; the body is
sent once; and where the answer was lost, or the process died in between, the batch is looked for: it has our number of
requests, was made after the intent, belongs to no row of ours, and its results carry our nonce. A batch that runs shows no
results, so it is waited for. Only when the list, read whole, holds none that could be ours is the shard sent again, by a new try
with a new nonce. A look-up that fails says nothing: the driver repeats it, and never takes it for an empty one.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple, TypeAlias

PAUSES = (0.0, 2.0, 10.0, 30.0)
"""Seconds before each look: the API may make a batch a moment after the connection was lost."""
SKEW_SECONDS = 900.0
"""How far the API's clock may be behind ours."""
WATCH_SECONDS = 30.0


class ListedBatch(NamedTuple):
    """A batch of the account, as the list shows it."""

    id: str
    requests: int
    created: float
    """Seconds since 1970."""
    ended: bool


class SendBody(NamedTuple):
    """Send the body, once. Answered by SubmissionMade, SubmissionRefused or SubmissionUnclear."""


class ListBatches(NamedTuple):
    """List the account's batches since a moment, newest first, repeated until it succeeds. Answered by a list of ListedBatch."""

    since: float


class ReadNonce(NamedTuple):
    """Read the nonce of the first result of a batch that has ended, repeated until it succeeds. Answered by a text or None."""

    id: str


class PauseFor(NamedTuple):
    """Wait so many seconds."""

    seconds: float


class TellOf(NamedTuple):
    """Say something to whoever watches the job."""

    said: str


class SubmissionMade(NamedTuple):
    """The API answered with the batch."""

    id: str


class SubmissionRefused(NamedTuple):
    """It was certainly not made: it was never sent, or refused. It may be sent again after so many seconds."""

    wait: float


class SubmissionUnclear(NamedTuple):
    """It may have been made."""


class BatchFound(NamedTuple):
    """The batch of a shard: ours from the answer, or adopted."""

    id: str
    adopted: bool


class BatchLost(NamedTuple):
    """There is no batch of this try: the shard goes into the next."""


Effect: TypeAlias = SendBody | ListBatches | ReadNonce | PauseFor | TellOf
Ending: TypeAlias = BatchFound | BatchLost


def submission(
    nonce: str, count: int, intent_at: float, *, fresh: bool, owned: Sequence[str] | set[str] | frozenset[str]
) -> Generator[Effect, Any, Ending]:
    """Submit a shard whose intent is committed. `fresh`: the intent is of this process, and nothing was sent yet.

    `owned`: ids of batches that belong to rows already; a set that changes meanwhile is looked at anew.
    """
    while fresh:
        outcome = yield SendBody()
        if isinstance(outcome, SubmissionMade):
            return BatchFound(outcome.id, adopted=False)
        if isinstance(outcome, SubmissionUnclear):
            break
        yield PauseFor(outcome.wait)
    return (yield from look_up(nonce, count, intent_at, owned))


def look_up(
    nonce: str, count: int, intent_at: float, owned: Sequence[str] | set[str] | frozenset[str]
) -> Generator[Effect, Any, Ending]:
    """Find the batch of a shard that may have been sent."""
    foreign: set[str] = set()
    looks = iter(PAUSES)
    pause: float | None = next(looks)
    while pause is not None:
        if pause:
            yield PauseFor(pause)
        listed: list[ListedBatch] = yield ListBatches(intent_at - SKEW_SECONDS)
        fit = [each for each in listed if each.requests == count and each.id not in owned and each.id not in foreign]
        ours: list[str] = []
        for each in reversed(fit):
            if not each.ended:
                continue
            if (yield ReadNonce(each.id)) == nonce:
                ours.append(each.id)
            else:
                foreign.add(each.id)
        if ours:
            for other in ours[1:]:
                yield TellOf(f"The batch {other} was made of the same requests as {ours[0]}: it is left unread.")
            return BatchFound(ours[0], adopted=True)
        runs = any(not each.ended for each in fit)
        pause = WATCH_SECONDS if runs else next(looks, None)
    return BatchLost()

"""Turns under a rate limit: the decisions, as functions of a bucket's state, an amount and a time. Acts on nothing.

Each allowance is a bucket that refills evenly, kept as the moment at which it is full again (GCRA). Turns come in the order
of asking: what those before will take is reckoned with, and when they give something back, those behind come earlier.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tercet.wire.rate_limits import RateLimit, RateLimits

MINUTE = 60.0
AXES = ("requests", "input_tokens", "output_tokens", "tokens")
CUT, LEAST, REGROWTH = 0.7, 0.1, 0.005
"""A 429 takes the rate to seven tenths, never below one; it grows back by half a percent of the limit a second."""
PAUSE, LONGEST_PAUSE = 1.0, 600.0
"""Seconds after a 429 that names no time, and at most."""
GRACE = 10.0
"""Seconds that a turn may be late before somebody else has it."""
POLL = 0.01
"""Seconds between two looks for a free place under `max_concurrency`, for the first in the queue."""
LONGEST_NAP = 2.0
"""Seconds slept in one piece at the end of a wait."""
MEMORY = 0.2
"""How much one answer's length weighs in the mean of all."""


class PaceCost(msgspec.Struct, frozen=True, array_like=True):
    """Say what a request takes from the allowances."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def on(self, axis: str) -> int:
        """Return the part that counts on an axis; `tokens` is the sum of both."""
        return self.input_tokens + self.output_tokens if axis == "tokens" else int(getattr(self, axis))


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """A pace within the API's rate limits. `Pace()` learns them from the answers' `anthropic-ratelimit-*` headers.

    What is set here holds from the first request on; where the API reports another limit, the lower one holds.
    `burst`: the part of a minute's allowance that may go at once. `max_wait`: seconds after which a request gives up
    with PaceWaitError, at once where that is foreseen. `max_concurrency`: requests under way, streams until they end.
    `store`: a path (SQLite) for the processes of one machine, a `redis://` URL for several; None: this process.
    `name`: callers of the same name share their allowance; else those of one origin and one credential do.
    """

    requests_per_minute: int | None = None
    input_tokens_per_minute: int | None = None
    output_tokens_per_minute: int | None = None
    tokens_per_minute: int | None = None
    burst: float = 1.0
    max_wait: float = 600.0
    max_concurrency: int | None = None
    name: str | None = None
    store: Any = None

    def __post_init__(self) -> None:
        for field in (
            "requests_per_minute",
            "input_tokens_per_minute",
            "output_tokens_per_minute",
            "tokens_per_minute",
        ):
            _positive(field, getattr(self, field))
        _positive("max_concurrency", self.max_concurrency)
        if not 0 < self.burst <= 1:
            raise ValueError(f"burst must be above 0 and at most 1 (a whole minute's allowance), not {self.burst}")
        if not self.max_wait >= 0:
            raise ValueError(f"max_wait must be seconds ≥ 0, not {self.max_wait}")

    def limit(self, axis: str) -> int | None:
        """Return what was set for an axis."""
        value: int | None = getattr(self, f"{axis}_per_minute")
        return value


def _positive(name: str, value: object) -> None:
    if value is not None and (type(value) is not int or value < 1):
        raise ValueError(f"{name} must be a whole number above 0, not {value!r}")


class Axis(msgspec.Struct):
    """Keep one allowance a minute. `full_at` is when it will be full again if nobody takes from it."""

    limit: int
    full_at: float = 0.0


class Waiter(msgspec.Struct):
    """Keep a request's place in the queue, and when it began to be under way. Lost when `expires` has passed."""

    cost: PaceCost
    expires: float
    began: float | None = None


class Bucket(msgspec.Struct):
    """Keep the state of one allowance: of one credential, for one model."""

    axes: dict[str, Axis] = {}
    turns: dict[str, Waiter] = {}
    """By token, in the order of asking."""
    paused_until: float = 0.0
    rate: float = 1.0
    cut_at: float = 0.0
    mean_output: float | None = None
    newest: float = 0.0
    """When the request was sent whose report was taken last."""
    epoch: str = ""

    def renew(self, tokens: Iterable[str], until: float) -> None:
        """Renew the turns of these tokens, whose holders live."""
        for token in tokens:
            if (turn := self.turns.get(token)) is not None and turn.began is not None:
                turn.expires = until

    def after_fork(self) -> None:
        """Forget the parent's turns, which are not ours."""
        self.turns.clear()


class WaitTooLong(msgspec.Struct, frozen=True):
    """Say that no turn comes within the time that there is. `seconds`: when it would have come."""

    seconds: float


def enter(bucket: Bucket, epoch: str) -> Bucket:
    """Return the bucket in this epoch: times of an earlier one mean nothing, and all allowances are full again."""
    if bucket.epoch != epoch:
        bucket.epoch, bucket.paused_until, bucket.cut_at, bucket.newest = epoch, 0.0, 0.0, 0.0
        bucket.turns.clear()
        for axis in bucket.axes.values():
            axis.full_at = 0.0
    return bucket


def expected_cost(bucket: Bucket, likely_input: int, most_output: int | None) -> PaceCost:
    """Return what a request will probably take: answers are seldom as long as they may be."""
    most = most_output if most_output is not None else bucket.mean_output or 0
    usual = bucket.mean_output
    return PaceCost(1, likely_input, round(most if usual is None else min(most, usual)))


def reserve(bucket: Bucket, pace: Pace, token: str, cost: PaceCost, now: float, longest: float) -> float | WaitTooLong:
    """Join the queue. Returns the seconds until the turn, or WaitTooLong if that is more than `longest`."""
    _tidy(bucket, pace, now)
    bucket.turns[token] = Waiter(cost, now + GRACE)
    wait = start_of(bucket, pace, token, now) - now
    if wait > longest:
        del bucket.turns[token]
        return WaitTooLong(wait)
    return wait


def begin(bucket: Bucket, pace: Pace, token: str, now: float, lease: float) -> float | None:
    """Start the request if its turn has come. Returns 0 then, and its cost is taken. Else the seconds until then, as it looks now.

    None: it is not in the queue (any more).
    """
    turn = bucket.turns.get(token)
    if turn is None:
        return None
    wait = start_of(bucket, pace, token, now) - now
    if wait <= 0.0 and pace.max_concurrency is not None:
        wait = _place(bucket, pace.max_concurrency, token, now)
    if wait > 0.0:
        turn.expires = now + nap(wait) + GRACE
        return wait
    turn.began, turn.expires = now, now + lease
    for name, axis in bucket.axes.items():
        axis.full_at = max(axis.full_at, now) + turn.cost.on(name) * interval(bucket, axis, now)
    return 0.0


def nap(wait: float) -> float:
    """Return how long to sleep before looking again: it may go faster than it looks."""
    return wait if wait <= LONGEST_NAP else max(LONGEST_NAP, wait / 2)


def start_of(bucket: Bucket, pace: Pace, token: str, now: float) -> float:
    """Return when the turn of a request in the queue comes, if those before it use what they reserved."""
    start = max(now, bucket.paused_until)
    rows = [
        (name, each, pace.burst * axis.limit * each, axis.full_at)
        for name, axis in bucket.axes.items()
        for each in [interval(bucket, axis, now)]
    ]
    for other, turn in bucket.turns.items():
        if turn.began is not None:
            continue
        costs = [turn.cost.on(name) * each for name, each, _, _ in rows]
        for (_, _, capacity, full_at), cost in zip(rows, costs, strict=True):
            start = max(start, full_at - max(0.0, capacity - cost))
        if other == token:
            break
        rows = [
            (name, each, capacity, max(full_at, start) + cost)
            for (name, each, capacity, full_at), cost in zip(rows, costs, strict=True)
        ]
    return start


def _place(bucket: Bucket, most: int, token: str, now: float) -> float:
    """Return 0 if one more may be under way, counting those who asked before and wait."""
    under_way = sum(turn.began is not None and turn.expires >= now for turn in bucket.turns.values())
    before = 0
    for other, turn in bucket.turns.items():
        if other == token:
            break
        before += turn.began is None and turn.expires >= now
    return 0.0 if under_way + before < most else POLL * min(50, 1 + before)


def settle(bucket: Bucket, token: str, now: float, used: PaceCost | None, *, answered: bool = False) -> None:
    """Give back what a request that is over did not use; None: nobody knows, so all of it counts as used."""
    turn = bucket.turns.pop(token, None)
    if turn is None or turn.began is None or used is None:
        return
    for name, axis in bucket.axes.items():
        axis.full_at += (used.on(name) - turn.cost.on(name)) * interval(bucket, axis, now)
    if answered:
        mean = bucket.mean_output
        bucket.mean_output = used.output_tokens if mean is None else mean + MEMORY * (used.output_tokens - mean)


def learn(bucket: Bucket, pace: Pace, told: RateLimits, token: str, sent_at: float, now: float) -> None:
    """Take over what an answer reports, unless a newer request's report was taken already."""
    if sent_at <= bucket.newest:
        return
    bucket.newest = sent_at
    for name in AXES:
        limit: RateLimit | None = getattr(told, name)
        if limit is None or not limit.limit:
            continue
        axis = bucket.axes.setdefault(name, Axis(limit.limit))
        axis.limit = min(limit.limit, pace.limit(name) or limit.limit)
        if limit.remaining is not None:
            missing = pace.burst * axis.limit - max(0, limit.remaining - taken_since(bucket, name, token, sent_at))
            axis.full_at = max(axis.full_at, now + missing * interval(bucket, axis, now))


def taken_since(bucket: Bucket, axis: str, token: str, sent_at: float) -> int:
    """Return what others who are under way have taken of an allowance since then."""
    return sum(
        turn.cost.on(axis)
        for other, turn in bucket.turns.items()
        if other != token and turn.began is not None and turn.began > sent_at
    )


def pause(bucket: Bucket, seconds: float | None, sent_at: float, now: float) -> None:
    """Let nobody start for so long after a 429, and then lower the rate for a while."""
    bucket.paused_until = max(bucket.paused_until, now + min(PAUSE if seconds is None else seconds, LONGEST_PAUSE))
    if sent_at > bucket.cut_at:  # the others of the same burst say the same thing once more
        bucket.rate, bucket.cut_at = max(LEAST, _rate(bucket, now) * CUT), now


def interval(bucket: Bucket, axis: Axis, now: float) -> float:
    """Return the seconds in which one unit of an allowance comes back."""
    return MINUTE / (axis.limit * _rate(bucket, now))


def _rate(bucket: Bucket, now: float) -> float:
    return min(1.0, bucket.rate + REGROWTH * max(0.0, now - bucket.cut_at)) if bucket.rate < 1.0 else 1.0


def _tidy(bucket: Bucket, pace: Pace, now: float) -> None:
    """Know the limits that were set, and forget turns whose holders are gone: who never began has taken nothing."""
    for name in AXES:
        limit = pace.limit(name)
        if limit is not None and (name not in bucket.axes or bucket.axes[name].limit > limit):
            bucket.axes.setdefault(name, Axis(limit)).limit = limit
    for token in [token for token, turn in bucket.turns.items() if turn.expires < now]:
        del bucket.turns[token]

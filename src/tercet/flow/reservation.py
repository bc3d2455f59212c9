"""One attempt's turn at one rate limiter: the bucket it belongs to, and what is asked of the store. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from tercet.catalog.models import find
from tercet.flow import pace as decide
from tercet.flow.estimate import Estimate
from tercet.flow.pace import Bucket, Pace, PaceCost, WaitTooLong
from tercet.flow.retry import is_spend_limit
from tercet.flow.store.leases import Leases
from tercet.flow.store.store import Store
from tercet.flow.usage import ReportedUsage
from tercet.transport.base import Reply
from tercet.wire.errors.limits import SharedStateError
from tercet.wire.http import Request
from tercet.wire.rate_limits import RateLimits, http_date, retry_after

_leases: WeakKeyDictionary[Any, Leases] = WeakKeyDictionary()


def leases_of(store: Store) -> Leases:
    """Return the leases of this process in a store."""
    found = _leases.get(store)
    return _leases.setdefault(store, Leases(store)) if found is None else found


def credential_hash(secret: str) -> str:
    """Return a credential in a form that tells it from others, and nothing of it."""
    from hashlib import blake2b

    return blake2b(secret.encode("utf-8", "replace"), digest_size=12, person=b"tercet").hexdigest()


def fingerprint(request: Request) -> str:
    """Return origin and credential of a request in a form that tells neither the credential nor a user in the URL."""
    parts = urlsplit(request.url)
    told = credential_hash(request.headers.get("x-api-key") or request.headers.get("authorization") or "")
    return f"{parts.scheme}://{parts.hostname}:{parts.port or ''}#{told}"


class RateLimiter:
    """Keep a pace and where its buckets are. `counts_only`: it bounds what is under way, and learns and pauses nothing."""

    def __init__(self, pace: Pace, store: Store, *, counts_only: bool = False) -> None:
        self.pace, self.store, self.counts_only = pace, store, counts_only
        self.reason = "max_concurrency" if counts_only else "rate limit"

    def key(self, request: Request, asked: Estimate) -> str:
        """Return the bucket of a request: rate limits are the credential's, for each model."""
        if self.counts_only:
            return f"places:{self.pace.name}"
        facts = find(asked.model) if asked.model else None
        return f"pace:{self.pace.name or fingerprint(request)}:{facts.id if facts else ascii(asked.model[:200])[1:-1]}"


class Reservation:
    """Hold the turn of one attempt at one rate limiter."""

    def __init__(
        self, limiter: RateLimiter, request: Request, asked: Estimate, wall_clock: Callable[[], float]
    ) -> None:
        self.limiter, self._asked, self._wall_clock = limiter, asked, wall_clock
        self._store, self._pace = limiter.store, limiter.pace
        self._key = limiter.key(request, asked)
        self._token = token_hex(8)
        self._taken = False
        self._sent_at = 0.0

    def _update(self, change: Callable[[Bucket, float], Any]) -> Any:
        store = self._store

        def change_entered(bucket: Bucket) -> Any:
            return change(decide.enter(bucket, store.epoch), store.now())

        return store.update(self._key, Bucket, change_entered)

    def next(self, longest: float) -> float | WaitTooLong:
        """Return the seconds until this request may leave, or until it is worth asking again. 0: it leaves."""
        taken, self._taken = self._taken, True
        try:
            wait: float | WaitTooLong = self._update(lambda bucket, now: self._next(bucket, now, longest))
        except SharedStateError as error:
            self._taken = taken or error.may_be_written
            raise
        if wait == 0.0:
            leases_of(self._store).keep(self._token, self._key, Bucket)
        return wait

    def _next(self, bucket: Bucket, now: float, longest: float) -> float | WaitTooLong:
        lease = self._store.lease
        wait = decide.begin(bucket, self._pace, self._token, now, lease)
        if wait is None:
            cost = PaceCost(1)
            if not self.limiter.counts_only:
                cost = decide.expected_cost(bucket, self._asked.likely_input, self._asked.most_output)
            refused = decide.reserve(bucket, self._pace, self._token, cost, now, longest)
            if isinstance(refused, WaitTooLong):
                return refused
            wait = decide.begin(bucket, self._pace, self._token, now, lease) or 0.0
        if wait == 0.0:
            self._sent_at = now
        return wait

    def hear(self, reply: Reply) -> None:
        """Learn from a streamed answer's headers; what it used comes with its end."""
        if (told := self._changes_told(reply)) is not None:
            self._update(told)

    def end(self, used: ReportedUsage | None, reply: Reply | None = None) -> None:
        """Settle a request that is over. `used`, a sane final usage; None: what it used is not known."""
        cost = None
        if used is not None:
            usage = used.usage
            read = usage["input_tokens"] + (usage.get("cache_creation_input_tokens") or 0)
            cost = PaceCost(1, read, usage["output_tokens"])
        self._settle(cost, reply, answered=used is not None)

    def refund(self, reply: Reply | None) -> None:
        """Give back what was not answered. What the API has seen and refused counts as a request, unless it refused its number."""
        if self._taken:
            self._settle(PaceCost(0 if reply is None or reply.status == 429 else 1), reply)

    def _settle(self, cost: PaceCost | None, reply: Reply | None, *, answered: bool = False) -> None:
        leases_of(self._store).drop(self._token, self._key)
        told = None if reply is None else self._changes_told(reply)

        def settle_waiter(bucket: Bucket, now: float) -> None:
            decide.settle(bucket, self._token, now, cost, answered=answered)
            if told is not None:  # afterwards: what it says is meant without what we give back
                told(bucket, now)

        self._update(settle_waiter)

    def _changes_told(self, reply: Reply) -> Callable[[Bucket, float], None] | None:
        """Return what an answer's headers change, and a 429 for all who wait."""
        if self.limiter.counts_only:
            return None
        told = RateLimits.from_headers(reply.headers)
        slower = reply.status == 429 and not is_spend_limit(reply)
        if not slower and told == NOTHING:
            return None
        asked = seconds_to_wait(reply, told, self._wall_clock()) if slower else None

        def hear_headers(bucket: Bucket, now: float) -> None:
            if slower:
                decide.pause(bucket, asked, self._sent_at, now)
            decide.learn(bucket, self._pace, told, self._token, self._sent_at, now)

        return hear_headers


NOTHING = RateLimits()


def seconds_to_wait(reply: Reply, told: RateLimits, wall: float) -> float | None:
    """Return how long a 429 asks everybody to wait: what it says, and until the allowance that is used up is whole again."""
    here = http_date(reply.headers.get("date"))
    since = wall if here is None else here
    exhausted = (told.requests, told.tokens, told.input_tokens, told.output_tokens)
    until = [
        limit.reset.timestamp() - since
        for limit in exhausted
        if limit and limit.remaining == 0 and limit.reset is not None
    ]
    asked = retry_after(reply.headers, wall)
    return max([seconds for seconds in (asked, *until) if seconds is not None and seconds > 0], default=None)

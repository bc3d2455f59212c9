"""Limits of whole endpoints, whatever the models: the routes of batches, those of files, the queue of batch requests.

Knows keys and time; what a request asks for is `rates.py`'s business.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock

from tercet.server.limits.rates import MINUTE, KeyLimits, RateLimitedError, refusal_words

MOST_KEYS = 10_000


class Quota:
    """So many requests a minute for each key. Safe for several threads; bounded."""

    def __init__(self, limit: int | None, clock: Callable[[], float], organization: str) -> None:
        self._limit, self._clock, self._organization = limit, clock, organization
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def admit(self, key: str) -> None:
        """Take one request, or raise 429."""
        if self._limit is None:
            return
        with self._lock:
            now = self._clock()
            level, at = self._levels.pop(key, (float(self._limit), now))
            level = min(float(self._limit), level + max(0.0, now - at) * self._limit / MINUTE)
            self._levels[key] = (level - 1 if level >= 1 else level, now)
            if len(self._levels) > MOST_KEYS:
                self._levels.popitem(last=False)
        if level < 1:
            seconds = ceil((1 - level) * MINUTE / self._limit)
            raise self._refusal(max(1, seconds))

    def _refusal(self, seconds: int) -> RateLimitedError:
        assert self._limit is not None
        said = refusal_words(self._organization, self._limit, "requests")
        return RateLimitedError("requests", said, headers=((b"retry-after", b"%d" % seconds),))


class Quotas:
    """The quotas of one server."""

    def __init__(self, limits: KeyLimits | None, clock: Callable[[], float], organization: str) -> None:
        self._most_waiting = limits.batch_queue if limits is not None else None
        self.batches = Quota(limits.batch_requests if limits is not None else None, clock, organization)
        self.files = Quota(limits.file_requests if limits is not None else None, clock, organization)

    def admit_batch(self, waiting: int, coming: int) -> None:
        """Raise 429 if `coming` requests do not fit behind those that wait. The rule is the API's, the words are ours."""
        if self._most_waiting is None or waiting + coming <= self._most_waiting:
            return
        said = (
            f"This batch would exceed the limit of {self._most_waiting:,} batch requests in the processing queue: "
            f"{waiting:,} are waiting, and it brings {coming:,}. Wait until batches have ended, or cancel some."
        )
        raise RateLimitedError("batch requests", said)

"""The acceleration limit: how fast a key's input may grow from minute to minute. Other limits are `rates.py`'s.

That there is one, its words and its error code are the API's, and so is a limit that grows by 10,000 tokens at each full
minute, which one response told. How it shrinks again is not known; here it begins anew after an hour without a request.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from tercet.server.limits.rates import BYTES_A_TOKEN, RateLimitedError

STEP = 10_000
IDLE_MINUTES = 60
MOST_KEYS = 10_000


@dataclass(slots=True)
class _Climb:
    """One key's use of one model: the minute it began in, the present one, and what was used in that."""

    begun: int
    minute: int
    used: int = 0


class Acceleration:
    """All climbs of one server. Safe for several threads; bounded."""

    def __init__(self, first: int, clock: Callable[[], float], organization: str) -> None:
        self._first, self._clock, self._organization = first, clock, organization
        self._climbs: OrderedDict[tuple[str, str], _Climb] = OrderedDict()
        self._lock = Lock()

    def admit(self, key: str, model: str, size: int, count: Callable[[], int]) -> None:
        """Raise 429 for a request that would grow too fast. `size` is its bytes, `count` tells its input tokens."""
        with self._lock:
            now = self._clock()
            climb = self._climb(key, model, int(now // 60))
            limit = self._first + STEP * (climb.minute - climb.begun)
            if climb.used + size // BYTES_A_TOKEN > limit and climb.used + count() > limit:
                raise self._refusal(model, limit, 60 - int(now % 60))

    def used(self, key: str, model: str, usage: Mapping[str, Any]) -> None:
        """Add the input tokens that an answered request used."""
        with self._lock:
            climb = self._climb(key, model, int(self._clock() // 60))
            climb.used += usage["input_tokens"] + usage["cache_creation_input_tokens"]

    def _climb(self, key: str, model: str, minute: int) -> _Climb:
        found = self._climbs.pop((key, model), None)
        if found is None or not 0 <= minute - found.minute < IDLE_MINUTES:
            found = _Climb(minute, minute)
        elif minute > found.minute:
            found.minute, found.used = minute, 0
        self._climbs[key, model] = found
        if len(self._climbs) > MOST_KEYS:
            self._climbs.popitem(last=False)
        return found

    def _refusal(self, model: str, limit: int, seconds: int) -> RateLimitedError:
        said = (
            "This request would exceed your organization's maximum usage increase rate for input tokens per minute "
            f"(org: {self._organization}, model: {model}). Your current limit is {limit:,} input tokens per minute, and "
            f"will increase to {limit + STEP:,} at the next minute boundary. Please scale up your input tokens usage more "
            "gradually to stay within the acceleration limit. For details, refer to: "
            "https://docs.claude.com/en/api/rate-limits."
        )
        details = {"error_code": "ramp_limit_exceeded"}
        return RateLimitedError("input tokens", said, details=details, headers=((b"retry-after", b"%d" % seconds),))

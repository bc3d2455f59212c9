"""Rate limits as the API keeps them: token buckets by key and model, the headers that tell of them, the 429s.

Knows tokens and time; what a request costs in money is `spending.py`'s business, limits of whole endpoints `quotas.py`'s.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from threading import Lock
from time import gmtime, strftime
from typing import Any, NamedTuple

from tercet.server.errors import HTTPError

MINUTE = 60.0
MOST_BUCKETS = 10_000
SOON = 0.0005
"""Seconds within which buckets are not filled up anew: one request looks at them three times."""
BYTES_A_TOKEN = 2
"""No tokenizer makes more tokens than half the bytes: a request that fits by this need not be counted."""
UNITS = (b"requests", b"input-tokens", b"output-tokens", b"tokens")
"""What the headers tell of; the last is input and output together."""
Headers = Sequence[tuple[bytes, bytes]]


class KeyLimits(NamedTuple):
    """The limits of one key in a minute, of one model unless told otherwise. The defaults are beyond what one server can
    reach."""

    requests: int = 4_000_000
    input_tokens: int = 2_000_000_000
    """Input and cache writes; what is read from the cache does not count."""
    output_tokens: int = 800_000_000
    count_requests: int = 4_000_000
    """Of count_tokens, which has a limit of its own."""
    batch_requests: int = 4_000_000
    """Of all routes of message batches together, whatever the models."""
    batch_queue: int = 2_000_000_000
    """Requests in batches that are not answered yet, at any time."""
    file_requests: int = 4_000_000
    """Of all routes of files together."""
    ramp: int | None = None
    """Input tokens in the first minute; 10,000 more in each that follows. None: no such limit."""


BEYOND_REACH = KeyLimits()


class RateLimitedError(HTTPError):
    """The 429 of a limit. `unit` is what ran out, in the words of the API: requests, input tokens, output tokens."""

    def __init__(self, unit: str, message: str, **more: Any) -> None:
        super().__init__(429, message, **more)
        self.unit = unit


def rate_limits_of(given: KeyLimits | Mapping[str, Any] | None) -> KeyLimits | None:
    """Limits from a mapping by name, as files and command lines have them. Raises ValueError for what means nothing."""
    if given is None or isinstance(given, KeyLimits):
        return given
    known = KeyLimits._fields
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"rate_limits holds {name!r}; known are {', '.join(known)}")
        if not (type(value) is int and value > 0) and not (name == "ramp" and value is None):
            raise ValueError(f"rate_limits: {name} is {value!r}; a whole number above 0 is expected")
    return KeyLimits(**given)


@dataclass(slots=True)
class _Bucket:
    """Holds `limit` at most and fills up in a minute."""

    limit: int
    unit: str
    level: float
    at: float

    def refill(self, now: float) -> None:
        if now > self.at:
            self.level = min(float(self.limit), self.level + (now - self.at) * self.limit / MINUTE)
        self.at = now

    def seconds_until_full(self) -> float:
        return (self.limit - self.level) * MINUTE / self.limit if self.limit > 0 else self.seconds_until(self.limit)

    def seconds_until(self, level: float) -> float:
        return max(0.0, (min(level, self.limit) - self.level) * MINUTE / max(1, self.limit))


@dataclass(slots=True)
class Allowance:
    """The buckets of one key and model."""

    requests: _Bucket
    input: _Bucket
    output: _Bucket


class Limiter:
    """All allowances of one server. Safe for several threads; bounded."""

    def __init__(self, limits: KeyLimits | None, clock: Callable[[], float], organization: str) -> None:
        self._limits, self._clock, self._organization = limits, clock, organization
        self._kept: OrderedDict[tuple[str, str], Allowance] = OrderedDict()
        self._lock = Lock()

    def admit(self, key: str, model: str, size: int, count: Callable[[], int]) -> None:
        """Take one request, or raise 429. `size` is its bytes; `count` tells its uncached input tokens where that matters."""
        if self._limits is None:
            return
        with self._lock:
            now = self._clock()
            found = self._allowance(key, model, now)
            if found.requests.level < 1:
                raise self._refusal(found, found.requests, 1, now)
            if found.output.level < 1:
                raise self._refusal(found, found.output, 1, now)
            if found.input.level < size // BYTES_A_TOKEN:
                tokens = count()
                if found.input.level < tokens:
                    raise self._refusal(found, found.input, tokens, now)
            found.requests.level -= 1

    def admit_count(self, key: str) -> None:
        """Take one request of count_tokens, or raise 429."""
        if self._limits is None:
            return
        with self._lock:
            now = self._clock()
            found = self._allowance(key, "", now)
            if found.requests.level < 1:
                raise self._refusal(found, found.requests, 1, now)
            found.requests.level -= 1

    def used(self, key: str, model: str, usage: Mapping[str, Any]) -> None:
        """Take the tokens that an answered request used."""
        if self._limits is None:
            return
        with self._lock:
            found = self._allowance(key, model, self._clock())
            found.input.level -= usage["input_tokens"] + usage["cache_creation_input_tokens"]
            found.output.level -= usage["output_tokens"]

    def headers(self, key: str, model: str) -> Headers:
        """Return the `anthropic-ratelimit-*` headers as they stand now."""
        if self._limits is None:
            return []
        with self._lock:
            now = self._clock()
            return _headers(self._allowance(key, model, now), now)

    def _allowance(self, key: str, model: str, now: float) -> Allowance:
        found = self._kept.get((key, model))
        if found is None:
            found = self._kept[key, model] = self._full(now, counting=not model)
            if len(self._kept) > MOST_BUCKETS:
                self._kept.popitem(last=False)
        elif now - found.requests.at >= SOON or now < found.requests.at:
            for bucket in (found.requests, found.input, found.output):
                bucket.refill(now)
        return found

    def _full(self, now: float, *, counting: bool) -> Allowance:
        limits = self._limits or BEYOND_REACH
        requests = limits.count_requests if counting else limits.requests
        wanted = (
            ("requests", requests),
            ("input tokens", limits.input_tokens),
            ("output tokens", limits.output_tokens),
        )
        return Allowance(*(_Bucket(limit, unit, float(limit), now) for unit, limit in wanted))

    def _refusal(self, found: Allowance, short: _Bucket, needed: float, now: float) -> HTTPError:
        said = refusal_words(self._organization, short.limit, short.unit)
        seconds = max(1, ceil(short.seconds_until(needed)))
        return RateLimitedError(short.unit, said, headers=((b"retry-after", b"%d" % seconds), *_headers(found, now)))


def refusal_words(organization: str, limit: int, unit: str) -> str:
    """Return what the API says to a request beyond a limit."""
    return (
        f"This request would exceed the rate limit for your organization ({organization}) of {limit:,} {unit} per "
        "minute. For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers "
        "for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later. You "
        "may also contact sales at https://www.anthropic.com/contact-sales to discuss your options for a rate limit "
        "increase."
    )


def _headers(found: Allowance, now: float) -> Headers:
    requests, input_, output = found.requests, found.input, found.output
    left = max(0.0, input_.level) + max(0.0, output.level)
    full = requests.seconds_until_full(), input_.seconds_until_full(), output.seconds_until_full()
    return _written(
        (requests.limit, input_.limit, output.limit, input_.limit + output.limit),
        (int(max(0.0, requests.level)), _thousands(input_.level), _thousands(output.level), _thousands(left)),
        (int(now + full[0]), int(now + full[1]), int(now + full[2]), int(now + max(full[1:]))),
    )


@lru_cache(maxsize=1024)
def _written(limits: tuple[int, ...], left: tuple[int, ...], full: tuple[int, ...]) -> Headers:
    """Return the headers of one state. It stays the same for many requests in a row, and to write it anew costs 12
    µs."""
    return [
        (b"anthropic-ratelimit-" + name + what, value)
        for name, limit, rest, second in zip(UNITS, limits, left, full, strict=True)
        for what, value in (
            (b"-limit", b"%d" % limit),
            (b"-remaining", b"%d" % rest),
            (b"-reset", _moment(second)),
        )
    ]


def _thousands(level: float) -> int:
    """Rounded to the nearest thousand, as the API tells what remains."""
    return round(max(0.0, level) / 1000) * 1000


@lru_cache(maxsize=256)
def _moment(second: int) -> bytes:
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(second)).encode()

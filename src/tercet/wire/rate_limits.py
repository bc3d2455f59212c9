"""Response headers about limits: how long to wait, whether to try again, what is left of each allowance.

Servers and proxies write these headers, so each is optional and each may be garbage: then it says nothing. No clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+]?inf(?:inity)?", re.IGNORECASE)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_LONGEST_DATE = 64


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return the seconds that the server asks to wait, or None if it does not ask.

    In this order: `retry-after-ms`, `retry-after` in seconds, `retry-after` as an HTTP date. A date is measured against
    the response's own `Date`, so that a wrong local clock does no harm, and against `now` (seconds since 1970) if there
    is none. Nothing is capped: how long is too long is for the caller to say.
    """
    in_milliseconds = _number(headers.get("retry-after-ms"))
    if in_milliseconds is not None:
        return _positive(in_milliseconds / 1000)
    asked = headers.get("retry-after")
    in_seconds = _number(asked)
    if in_seconds is not None:
        return _positive(in_seconds)
    until = http_date(asked)
    if until is None:
        return None
    measured_from = http_date(headers.get("date"))
    if measured_from is None:
        measured_from = now
    return None if measured_from is None else _positive(until - measured_from)


def should_retry(headers: Mapping[str, str]) -> bool | None:
    """Return what `x-should-retry` says: True, False, or None if it says nothing."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", ""))


def http_date(text: str | None) -> float | None:
    """Return an HTTP date as seconds since 1970, or None if it is none."""
    if not isinstance(text, str) or not text or len(text) > _LONGEST_DATE:
        return None
    from calendar import timegm
    from email.utils import parsedate_tz

    try:
        parts = parsedate_tz(text)
        return None if parts is None else float(timegm((*parts[:6], 0, 0, 0)) - (parts[9] or 0))
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


class RateLimit(msgspec.Struct, frozen=True):
    """One allowance: how much in all, how much is left, and when it is full again (with its timezone)."""

    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None


class RateLimits(msgspec.Struct, frozen=True):
    """The allowances that a response reports; None where it reports nothing."""

    requests: RateLimit | None = None
    tokens: RateLimit | None = None
    input_tokens: RateLimit | None = None
    output_tokens: RateLimit | None = None
    priority_input_tokens: RateLimit | None = None
    priority_output_tokens: RateLimit | None = None
    fast_input_tokens: RateLimit | None = None
    fast_output_tokens: RateLimit | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Self:
        """Read the `anthropic-ratelimit-*`, `anthropic-priority-*` and `anthropic-fast-*` headers."""
        return cls(**{field: _rate_limit(headers, start) for field, start in _STARTS.items()})


_STARTS = {
    "requests": "anthropic-ratelimit-requests",
    "tokens": "anthropic-ratelimit-tokens",
    "input_tokens": "anthropic-ratelimit-input-tokens",
    "output_tokens": "anthropic-ratelimit-output-tokens",
    "priority_input_tokens": "anthropic-priority-input-tokens",
    "priority_output_tokens": "anthropic-priority-output-tokens",
    "fast_input_tokens": "anthropic-fast-input-tokens",
    "fast_output_tokens": "anthropic-fast-output-tokens",
}


def _rate_limit(headers: Mapping[str, str], start: str) -> RateLimit | None:
    limit = _count(headers.get(f"{start}-limit"))
    remaining = _count(headers.get(f"{start}-remaining"))
    reset = parse_datetime(headers.get(f"{start}-reset"))
    return None if limit is None and remaining is None and reset is None else RateLimit(limit, remaining, reset)


def parse_datetime(text: str | None) -> datetime | None:
    """Return an RFC 3339 time as a datetime with a timezone (UTC if it names none), or None if it is none."""
    if text is None or len(text) > _LONGEST_DATE or not _MOMENT.fullmatch(text.strip()):
        return None
    from datetime import UTC, datetime

    try:
        read = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def _count(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _number(text: object) -> float | None:
    return float(text) if isinstance(text, str) and _NUMBER.fullmatch(text := text.strip()) else None


def _positive(seconds: float) -> float | None:
    return seconds if seconds > 0 else None

"""Periods of a budget: their numbers, their ends, and how they are asked for. Whole UTC; knows no account and no clock.

A clock may say anything: a time that no calendar has counts as the nearest one that it has.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any, Literal, TypeAlias

Period: TypeAlias = Literal["minute", "hour", "day", "month"]
SECONDS: dict[str, float] = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
SHORTEST = 1e-6
"""Seconds: a shorter period has numbers that no store holds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.toordinal()
_EARLIEST = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()
_LATEST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()


def checked_per(per: Any) -> Period | float | None:
    """Return `per` as given. Raises ValueError for what is no period."""
    if per is None or per in ("minute", "hour", "day", "month"):
        found: Period | None = per
        return found
    if isinstance(per, int | float) and not isinstance(per, bool) and isfinite(per) and per >= SHORTEST:
        return per
    raise ValueError(f"per must be 'minute', 'hour', 'day', 'month', seconds above 0, or None for good, not {per!r}")


def named(per: Period | float | None) -> str:
    """Return a period's name in keys: the same for `minute` and 60."""
    return "" if per is None else "month" if per == "month" else repr(_seconds(per))


def period_of(per: Period | float | None, wall: float) -> int:
    """Return the number of the period that a time lies in."""
    if per is None:
        return 0
    if per == "month":
        day = _moment(wall)
        return day.year * 12 + day.month - 1
    return int(_sane(wall) // _seconds(per))


def end_of(per: Period | float | None, period: int) -> datetime | None:
    """Return when a period ends, and the budget is whole again. None: never, or after the year 9999."""
    if per is None:
        return None
    try:
        if per == "month":
            return datetime((period + 1) // 12, (period + 1) % 12 + 1, 1, tzinfo=UTC)
        return _EPOCH + timedelta(seconds=(period + 1) * _seconds(per))
    except (OverflowError, ValueError):
        return None


def day_of(wall: float) -> date:
    """Return the day of UTC that a time lies in."""
    return date.fromordinal(_FIRST_DAY + int(_sane(wall) // 86400.0))


def _seconds(per: Period | float) -> float:
    return SECONDS[per] if isinstance(per, str) else float(per)


def _moment(wall: float) -> datetime:
    return _EPOCH + timedelta(seconds=_sane(wall))


def _sane(wall: float) -> float:
    return wall if _EARLIEST <= wall <= _LATEST else _LATEST if wall > 0 else _EARLIEST if wall < 0 else 0.0

"""Moments and zones that people write: `monday`, `2026-11-01`, "Europe/Oslo". Knows no ledger; the clock is an argument."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, TypeAlias

from tercet.toolkit.ledger.errors import LedgerError

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Moment: TypeAlias = "str | date | datetime | None"
"""`today`, `yesterday`, a weekday (its last 0:00, today included), a date, a time in ISO 8601, or None: no bound."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _LocalZone(tzinfo):
    """The zone of this machine, with its changes to summer time and back."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        return "local"

    def fromutc(self, moment: datetime) -> datetime:
        there = moment.replace(tzinfo=UTC).astimezone()
        return there.replace(tzinfo=self)


def zone_of(tz: str | tzinfo | None) -> tzinfo:
    """Return the zone that is meant: None is UTC, `local` this machine's."""
    if tz is None or (isinstance(tz, str) and tz.upper() == "UTC"):
        return UTC
    if isinstance(tz, tzinfo):
        return tz
    if not isinstance(tz, str):
        raise LedgerError(f"tz is {tz!r}; a zone such as 'Europe/Oslo', 'local' or None for UTC is expected.")
    if tz == "local":
        return _LocalZone()
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(tz)
    except (ValueError, OSError, LookupError):
        raise LedgerError(f"tz is {tz!r}, which is no zone; write 'Europe/Oslo', 'local', or 'UTC'.") from None


def moment_of(given: Moment, zone: tzinfo, now: datetime, name: str) -> int | None:
    """Return a moment in nanoseconds since 1970."""
    if given is None:
        return None
    if isinstance(given, datetime):
        return _nanoseconds(given if given.tzinfo else given.replace(tzinfo=zone))
    if isinstance(given, date):
        return _midnight(given, zone)
    today = now.astimezone(zone).date()
    word = given.strip().lower() if isinstance(given, str) else ""
    if word in ("today", "yesterday"):
        return _midnight(today - timedelta(days=word == "yesterday"), zone)
    if word in WEEKDAYS:
        return _midnight(today - timedelta(days=(today.weekday() - WEEKDAYS.index(word)) % 7), zone)
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise LedgerError(
            f"{name} is {given!r}; today, yesterday, a weekday (monday), a day (2026-11-01) or a time "
            "(2026-11-01T12:00) is expected."
        ) from None
    return _nanoseconds(found if found.tzinfo else found.replace(tzinfo=zone))


def _midnight(day: date, zone: tzinfo) -> int:
    return _nanoseconds(datetime.combine(day, time(), zone))


def _nanoseconds(moment: datetime) -> int:
    try:
        since = moment.astimezone(UTC) - _EPOCH
    except (OverflowError, ValueError):  # the years 1 and 9999 have no day before and after them
        since = moment.replace(tzinfo=UTC) - _EPOCH
    found = (since.days * 86_400 + since.seconds) * SECOND + since.microseconds * 1_000
    return max(-(2**62), min(found, 2**62))


class Offsets(NamedTuple):
    """Seconds of a zone from UTC, and from which second on: the first one holds before all."""

    starts: list[int]
    seconds: list[int]

    def at(self, second: int) -> int:
        """Return the offset at a second since 1970."""
        return self.seconds[bisect_right(self.starts, second)]

    def sql(self) -> str:
        """Return the local nanoseconds of the column `at`."""
        if not self.starts:
            return f"(at + {self.seconds[0] * SECOND})" if self.seconds[0] else "at"
        cases = " ".join(
            f"when at < {start * SECOND} then {offset * SECOND}"
            for start, offset in zip(self.starts, self.seconds, strict=False)
        )
        return f"(at + case {cases} else {self.seconds[-1] * SECOND} end)"


def offsets(zone: tzinfo, first: int, last: int) -> Offsets:
    """Return the offsets of a zone between two moments in nanoseconds."""
    low, high = first // SECOND, last // SECOND
    found = Offsets([], [_offset(zone, low)])
    if zone is UTC:
        return found
    step = 7 * 86_400  # no zone changes twice within a week and back
    while low < high:
        then = min(low + step, high)
        if _offset(zone, then) != found.seconds[-1]:
            found.starts.append(_change(zone, low, then))
            found.seconds.append(_offset(zone, then))
        low = then
    return found


def _change(zone: tzinfo, low: int, high: int) -> int:
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: tzinfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def day_text(day: int) -> str:
    """Return a day since 1970 as 2026-11-01."""
    return (_EPOCH + timedelta(days=day)).strftime("%Y-%m-%d")


def week_text(day: int) -> str:
    """Return the Monday of this day's week."""
    return day_text(day - (day + 3) % 7)


def month_text(day: int) -> str:
    """Return the month of a day, as 2026-11."""
    return day_text(day)[:7]


def hour_text(hour: int) -> str:
    """Return an hour since 1970 as 2026-11-01 14:00."""
    return (_EPOCH + timedelta(hours=hour)).strftime("%Y-%m-%d %H:00")

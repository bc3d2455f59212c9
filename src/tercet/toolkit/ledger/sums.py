"""Sums over rows: tokens, money, errors and how long it took, by group. The sums of whole days are kept.

Theory of operation. SQLite adds up by group, and lists the times taken (to three digits); Python counts those, and adds, so that
weeks, months and percentiles are made of the same pieces whichever way they come. A merge names the days that it touched, and by how many lines (`changed`); their
sums by origin and model are made anew (`keep_days`) and laid into `days` once a quarter more has come, so that a day of many
calls is not added up from its beginning for each of them. A question about whole days of UTC, by what `days` tells apart, is
answered from there, and for days that have changed from their rows; any other one reads the rows.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from tercet.catalog.cost import in_dollars
from tercet.flow.store.sqlite import patiently
from tercet.toolkit.ledger.database import PATIENCE
from tercet.toolkit.ledger.groups import SERVED, Group
from tercet.toolkit.ledger.periods import DAY

Origin: TypeAlias = Literal["api", "local", "all"]
"""By what calls were answered."""
TOKENS = ("input", "cache_read", "cache_5m", "cache_1h", "output")
COLUMNS = ("calls", "attempts", "errors", *TOKENS, "usd", "low_usd", "high_usd", "p50_ms", "p95_ms")
"""Names of the sums, behind those of the groups."""
KEPT = {"day", "week", "month", "model", "origin"}
"""Groups that the sums of whole days tell apart."""
_KEYS = ("calls", "attempts", "errors", *TOKENS, "nano", "priced", "low", "high", "bounded")
_ATTEMPTS = _KEYS.index("attempts")
_PIECE = 1_000_000
"""Characters of listed times that are taken apart at once."""
_BUCKET = "case when ms < 1000 then ms when ms < 10000 then ms / 10 * 10 when ms < 100000 then ms / 100 * 100 else ms / 1000 * 1000 end"
_SUMS = ", ".join(
    [
        "sum(last), count(*), sum(last and error_of_call is not null)",
        *(f"sum({name})" for name in TOKENS),
        "sum(nano_usd), count(nano_usd), sum(coalesce(low, nano_usd)), sum(coalesce(high, nano_usd)), count(coalesce(high, nano_usd))",
    ]
)


class Sums(msgspec.Struct, array_like=True):
    """Hold what rows add up to, in the order of `_KEYS`, and how many took how long."""

    values: list[int]
    took: dict[int, int]

    def add(self, values: Sequence[int | None], took: Iterable[tuple[int, int]]) -> None:
        """Add the sums of other rows."""
        if values:
            self.values = [mine + (other or 0) for mine, other in zip(self.values, values, strict=True)]
        for ms, count in took:
            self.took[ms] = self.took.get(ms, 0) + count

    def shown(self) -> dict[str, Any]:
        """Return the sums by their names; money as dollars, None where no price is known."""
        found: dict[str, Any] = dict(zip(_KEYS, self.values, strict=True))
        row = {name: found[name] for name in ("calls", "attempts", "errors", *TOKENS)}
        row["usd"] = in_dollars(found["nano"]) if found["priced"] else None
        row["low_usd"] = in_dollars(found["low"])
        row["high_usd"] = in_dollars(found["high"]) if found["bounded"] == found["attempts"] else None
        return {**row, "p50_ms": self.percentile(50), "p95_ms": self.percentile(95)}

    def percentile(self, percent: int) -> int | None:
        """Return the time within which so many of a hundred were done, to three digits. None: nothing took any time."""
        due = sum(self.took.values()) * percent
        for ms in sorted(self.took):
            due -= self.took[ms] * 100
            if due <= 0:
                return ms
        return None


def nothing() -> Sums:
    """Return sums of no rows."""
    return Sums([0] * len(_KEYS), {})


class Chosen(NamedTuple):
    """The rows that a question is about."""

    since: int | None
    until: int | None
    origin: str
    sql: Sequence[str] = ()
    parameters: Sequence[Any] = ()

    def where(self) -> tuple[str, list[Any]]:
        """Return the condition, and its parameters."""
        parts, parameters = list(self.sql), list(self.parameters)
        if self.origin != "all":
            parts.append("origin = ?")
            parameters.append(self.origin)
        for sign, bound in ((">=", self.since), ("<", self.until)):
            if bound is not None:
                parts.append(f"at {sign} ?")
                parameters.append(bound)
        return (f" where {' and '.join(parts)}" if parts else ""), parameters

    @property
    def is_whole_days(self) -> bool:
        """Return whether it is about whole days of UTC, and all rows of them."""
        return not self.sql and not any(bound is not None and bound % DAY for bound in (self.since, self.until))


def add_up(connection: sqlite3.Connection, groups: Sequence[Group], chosen: Chosen) -> dict[tuple[Any, ...], Sums]:
    """Return the sums of each group, by the values of the group as they are shown."""
    found: dict[tuple[Any, ...], Sums] = {}
    _add_rows(found, connection, groups, chosen)
    return found


def _add_rows(
    found: dict[tuple[Any, ...], Sums], connection: sqlite3.Connection, groups: Sequence[Group], chosen: Chosen
) -> None:
    where, parameters = chosen.where()
    keys = [group.sql for group in groups]
    asked = [parameter for group in groups for parameter in group.parameters] + parameters
    by = ", ".join(str(place) for place in range(1, len(keys) + 1))
    # Once over the rows: their times come as one text a group, since a row for each time of each group is half a million rows.
    query = f"select {', '.join([*keys, f'group_concat({_BUCKET})', _SUMS])} from calls{where}{' group by ' + by if by else ''}"
    for row in connection.execute(query, asked):
        times, values = row[len(keys)], row[len(keys) + 1 :]
        if values[_ATTEMPTS]:  # without groups, no rows make a sum of nothing
            _add(found, groups, row[: len(keys)], values, _count_times(times or ""))


def add_up_days(connection: sqlite3.Connection, groups: Sequence[Group], chosen: Chosen) -> dict[tuple[Any, ...], Sums]:
    """Return the same from the sums of whole days; of days that have changed since, from their rows."""
    first, last = (None if bound is None else bound // DAY for bound in (chosen.since, chosen.until))
    where, parameters = Chosen(first, last, chosen.origin, ["day not in (select day from changed)"]).where()
    query = f"select day, model, origin, sums from days{where.replace('at ', 'day ')}"
    found: dict[tuple[Any, ...], Sums] = {}
    for day, model, origin, text in connection.execute(query, parameters):
        value = {"model": model, "origin": origin}
        sums = _decode(text)
        _add(found, groups, [value.get(group.name, day) for group in groups], sums.values, sums.took.items())
    where, parameters = Chosen(first, last, "all").where()
    changed = connection.execute(f"select day from changed{where.replace('at ', 'day ')} order by day", parameters)
    for start, end in _runs([day for (day,) in changed]):
        _add_rows(found, connection, groups, Chosen(start * DAY, (end + 1) * DAY, chosen.origin))
    return found


def _add(
    found: dict[tuple[Any, ...], Sums],
    groups: Sequence[Group],
    raw: Sequence[Any],
    values: Sequence[int | None],
    took: Iterable[tuple[int, int]],
) -> None:
    key = tuple(
        value if group.show is None or value is None else group.show(value)
        for group, value in zip(groups, raw, strict=True)
    )
    if key not in found:
        found[key] = nothing()
    found[key].add(values, took)


def _count_times(listed: str) -> Iterable[tuple[int, int]]:
    """Return how often each time is listed. Piece by piece, for a group may be millions of rows."""
    counts: Counter[str] = Counter()
    start = 0
    while start < len(listed):
        end = listed.find(",", start + _PIECE)
        end = len(listed) if end < 0 else end
        counts.update(listed[start:end].split(","))
        start = end + 1
    return [(int(text), count) for text, count in counts.items()]


_DAYS = (Group("day", f"at / {DAY}"), Group("origin", "origin"), Group("model", SERVED))
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Sums).decode


ALL_LINES = 2**40
"""In `changed`, lines of a day of which none is known to be as it was."""


def keep_days(connection: sqlite3.Connection) -> None:
    """Make the sums of days anew whose rows have changed: of the last day when a quarter more has come, of others at once."""
    if not _due(connection):
        return
    patiently(lambda: connection.execute("begin immediate"), monotonic() + PATIENCE)
    try:
        days = _due(connection)
        for first, last in _runs(days):
            connection.execute("delete from days where day between ? and ?", (first, last))
            rows = add_up(connection, _DAYS, Chosen(first * DAY, (last + 1) * DAY, "all"))
            connection.executemany(
                "insert into days values (?, ?, ?, ?)",
                [(*key, _encode(sums).decode()) for key, sums in rows.items()],
            )
        connection.executemany("delete from changed where day = ?", [(day,) for day in days])
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _due(connection: sqlite3.Connection) -> list[int]:
    """Return the days whose sums are to be made anew."""
    days: list[int] = []
    changed = connection.execute(
        "select day, lines, day < (select max(at) from calls) / ? from changed order by day", (DAY,)
    )
    for day, lines, is_over in changed.fetchall():
        kept = connection.execute("select sums from days where day = ?", (day,)).fetchall()
        known = sum(_decode(text).values[_ATTEMPTS] for (text,) in kept)
        if is_over is None or is_over or lines * 4 >= known:
            days.append(day)
    return days


def _runs(days: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Yield the first and last of days that follow one another, a few weeks at most: their sums are held at once."""
    start = 0
    for place in range(1, len(days) + 1):
        if place == len(days) or days[place] != days[place - 1] + 1 or place - start == 30:
            yield days[start], days[place - 1]
            start = place

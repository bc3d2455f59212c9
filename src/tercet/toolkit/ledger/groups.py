"""Names that rows are grouped and chosen by, as SQL. A name is a column of ours, or a tag that the ledger holds.

Names of tags come from users: they reach SQL as parameters only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from tercet.toolkit.ledger.errors import LedgerError
from tercet.toolkit.ledger.periods import DAY, SECOND, Offsets, day_text, hour_text, month_text, week_text

SERVED = "coalesce(model_served, model_asked)"
COLUMNS_BY_NAME = {
    "model": SERVED,
    "model_asked": "model_asked",
    "model_served": "model_served",
    "kind": "kind",
    "account": "account",
    "workspace": "workspace",
    "conversation": "conversation",
    "job": "job",
    "item": "item",
    "status": "status",
    "stop_reason": "stop_reason",
    "error": "coalesce(error_of_call, error)",
    "error_code": "error_code",
    "tier": "tier",
    "geo": "geo",
    "speed": "speed",
    "origin": "origin",
    "certainty": "case certainty when 0 then 'exact' when 1 then 'estimated' else 'unknown' end",
}
"""Columns that rows can be grouped and chosen by -> their SQL."""
TIMES: Mapping[str, tuple[int, Callable[[int], str]]] = {
    "hour": (3_600 * SECOND, hour_text),
    "day": (DAY, day_text),
    "week": (DAY, week_text),
    "month": (DAY, month_text),
}
"""Groups by time -> the nanoseconds that rows are gathered by, and how such a piece is called."""
_TAG = "(select value from json_each(tags) where key = ?)"
_PLAIN_TAG = "json_extract(tags, ?)"
"""Faster, for names that need no quotes of their own in a path."""


class Group(NamedTuple):
    """A group: its name, its SQL, the parameters of that, and how its values are shown."""

    name: str
    sql: str
    parameters: tuple[str, ...] = ()
    show: Callable[[Any], Any] | None = None


def names_of(by: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of groups, given as one, as several, or with commas between them; each once."""
    if isinstance(by, str):
        by = by.split(",")
    try:
        names = tuple(dict.fromkeys(name.strip() for name in by))
    except (AttributeError, TypeError):
        raise LedgerError(f"by is {by!r}; names of groups are expected, as in by=('day', 'model').") from None
    return tuple(name for name in names if name)


def groups_of(connection: sqlite3.Connection, names: tuple[str, ...], zone: Offsets) -> tuple[Group, ...]:
    """Return the groups of these names. Raises LedgerError for one that is neither ours nor a tag of this ledger."""
    return tuple(_group(connection, name, zone) for name in names)


def _group(connection: sqlite3.Connection, name: str, zone: Offsets) -> Group:
    if name in TIMES:
        size, show = TIMES[name]
        return Group(name, f"{zone.sql()} / {size}", (), show)
    if name in COLUMNS_BY_NAME:
        return Group(name, COLUMNS_BY_NAME[name])
    if name != "user" and not is_tag(connection, name):
        raise unknown_name(connection, name, "group")
    return Group(name, *_tag(name))


def _tag(name: str) -> tuple[str, tuple[str]]:
    """Return the SQL of a tag's value, and its parameter."""
    plain = '"' not in name and "\\" not in name and name.isprintable()
    return (_PLAIN_TAG, (f'$."{name}"',)) if plain else (_TAG, (name,))


def is_tag(connection: sqlite3.Connection, name: str) -> bool:
    """Return whether any row of the ledger has this tag."""
    asked = (
        "select 1 from calls where tags is not null and exists (select 1 from json_each(tags) where key = ?) limit 1"
    )
    return connection.execute(asked, (name,)).fetchone() is not None


def unknown_name(connection: sqlite3.Connection, name: str, noun: str) -> LedgerError:
    """Return the error for a name that is none, with all there are."""
    tags = [
        tag for (tag,) in connection.execute("select distinct key from calls, json_each(tags) order by key limit 50")
    ]
    there = ", ".join(sorted({*TIMES, *COLUMNS_BY_NAME, "user"}))
    also = f"; its tags are {', '.join(map(repr, tags))}" if tags else "; it holds no tags"
    return LedgerError(f"{name!r} is no {noun} of this ledger. There are {there}{also}.")


def conditions(connection: sqlite3.Connection, chosen: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    """Return SQL and parameters that choose the rows with these values: of a column, or of a tag. None: without any."""
    found: list[str] = []
    parameters: list[Any] = []
    for name, value in chosen.items():
        if value is not None and not isinstance(value, (str, int)):
            raise LedgerError(f"{name} is {value!r}; one value is expected, as in {name}='u1'.")
        if name in TIMES:
            raise LedgerError(f"{name} chooses no rows; since and until do.")
        if name in COLUMNS_BY_NAME:
            found.append(f"{COLUMNS_BY_NAME[name]} is ?")
            parameters.append(value)
        else:
            sql, named = _tag(name)
            found.append(f"{sql} is ?")
            parameters += [*named, None if value is None else str(value)]
    return found, parameters

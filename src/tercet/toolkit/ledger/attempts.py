"""Attempts themselves, as `tercet logs` shows them: one row each. Knows no group."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from tercet.catalog.cost import in_dollars
from tercet.toolkit.ledger.errors import LedgerError
from tercet.toolkit.ledger.groups import SERVED
from tercet.toolkit.ledger.periods import SECOND
from tercet.toolkit.ledger.sums import TOKENS, Chosen

COLUMNS = (
    "time", "id", "attempt", "kind", "model", "tags", "conversation", "job", "item", "status", "stop_reason", "error",
    "error_code", "request_id", *TOKENS, "usd", "low_usd", "high_usd", "ms", "first_ms", "origin",
)  # fmt: skip
BODIES = ("request", "answer")
_SQL = {
    **{
        name: f"(select {name} from bodies where bodies.id = calls.id and bodies.attempt = calls.attempt)"
        for name in BODIES
    },
    "time": "at",
    "model": SERVED,
    "error": "coalesce(error, error_of_call)",
    "usd": "nano_usd",
    "low_usd": "coalesce(low, nano_usd)",
    "high_usd": "coalesce(high, nano_usd)",
}
FAILED = "(error is not null or error_of_call is not null)"


def attempts(
    connection: sqlite3.Connection,
    chosen: Chosen,
    zone: tzinfo,
    *,
    errors: bool,
    slow: bool,
    limit: int | None,
    names: Sequence[str] = COLUMNS,
) -> list[dict[str, Any]]:
    """Return the newest attempts first, or the slowest."""
    if limit is not None and (type(limit) is not int or limit < 0):
        raise LedgerError(f"limit is {limit!r}; a whole number is expected, or None for all.")
    if errors:
        chosen = chosen._replace(sql=[*chosen.sql, FAILED])
    where, parameters = chosen.where()
    columns = ", ".join(_SQL.get(name, name) for name in names)
    order = "ms desc nulls last, at desc" if slow else "at desc, id, attempt desc"
    query = f"select {columns} from calls{where} order by {order} limit ?"
    found = connection.execute(query, [*parameters, -1 if limit is None else limit])
    return [_shown(dict(zip(names, row, strict=True)), zone) for row in found]


def _shown(row: dict[str, Any], zone: tzinfo) -> dict[str, Any]:
    seconds, rest = divmod(row["time"], SECOND)
    moment = datetime.fromtimestamp(seconds, zone).replace(microsecond=rest // 1_000)
    row["time"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    row["tags"] = {} if row["tags"] is None else msgspec.json.decode(row["tags"])
    for name in ("usd", "low_usd", "high_usd"):
        row[name] = None if row[name] is None else in_dollars(row[name])
    return row

"""Rows at the prices that are known now, each by its own day. Says what changed; writes if it is asked to."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from time import monotonic
from typing import Any

import msgspec

from tercet.catalog.cost import cost_of, in_dollars
from tercet.flow.store.sqlite import patiently
from tercet.toolkit.ledger.database import PATIENCE
from tercet.toolkit.ledger.groups import SERVED
from tercet.toolkit.ledger.periods import DAY, SECOND
from tercet.toolkit.ledger.sums import ALL_LINES, Chosen, keep_days

COLUMNS = ("model", "price_day", "attempts", "usd_before", "usd_after")
_USAGE = ("input", "cache_read", "cache_5m", "cache_1h", "output", "tools", "iterations", "tier", "geo", "speed")
_QUERY = (
    f"select id, attempt, at, kind, {SERVED}, price_day, nano_usd, {', '.join(_USAGE)} from calls{{}} "
    "{} status between 200 and 299 and output is not null and (certainty = 0 or nano_usd is null and certainty = 2) "
    "order by at"
)
"""Answers that were whole. What broke off has bounds, which were made of more than the row tells."""
_WRITE = "update calls set nano_usd = ?, low = ?, high = ?, price_day = ?, certainty = 0 where id = ? and attempt = ?"


def reprice(connection: sqlite3.Connection, chosen: Chosen, *, write: bool) -> list[dict[str, Any]]:
    """Return what changes, by model and day of the price."""
    where, parameters = chosen.where()
    if write:
        patiently(lambda: connection.execute("begin immediate"), monotonic() + PATIENCE)
    changed: dict[tuple[str, int], list[int | None]] = {}
    writes, days = [], set()
    for identity, attempt, at, kind, model, day, before, *usage in connection.execute(
        _QUERY.format(where, "and" if where else "where"), parameters
    ):
        day = day or int(datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y%m%d"))
        after = _price(model, day, kind, dict(zip(_USAGE, usage, strict=True)))
        if after is None or after == before:
            continue
        writes.append((after, after, after, day, identity, attempt))
        days.add((at // DAY,))
        sums = changed.setdefault((model, day), [0, None, 0])
        sums[0] = (sums[0] or 0) + 1
        sums[1] = sums[1] if before is None else (sums[1] or 0) + before
        sums[2] = (sums[2] or 0) + after
    if write:
        connection.executemany(_WRITE, writes)
        connection.executemany(f"insert or replace into changed values (?, {ALL_LINES})", days)
        connection.execute("commit")
        keep_days(connection)
    return [_shown(*key, *sums) for key, sums in sorted(changed.items())]


def _price(model: str | None, day: int, kind: str, row: dict[str, Any]) -> int | None:
    """Return the price in nano-dollars; None if it is not known, or the row makes no sense."""
    if model is None:
        return None
    usage = {
        "input_tokens": row["input"],
        "cache_read_input_tokens": row["cache_read"],
        "cache_creation": {
            "ephemeral_5m_input_tokens": row["cache_5m"],
            "ephemeral_1h_input_tokens": row["cache_1h"],
        },
        "output_tokens": row["output"],
        "server_tool_use": None if row["tools"] is None else msgspec.json.decode(row["tools"]),
        "iterations": None if row["iterations"] is None else msgspec.json.decode(row["iterations"]),
        "service_tier": row["tier"],
        "inference_geo": row["geo"],
        "speed": row["speed"],
    }
    try:
        at = date(day // 10_000, day // 100 % 100, day % 100)
    except ValueError:
        return None
    found = cost_of(model, usage, at, batch=kind == "batch").known
    return None if found is None or found > 2**62 else found


def _shown(model: str, day: int, attempts: int | None, before: int | None, after: int | None) -> dict[str, Any]:
    return {
        "model": model,
        "price_day": day,
        "attempts": attempts,
        "usd_before": None if before is None else in_dollars(before),
        "usd_after": None if after is None else in_dollars(after),
    }

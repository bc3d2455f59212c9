"""Dollars that caching and batches saved, or lost: the price that was paid beside that of the same tokens without them."""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tercet.catalog.cost import in_dollars
from tercet.catalog.models import all_models
from tercet.catalog.prices import Row, table_of
from tercet.toolkit.ledger.groups import SERVED
from tercet.toolkit.ledger.sums import Chosen

COLUMNS = ("source", "tokens", "usd")
"""`usd` is what was saved by it."""
READS, WRITES, BATCHES, TOTAL = "cache reads", "cache writes", "batches", "total"
_PROMPT = "coalesce(input, 0) + coalesce(cache_read, 0) + coalesce(cache_5m, 0) + coalesce(cache_1h, 0)"
_KEYS = (
    f"{SERVED} as model, price_day as day, (tier is 'batch' or (tier is null and kind = 'batch')) as batch, "
    "geo is 'us' as us, speed is 'fast' as fast"
)
_SUMS = ", ".join(f"coalesce(sum({name}), 0)" for name in ("input", "cache_read", "cache_5m", "cache_1h", "output"))


class Saved:
    """Hold tokens of one source, and the nano-dollars that it saved."""

    def __init__(self) -> None:
        self.tokens, self.nano = 0, Fraction()

    def add(self, tokens: int, nano: Fraction) -> None:
        """Add what some of them saved."""
        self.tokens += tokens
        self.nano += nano

    @property
    def usd(self) -> Decimal:
        """In US dollars, to the nano-dollar."""
        return in_dollars(round(self.nano))


def savings(connection: sqlite3.Connection, chosen: Chosen) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return what each source saved in US dollars, and the total; and what could not be counted."""
    saved = {READS: Saved(), WRITES: Saved(), BATCHES: Saved()}
    unpriced = 0
    for *key, prompt, rows, uncached, read, five, hour, output in _pieces(connection, chosen):
        tokens = (uncached, read, five, hour, output)
        paid = _rates(key, prompt, batch=bool(key[2]))
        if paid is None:
            unpriced += rows if any(tokens) else 0
            continue
        saved[READS].add(read, read * (paid[0] - paid[1]))
        saved[WRITES].add(five + hour, five * (paid[0] - paid[2]) + hour * (paid[0] - paid[3]))
        full = _rates(key, prompt, batch=False) if key[2] else None
        if full is not None:
            more = (count * (dear - cheap) for count, dear, cheap in zip(tokens, full, paid, strict=True))
            saved[BATCHES].add(sum(tokens), sum(more, Fraction()))
    if not any(each.tokens for each in saved.values()):
        return [], ()
    found = [{"source": source, "tokens": each.tokens, "usd": each.usd} for source, each in saved.items()]
    usd = sum((each.usd for each in saved.values()), Decimal(0))
    total = {"source": TOTAL, "tokens": None, "usd": usd}
    one = unpriced == 1
    return [*found, total], (
        (
            f"{unpriced:,} {'attempt has' if one else 'attempts have'} no known price, and {'is' if one else 'are'} not in this",
        )
        if unpriced
        else ()
    )


def _pieces(connection: sqlite3.Connection, chosen: Chosen) -> sqlite3.Cursor:
    """Return tokens by all that a price depends on: long prompts have prices of their own, from some number of tokens on."""
    bounds = sorted({row.above for facts in all_models() for row in facts.prices if row.above})
    long = " + ".join([f"({_PROMPT} > {bound})" for bound in bounds]) or "0"
    where, parameters = chosen.where()
    query = f"select {_KEYS}, max({_PROMPT}), count(*), {_SUMS} from calls{where} group by 1, 2, 3, 4, 5, {long}"
    return connection.execute(query, parameters)


def _rates(key: list[Any], prompt: int, *, batch: bool) -> tuple[Fraction, ...] | None:
    """Return nano-dollars a token: uncached, read, written for five minutes, for an hour, output."""
    model, day, _, us, fast = key
    if model is None:
        return None
    table = table_of(model, None if day is None else _date(day), batch, bool(us), bool(fast))
    if table is None:
        return None
    row: Row = table.row(prompt)
    rates = (row.input, row.cache_read, row.cache_5m, row.cache_1h, row.output)
    return tuple(Fraction(row.input if rate is None else rate, table.units) for rate in rates)


def _date(day: int) -> date | None:
    try:
        return date(day // 10_000, day // 100 % 100, day % 100)
    except ValueError:
        return None

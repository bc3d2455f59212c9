"""The prices of models on a day: US dollars per million tokens for people, whole numbers for sums.

Knows the catalog and a day; no usage, no ledger and no budget. Unknown is None: a wrong zero is worse than no figure.
"""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal
from typing import NamedTuple

from tercet.catalog.facts import ModelFacts, PriceRow
from tercet.catalog.loading import current
from tercet.catalog.models import find

EXACT = Context(prec=60)
"""Not the caller's context: a ledger's sums must not depend on somebody's rounding."""
_MILLION, _THOUSAND = Decimal(1_000_000), Decimal(1_000)
_NANO = Decimal(1_000_000_000)
_KEPT = 1_000
"""Tables that are kept: those of a day and its factors, for each model in use."""


class Rates(NamedTuple):
    """US dollars per million tokens. None: the model has no such price, or it is not established."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal | None
    cache_write_1h: Decimal | None
    cache_read: Decimal | None

    def times(self, factor: Decimal) -> Rates:
        return Rates(*(None if rate is None else EXACT.multiply(rate, factor) for rate in self))  # type: ignore[arg-type]


class Row(NamedTuple):
    """The price of one token in a prompt of more than `above` tokens, in whole units of its table."""

    above: int
    input: int
    cache_read: int | None
    cache_5m: int | None
    cache_1h: int | None
    output: int


class Table(NamedTuple):
    """The prices of one model on one day at one tier, place and speed. `units`: so many make a nano-dollar."""

    units: int
    rows: tuple[Row, ...]
    """The one for the longest prompts first; the last one is for all."""

    def row(self, prompt: int) -> Row:
        """Return the prices for a prompt of that size."""
        for row in self.rows[:-1]:
            if prompt > row.above:
                return row
        return self.rows[-1]


def rates(
    model_id: str,
    at: date | None = None,
    *,
    prompt_tokens: int = 0,
    batch: bool = False,
    us: bool = False,
    fast: bool = False,
) -> Rates | None:
    """Return the prices of a model on a day (None: the newest), for a prompt of that size, every factor applied."""
    facts = find(model_id)
    factor = None if facts is None else _factor(facts, at, batch, us, fast)
    if facts is None or factor is None:
        return None
    fitting = [row for row in _rows(facts, at) if row.above == 0 or prompt_tokens > row.above]
    return _listed(fitting[0]).times(factor) if fitting else None


def table_of(model_id: str, at: date | None, batch: bool, us: bool, fast: bool) -> Table | None:
    """Return the prices of a model, worked out once for each model, day, tier, place and speed."""
    kept, key = current().tables, (model_id, at, batch, us, fast)
    if key not in kept:
        if len(kept) > _KEPT:
            kept.clear()
        kept[key] = _table(model_id, at, batch, us, fast)
    found: Table | None = kept[key]
    return found


def warn_once(model_id: str) -> None:
    """Say that a model has no price, once for each model."""
    warned = current().warned
    if model_id in warned or len(warned) >= _KEPT:
        return
    warned.add(model_id)
    from logging import getLogger

    getLogger("tercet").warning(
        "No price is known for %.200r on that day, at that tier or speed: its costs are None. Lay your own prices over the "
        "catalog: tercet.catalog.load_prices, or a file named by TERCET_PRICES.",
        model_id,
    )


def per_call() -> dict[str, Decimal]:
    """Return what one call of a server tool costs, in nano-dollars, by the name of its count in a usage."""
    listed = current().book.server_tools
    dollars = {"web_search_requests": listed.web_search_per_1000, "web_fetch_requests": listed.web_fetch_per_1000}
    return {name: EXACT.divide(EXACT.multiply(Decimal(text), _NANO), _THOUSAND) for name, text in dollars.items()}


def _table(model_id: str, at: date | None, batch: bool, us: bool, fast: bool) -> Table | None:
    if not isinstance(model_id, str):
        raise TypeError(f"a model is named by its id, a text, not by {type(model_id).__name__}")
    facts = find(model_id)
    factor = None if facts is None else _factor(facts, at, batch, us, fast)
    rows = () if facts is None else _rows(facts, at)
    if factor is None or not rows or rows[-1].above:
        return None
    nano = EXACT.divide(EXACT.multiply(factor, _NANO), _MILLION)
    listed = [_listed(row).times(nano) for row in rows]
    digits = max(_digits(rate) for each in listed for rate in each)
    units = 10**digits
    whole = [tuple(None if rate is None else int(rate.scaleb(digits, EXACT)) for rate in each) for each in listed]
    made = (
        Row(row.above, uncached, read, five, hour, output)  # type: ignore[arg-type]
        for row, (uncached, output, five, hour, read) in zip(rows, whole, strict=True)
    )
    return Table(units, tuple(made))


def _digits(rate: Decimal | None) -> int:
    exponent = 0 if rate is None else rate.normalize(EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _listed(row: PriceRow) -> Rates:
    listed = (row.input, row.output, row.cache_write_5m, row.cache_write_1h, row.cache_read)
    return Rates(*(None if text is None else Decimal(text) for text in listed))  # type: ignore[arg-type]


def _rows(facts: ModelFacts, at: date | None) -> tuple[PriceRow, ...]:
    """Return the rows that hold on a day, the one for the longest prompts first."""
    rows = [row for row in facts.prices if at is None or row.since <= at]
    newest = max((row.since for row in rows), default=None)
    return tuple(sorted((row for row in rows if row.since == newest), key=lambda row: -row.above))


def _factor(facts: ModelFacts, at: date | None, batch: bool, us: bool, fast: bool) -> Decimal | None:
    factor = Decimal(1)
    multipliers = current().book.multipliers
    if batch:
        factor = EXACT.multiply(factor, Decimal(multipliers.batch))
    if us and facts.features.inference_geo is not False:
        factor = EXACT.multiply(factor, Decimal(multipliers.us))
    if fast:
        speed = facts.fast
        if speed is not None and speed.multiplier is None and speed.otherwise == "ignored":
            return factor
        if speed is None or speed.multiplier is None or (at and speed.until and at >= speed.until):
            return None
        factor = EXACT.multiply(factor, Decimal(speed.multiplier))
    return factor

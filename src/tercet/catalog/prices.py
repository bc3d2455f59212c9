"""Prices of tokens, in US dollars, exactly. Knows usage and a day; knows no ledger and no budget.

Unknown is None: a wrong zero is worse than no figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from typing import Any, NamedTuple

from tercet.catalog.facts import ModelFacts, PriceRow
from tercet.catalog.loading import current
from tercet.catalog.models import find

_EXACT = Context(prec=60)
"""Not the caller's context: a ledger's sums must not depend on somebody's rounding."""
_MILLION = Decimal(1_000_000)
_THOUSAND = Decimal(1_000)
_CENT = Decimal("0.01")
_KEPT = 1_000
"""Rates that are kept: those of a day and its factors, for each model in use."""


class Rates(NamedTuple):
    """US dollars per million tokens. None: the model has no such price, or it is not established."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal | None
    cache_write_1h: Decimal | None
    cache_read: Decimal | None

    def times(self, factor: Decimal) -> Rates:
        return Rates(*(None if rate is None else _EXACT.multiply(rate, factor) for rate in self))  # type: ignore[arg-type]


class _Tokens(NamedTuple):
    """Counts in the order of `Rates`."""

    input: int
    output: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int

    @property
    def prompt(self) -> int:
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read


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
    return None if facts is None else _rates(facts, at, prompt_tokens, batch, us, fast)


def price(
    model_id: str,
    usage: Mapping[str, Any],
    at: date | None = None,
    *,
    batch: bool = False,
    us: bool = False,
    fast: bool = False,
) -> Decimal | None:
    """Return what a request cost, in US dollars, on a day (None: at the newest prices). None if any part of it is
    unknown.

    `usage` is the response's `usage`; it is taken at its word where it tells the tier (`service_tier`), the place
    (`inference_geo`) and the speed. The steps in `usage.iterations`, where there are any, are priced one by one, each by
    its own model. Priority tier has no list price, nor has one that is not known. Time in code execution is not in the
    usage, and so not in the sum.
    """
    total = exact_price(model_id, usage, at, batch=batch, us=us, fast=fast)
    return None if total is None else _tidy(total)


def exact_price(
    model_id: str,
    usage: Mapping[str, Any],
    at: date | None = None,
    *,
    batch: bool = False,
    us: bool = False,
    fast: bool = False,
) -> Decimal | None:
    """Return the same, with whatever zeros it came with: for those who count on."""
    tier = usage.get("service_tier")
    if tier not in (None, "standard", "batch"):
        return None
    batch = batch or tier == "batch"
    us = us or usage.get("inference_geo") == "us"
    fast = fast or usage.get("speed") == "fast"
    total = _server_tools(usage.get("server_tool_use"))
    for step in _steps(usage):
        named = step.get("model") if isinstance(step, Mapping) else None
        part = _step(named if isinstance(named, str) else model_id, _tokens(step), at, batch, us, fast)
        if part is None or total is None:
            return None
        total = _EXACT.add(total, part)
    return total


def per_search() -> Decimal:
    """Return what one web search costs, in US dollars."""
    return _EXACT.divide(Decimal(current().book.server_tools.web_search_per_1000), _THOUSAND)


def _steps(usage: Mapping[str, Any]) -> Sequence[Any]:
    steps = usage.get("iterations")
    return steps if isinstance(steps, list) and steps else (usage,)


def _step(model_id: str, tokens: _Tokens | None, at: date | None, batch: bool, us: bool, fast: bool) -> Decimal | None:
    facts = find(model_id)
    if facts is None or tokens is None:
        return None
    found = _rates(facts, at, tokens.prompt, batch, us, fast)
    if found is None:
        return None
    total = Decimal(0)
    for count, rate in zip(tokens, found, strict=True):
        if count and rate is None:
            return None
        if count and rate is not None:
            total = _EXACT.add(total, _EXACT.multiply(Decimal(count), rate))
    return _EXACT.divide(total, _MILLION)


def _rates(facts: ModelFacts, at: date | None, prompt: int, batch: bool, us: bool, fast: bool) -> Rates | None:
    row = _row(facts.prices, at, prompt)
    if row is None:
        return None
    kept, key = current().rates, (facts.id, row.since, row.above, at, batch, us, fast)
    if key not in kept:
        if len(kept) > _KEPT:
            kept.clear()
        kept[key] = _multiply(row, _factor(facts, at, batch, us, fast))
    found: Rates | None = kept[key]
    return found


def _multiply(row: PriceRow, factor: Decimal | None) -> Rates | None:
    if factor is None:
        return None
    listed = (row.input, row.output, row.cache_write_5m, row.cache_write_1h, row.cache_read)
    values = [None if text is None else Decimal(text) for text in listed]
    return Rates(*values).times(factor)  # type: ignore[arg-type]


def _row(rows: tuple[PriceRow, ...], at: date | None, prompt: int) -> PriceRow | None:
    if len(rows) == 1 and rows[0].above == 0:
        return rows[0] if at is None or rows[0].since <= at else None
    days = [row.since for row in rows if at is None or row.since <= at]
    if not days:
        return None
    newest = max(days)
    fitting = [row for row in rows if row.since == newest and (row.above == 0 or prompt > row.above)]
    return max(fitting, key=lambda row: row.above, default=None)


def _factor(facts: ModelFacts, at: date | None, batch: bool, us: bool, fast: bool) -> Decimal | None:
    factor = Decimal(1)
    multipliers = current().book.multipliers
    if batch:
        factor = _EXACT.multiply(factor, Decimal(multipliers.batch))
    if us and facts.features.inference_geo is not False:
        factor = _EXACT.multiply(factor, Decimal(multipliers.us))
    if fast:
        speed = facts.fast
        if speed is not None and speed.multiplier is None and speed.otherwise == "ignored":
            return factor
        if speed is None or speed.multiplier is None or (at and speed.until and at >= speed.until):
            return None
        factor = _EXACT.multiply(factor, Decimal(speed.multiplier))
    return factor


def _tokens(usage: Any) -> _Tokens | None:
    """Return the counts, or None where one of them is not a count: a price made of them would be a guess."""
    if not isinstance(usage, Mapping):
        return None
    split = usage.get("cache_creation") or {}
    if not isinstance(split, Mapping):
        return None
    input_tokens, output, written, read = (_count(usage, name) for name in _COUNTED)
    five, hour = (_count(split, f"ephemeral_{name}_input_tokens") for name in ("5m", "1h"))
    if None in (input_tokens, output, written, read, five, hour):
        return None
    five = max((written or 0) - (hour or 0), five or 0)  # tokens without a lifetime live five minutes, the default
    return _Tokens(input_tokens or 0, output or 0, five, hour or 0, read or 0)


_COUNTED = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def _count(holder: Mapping[str, Any], name: str) -> int | None:
    """Return a field as a count; one that is absent or null counts nothing. None if it holds anything else."""
    value = holder.get(name)
    if value is None:
        return 0
    return value if type(value) is int and value >= 0 else None


def _server_tools(used: Any) -> Decimal | None:
    if not isinstance(used, Mapping):
        return Decimal(0)
    listed = current().book.server_tools
    per_thousand = {"web_search_requests": listed.web_search_per_1000, "web_fetch_requests": listed.web_fetch_per_1000}
    total = Decimal(0)
    for name, text in per_thousand.items():
        called = _count(used, name)
        if called is None:
            return None
        total = _EXACT.add(total, _EXACT.divide(_EXACT.multiply(Decimal(called), Decimal(text)), _THOUSAND))
    return total


def _tidy(amount: Decimal) -> Decimal:
    """Return the number without trailing zeros, but with cents: 0.054399, 10.00."""
    short = amount.normalize(_EXACT)
    exponent = short.as_tuple().exponent
    return short if isinstance(exponent, int) and exponent < -2 else amount.quantize(_CENT, context=_EXACT)

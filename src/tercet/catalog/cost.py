"""Usage becomes money here and nowhere else: in whole nano-dollars, rounded once for a whole answer, half to even.

A model's prices are whole numbers of a unit that divides the nano-dollar (`prices.Table`), so that a price is a sum of
integers; it is exact until the one rounding at its end. Ledgers, budgets, messages and the local API all ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import lcm
from typing import Any, Literal, TypeAlias

import msgspec

from tercet.catalog.loading import current
from tercet.catalog.prices import EXACT, Row, Table, per_call, table_of, warn_once

Certainty: TypeAlias = Literal["exact", "estimated", "unknown"]
_NANO = Decimal(1_000_000_000)
_CENT = Decimal("0.01")
_LARGEST = 10**18
"""Nano-dollars: a billion dollars is no cost of an answer."""


class Cost(msgspec.Struct, frozen=True):
    """The cost of a request in whole nano-dollars: what is known, the bounds if it is not, and its parts.

    The parts add up to `low`, which is `known` where that is not None. A part that has no price is not in it.
    """

    known: int | None
    """None: not known; never 0 for that reason."""
    low: int
    high: int | None
    """None: nobody can say."""
    certainty: Certainty = "exact"
    """`exact`: all three are equal. `estimated`: bounds made from what came. `unknown`: nothing came, or no price."""
    input: int = 0
    cache_read: int = 0
    cache_5m: int = 0
    cache_1h: int = 0
    output: int = 0
    server_tools: int = 0

    @property
    def usd(self) -> Decimal | None:
        """Return the known cost in US dollars, to the nano-dollar."""
        return None if self.known is None else in_dollars(self.known)


FREE = Cost(0, 0, 0)
UNKNOWN = Cost(None, 0, None, "unknown")


_Sum: TypeAlias = tuple[int, tuple[int, ...], bool]
"""Units that make a nano-dollar; exact amounts in them, in the order of a Cost's parts; whether every part has a price."""


def cost_of(
    model_id: str,
    usage: Mapping[str, Any],
    at: date | None = None,
    *,
    batch: bool = False,
    us: bool = False,
    fast: bool = False,
) -> Cost:
    """Return what an answer cost on a day (None: at the newest prices).

    `usage` is the response's `usage`; it is taken at its word where it tells the tier (`service_tier`), the place
    (`inference_geo`) and the speed, and the arguments hold where it does not. The steps in `usage.iterations`, where
    there are any, are priced one by one, each by its own model. Priority tier has no list price, nor has a tier, a model
    or a server tool that is not known. Time in code execution is not in the usage, and so not in the sum.
    """
    try:
        get = usage.get
    except AttributeError:
        raise TypeError(f"usage must be a mapping, as `message.usage` is, not {type(usage).__name__}") from None
    tier, place, speed, steps, called = (
        get("service_tier"), get("inference_geo"), get("speed"), get("iterations"), get("server_tool_use"),
    )  # fmt: skip
    if tier is not None and tier != "standard":
        if tier != "batch":
            return UNKNOWN
        batch = True
    if place is not None:
        us = place == "us"
    if speed is not None:
        fast = speed == "fast"
    if not steps:
        total = _step(model_id, usage, at, batch, us, fast)
    elif not isinstance(steps, list | tuple):
        return UNKNOWN
    else:
        total = _added([_own_step(model_id, step, at, batch, us, fast) for step in steps])
    if called:
        total = _added([total, _server_tools(called)])
    units, parts, whole = total
    if units != 1:
        parts = _rounded(units, parts)
    low = sum(parts)
    if low > _LARGEST:
        return UNKNOWN
    return Cost(low, low, low, "exact", *parts) if whole else Cost(None, low, None, "unknown", *parts)


def nano_of_tokens(table: Table, uncached: int, read: int, five: int, hour: int, output: int) -> int | None:
    """Return what `cost_of` says of tokens that are counted and of nothing else, in nano-dollars; None if a part has no price.

    Uncached input, read from the cache, written for five minutes, for an hour, and output, at the prices of `table_of`.
    """
    units, rows = table
    row = rows[0] if len(rows) == 1 else table.row(uncached + read + five + hour)
    _, rate, rate_read, rate_5m, rate_1h, rate_output = row
    if rate_read is None or rate_5m is None or rate_1h is None:
        return None
    amount = uncached * rate + read * rate_read + five * rate_5m + hour * rate_1h + output * rate_output
    return amount if units == 1 else _half_even(amount, units)


def price(
    model_id: str,
    usage: Mapping[str, Any],
    at: date | None = None,
    *,
    batch: bool = False,
    us: bool = False,
    fast: bool = False,
) -> Decimal | None:
    """Return what an answer cost in US dollars, to the nano-dollar; None if any part of it is not known.

    The arguments are those of `cost_of`, which tells the parts and the bounds as well.
    """
    return cost_of(model_id, usage, at, batch=batch, us=us, fast=fast).usd


def in_dollars(nano_usd: int) -> Decimal:
    """Return nano-dollars as dollars, without trailing zeros, but with cents: 0.054399, 10.00."""
    short = EXACT.divide(Decimal(nano_usd), _NANO).normalize(EXACT)
    exponent = short.as_tuple().exponent
    return short if isinstance(exponent, int) and exponent < -2 else short.quantize(_CENT, context=EXACT)


_NOTHING: _Sum = (1, (0, 0, 0, 0, 0, 0), False)


def _own_step(model_id: str, step: Any, at: date | None, batch: bool, us: bool, fast: bool) -> _Sum:
    if not isinstance(step, Mapping):
        return _NOTHING
    named, speed = step.get("model"), step.get("speed")
    named = named if isinstance(named, str) else model_id
    return _step(named, step, at, batch, us, fast if speed is None else speed == "fast")


def _step(model_id: str, usage: Mapping[str, Any], at: date | None, batch: bool, us: bool, fast: bool) -> _Sum:
    table = table_of(model_id, at, batch, us, fast)
    counts = _counts(usage)
    if table is None:
        warn_once(model_id)
        return _NOTHING
    if counts is None:
        return _NOTHING
    units, rows = table
    uncached, read, five, hour, output = counts
    row = rows[0] if len(rows) == 1 else table.row(uncached + read + five + hour)
    _, rate, rate_read, rate_5m, rate_1h, rate_output = row
    if rate_read is None or rate_5m is None or rate_1h is None:
        return _with_gaps(units, row, counts)
    parts = (uncached * rate, read * rate_read, five * rate_5m, hour * rate_1h, output * rate_output, 0)
    return units, parts, True


def _with_gaps(units: int, row: Row, counts: tuple[int, ...]) -> _Sum:
    parts = tuple(count * (rate or 0) for count, rate in zip(counts, row[1:], strict=True))
    return units, (*parts, 0), not any(n and rate is None for n, rate in zip(counts, row[1:], strict=True))


def _counts(usage: Mapping[str, Any]) -> tuple[int, int, int, int, int] | None:
    """Return the counts, or None where one of them is not a count: a price made of them would be a guess."""
    get = usage.get
    uncached: Any = get("input_tokens")
    read: Any = get("cache_read_input_tokens")
    output: Any = get("output_tokens")
    written: Any = get("cache_creation_input_tokens")
    split: Any = get("cache_creation")
    five: Any = 0
    hour: Any = 0
    if split is not None:
        if not isinstance(split, dict) and not isinstance(split, Mapping):  # the first is the faster one
            return None
        five, hour = split.get("ephemeral_5m_input_tokens"), split.get("ephemeral_1h_input_tokens")
    if not (type(uncached) is type(read) is type(output) is type(written) is type(five) is type(hour) is int):
        named = (uncached, read, output, written, five, hour)
        if any(type(count) is not int for count in named if count is not None):
            return None
        uncached, read, output, written, five, hour = (count or 0 for count in named)
    if uncached < 0 or read < 0 or output < 0 or written < 0 or five < 0 or hour < 0:
        return None
    if written > five + hour:
        five = written - hour  # tokens without a lifetime live five minutes, the default
    return uncached, read, five, hour, output


def _server_tools(called: Any) -> _Sum:
    """Return what the calls of server tools cost. A tool that is called and has no price leaves the sum unknown."""
    if not isinstance(called, Mapping):
        return _NOTHING
    prices = current().calls
    if prices is None:
        prices = current().calls = per_call()
    total, whole = Decimal(0), True
    for name, count in called.items():
        if not count and type(count) in (int, type(None)):
            continue
        if type(count) is not int or count < 0 or name not in prices:
            whole = False
        else:
            total = EXACT.fma(Decimal(count), prices[name], total)
    top, units = total.as_integer_ratio()
    return units, (0, 0, 0, 0, 0, top), whole


def _added(sums: list[_Sum]) -> _Sum:
    """Return the sum of amounts, in units that hold them all exactly."""
    common = lcm(*(units for units, _, _ in sums))
    scaled = [[part * (common // units) for part in parts] for units, parts, _ in sums]
    return common, tuple(map(sum, zip(*scaled, strict=True))), all(whole for _, _, whole in sums)


def _rounded(units: int, parts: tuple[int, ...]) -> tuple[int, ...]:
    """Return parts in whole nano-dollars that add up to the rounded sum: each ends where the sum so far is rounded."""
    made, exact, told = [], 0, 0
    for part in parts:
        exact += part
        until = _half_even(exact, units)
        made.append(until - told)
        told = until
    return tuple(made)


def _half_even(amount: int, units: int) -> int:
    whole, rest = divmod(amount, units)
    return whole + (rest * 2 > units or (rest * 2 == units and whole % 2))

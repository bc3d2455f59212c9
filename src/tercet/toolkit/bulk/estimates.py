"""What a job will cost: an interval, from answers that came or, before there are any, from inputs that were counted. Pure.

From answers: the mean of a random part, and an interval that holds the sum of all in nine of ten jobs. It is drawn at 1.96 standard
errors, wider than a normal mean needs, since lengths of answers are skewed and the part grows only until it looks narrow enough. The
items that were answered count as what they cost, and not as an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import ceil, sqrt
from typing import NamedTuple

import msgspec

from tercet.catalog.cost import in_dollars

ERRORS = 1.96
FIRST_PROBE, MOST_PROBED = 200, 2000
WANTED = 0.1
"""Half the width of an interval, as a share of its middle, at which a probe is large enough."""


class CostInterval(NamedTuple):
    """Nano-dollars for all items: what is likely, and between which bounds."""

    low: int
    likely: int
    high: int

    @property
    def half_width(self) -> float:
        """Return half the width, as a share of the middle."""
        return (self.high - self.low) / 2 / self.likely if self.likely else 0.0

    def times(self, factor: float) -> CostInterval:
        """Return the same at another price."""
        return CostInterval(*(round(value * factor) for value in self))


def interval_of(costs: Sequence[int], items: int) -> CostInterval:
    """Return what all items cost, of which a random part cost this. Raises ValueError for fewer than two."""
    number = len(costs)
    if number < 2:
        raise ValueError("an interval needs two costs at least")
    spent, rest = sum(costs), max(0, items - number)
    mean = spent / number
    variance = sum((cost - mean) ** 2 for cost in costs) / (number - 1)
    half = ERRORS * sqrt(variance * rest * (1 + rest / number))
    middle = spent + rest * mean
    return CostInterval(round(max(float(spent), middle - half)), round(middle), round(middle + half))


def next_probe(costs: Sequence[int], items: int) -> int:
    """Return how many items a probe should have before its interval is looked at again; 0 if it is large enough."""
    number, most = len(costs), min(MOST_PROBED, items)
    if number < FIRST_PROBE:
        return min(FIRST_PROBE, most) if number < most else 0
    width = interval_of(costs, items).half_width
    if width <= WANTED or number >= most:
        return 0
    return min(most, max(ceil(number * 1.3), ceil(number * (width / WANTED) ** 2 * 1.1)))


class JobEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a job may cost, live and as batches; `print` says it in a sentence."""

    items: int
    live: CostInterval | None
    """Nano-dollars; None where no price is known."""
    answers: int
    """How many answers it rests on; 0: inputs were counted, and answers are between short and as long as they may be."""
    equal: float
    """The share of requests that equal another one, of those that were looked at."""

    @property
    def batch(self) -> CostInterval | None:
        """Return the same as batches: half the price."""
        return None if self.live is None else self.live.times(0.5)

    @property
    def low(self) -> Decimal | None:
        """Return the lower bound live, in US dollars."""
        return None if self.live is None else in_dollars(self.live.low)

    @property
    def high(self) -> Decimal | None:
        """Return the upper bound live, in US dollars."""
        return None if self.live is None else in_dollars(self.live.high)

    def __str__(self) -> str:
        equal = f"; {self.equal:.0%} equal requests" if self.equal else ""
        if self.live is None or self.batch is None:
            return f"{self.items:,} items, at a price that is not known{equal}"
        rests = (
            f"from {self.answers:,} answers"
            if self.answers
            else "from counted inputs alone; probe=200 asks some and knows more"
        )
        return f"{self.items:,} items; {_told(self.batch)} as batches, {_told(self.live)} live{equal} ({rests})"


def _told(cost: CostInterval) -> str:
    return f"${_dollars(cost.likely)} ({_dollars(cost.low)}–{_dollars(cost.high)})"


def _dollars(nano: int) -> str:
    usd = nano / 1e9
    return f"{usd:,.0f}" if usd >= 100 else f"{usd:.2f}" if usd >= 0.1 else f"{usd:.2g}"


def equal_share(signs: Iterable[bytes]) -> float:
    """Return how large a share of these equals one before it."""
    seen: set[bytes] = set()
    count = 0
    for sign in signs:
        count += 1
        seen.add(sign)
    return (count - len(seen)) / count if count else 0.0

"""Estimates of a request before it is sent: `client.estimate`. Reads the request; asks nobody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from tercet.catalog.cost import cost_of, in_dollars
from tercet.flow.cost import most_cost
from tercet.flow.estimate import Estimate


class TokenRange(NamedTuple):
    """Tokens of a request and its answer. `likely` is its input alone: nobody knows how long an answer will be."""

    likely: int
    most: int | None
    """Input and output, with whatever the API may do by itself; None: no limit is known."""


class CostEstimate(msgspec.Struct, frozen=True):
    """An estimate of what one request may use and cost, in US dollars at list prices. None: not known.

    `low`: its likely input, read from the cache where the request marks one, and an answer of one token. `high`: what a
    budget would hold back for it.
    """

    model: str
    tokens: TokenRange
    likely_input: int
    most_input: int
    most_output: int | None
    low: Decimal | None
    high: Decimal | None

    def __repr__(self) -> str:
        most = "?" if self.tokens.most is None else f"{self.tokens.most:,}"
        costs = (
            f"${self.low:f} to ${self.high:f}"
            if self.low is not None and self.high is not None
            else "price not known"
            if self.low is None
            else f"${self.low:f} at least"
        )
        return (
            f"<estimate for {self.model}: {self.likely_input:,} tokens of input likely, {most} in all at most; {costs}>"
        )


def forecast(asked: Estimate, day: date) -> CostEstimate:
    """Return what a request may cost on a day."""
    everyone = (asked, *asked.also)
    known = not asked.unknown and all(each.most_output is not None for each in everyone)
    most = sum(each.most_input + (each.most_output or 0) for each in everyone) if known else None
    high = most_cost((asked,), day)
    return CostEstimate(
        asked.model,
        TokenRange(asked.likely_input, most),
        asked.likely_input,
        asked.most_input,
        asked.most_output,
        _least(asked, day),
        None if high is None else in_dollars(high),
    )


def _least(asked: Estimate, day: date) -> Decimal | None:
    counted: dict[str, Any] = {"output_tokens": 0 if asked.most_output == 0 else 1}
    names = ("input_tokens", "cache_read_input_tokens") if asked.cached else ("input_tokens",)
    costs = [
        cost_of(
            asked.model, {**counted, name: asked.likely_input}, day, batch=asked.batch, us=asked.us, fast=asked.fast
        )
        for name in names
    ]
    known = [cost.known for cost in costs if cost.known is not None]
    return in_dollars(min(known)) if known else None

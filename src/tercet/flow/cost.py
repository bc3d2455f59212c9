"""The cost of an attempt, however it ended: answered, broken off, lost or refused. Budgets and ledgers both ask here.

What was answered whole is known. What broke off has bounds made of what came; what was lost, bounds made of what was
asked; what was refused is free. Prices are those of `catalog/cost.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from tercet.catalog.cost import FREE, UNKNOWN, Cost, cost_of
from tercet.catalog.loading import as_of
from tercet.catalog.prices import table_of
from tercet.flow.accounts import day_of
from tercet.flow.estimate import Estimate
from tercet.flow.usage import ReportedUsage, is_sane

__all__ = ["FREE", "Cost", "cost_of_answer", "cost_of_lost", "most_cost", "price_day", "sane_usage"]

CHARACTERS_A_TOKEN = 6
"""A text of so many characters is one token at least: fewer would be a guess, not a bound."""

LARGEST_CONTEXT = 10_000_000
"""Tokens that an answer may report to a request of which nothing is known."""


def sane_usage(used: ReportedUsage | None, asked: Sequence[Estimate]) -> ReportedUsage | None:
    """Return the usage that an answer reports, or None if it makes no sense for this request."""
    if used is None or not asked:
        return None
    one = asked[0]
    most_output, most_context, searches = one.most_output, one.most_context or LARGEST_CONTEXT, one.searches > 0
    for each in one.also:
        most_context, searches = max(most_context, each.most_context), searches or each.searches > 0
        most_output = None if most_output is None else max(most_output, each.most_output or 0)
    if most_output is None:
        most_output = most_context
    return used if is_sane(used, most_output, most_context, searches=searches) else None


def cost_of_answer(asked: Estimate, used: ReportedUsage, day: date) -> Cost:
    """Return what an answer cost, at the prices of the model that answered; of one that broke off, the bounds.

    `used` must be sane. Where the answer ends early its input is what its beginning reported; its output is at least what
    was received and at most what was allowed, or as much as the whole request can cost where the API may go on by itself.
    """
    model = asked.model if used.model is None else used.model
    if not isinstance(model, str) or (used.model is None and asked.also):
        return replace(UNKNOWN, high=most_cost((asked,), day))  # it does not say who answered
    if used.final:
        return cost_of(model, used.usage, day, batch=asked.batch, us=asked.us, fast=asked.fast)
    return _broken_off(asked, model, used, day)


def cost_of_lost(asked: Iterable[Estimate], day: date, *, answers: bool = True) -> Cost:
    """Return the bounds of what was sent and not answered: nothing, and the most that it may cost.

    `answers`: it may have been billed for an answer, too, and not for its input alone.
    """
    high = most_cost(asked if answers else [replace(each, most_output=0) for each in asked], day)
    return Cost(None, 0, high, "unknown")


def price_day(wall: float) -> date:
    """Return the day (of UTC) whose prices hold at a time. A clock that is behind the catalog is wrong."""
    return max(day_of(wall), as_of())


def most_cost(asked: Iterable[Estimate], day: date) -> int | None:
    """Return the most that requests may cost together, with all who may answer for them, in nano-dollars. None: nobody
    can say."""
    total = 0
    for one in asked:
        most = _most(one, day).known
        if most is None:
            return None
        total += most
    return total


def _most(asked: Estimate, day: date) -> Cost:
    """Return the cost of the usage that would be the dearest: every step that may be billed, in full."""
    everyone = (asked, *asked.also) if asked.also else (asked,)
    if any(each.unknown or each.most_output is None for each in everyone):
        return UNKNOWN
    steps = [_dearest_step(each, day) for each in everyone]
    usage: dict[str, Any] = steps[0] if len(steps) == 1 else {"iterations": steps}
    if searches := sum([each.searches for each in everyone]):
        usage["server_tool_use"] = {"web_search_requests": searches}
    return cost_of(asked.model, usage, day, batch=asked.batch, us=asked.us, fast=asked.fast)


def _dearest_step(asked: Estimate, day: date) -> dict[str, Any]:
    step: dict[str, Any] = {"model": asked.model, "output_tokens": asked.most_output}
    step["speed"] = "fast" if asked.fast else "standard"
    if asked.cached is not None:
        table = table_of(asked.model, day, asked.batch, asked.us, asked.fast)
        if table is not None:
            row = table.row(asked.most_input)
            written = row.cache_1h if asked.cached == "1h" else row.cache_5m
            if written is not None and written > row.input:
                return {**step, "cache_creation": {f"ephemeral_{asked.cached}_input_tokens": asked.most_input}}
    return {**step, "input_tokens": asked.most_input}


def _broken_off(asked: Estimate, model: str, used: ReportedUsage, day: date) -> Cost:
    usage, most = {**used.usage, "iterations": None}, asked.most_output
    received = max(usage.get("output_tokens") or 0, used.characters // CHARACTERS_A_TOKEN)
    least = received if most is None else min(received, most)
    low = cost_of(model, {**usage, "output_tokens": least}, day, us=asked.us, fast=asked.fast)
    if low.known is None:
        return low
    if asked.also or asked.grows:
        high = most_cost((asked,), day)
    elif most is None:
        high = None
    else:
        high = cost_of(model, {**usage, "output_tokens": most}, day, us=asked.us, fast=asked.fast).known
    return replace(low, known=None, high=None if high is None else max(high, low.low), certainty="estimated")

"""The prices agree with genai-prices wherever both know one; where they differ, it is said here who is right and why.

The day is noon of UTC of each row's first day and of the catalog's own day. The other package counts cached tokens inside
of `input_tokens`, and knows neither batches, nor US inference, nor fast mode.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tercet.catalog import all_models, as_of, price

genai_prices = pytest.importorskip("genai_prices", reason="a second opinion, part of the development environment")

DIFFERENCES = {
    ("claude-sonnet-5-5", "2026-09-28"): "reads cost $0.20 until October 7, and $0.10 since; theirs has no dates: ours",
    (
        "claude-sonnet-4-20250514",
        "2025-05-14",
    ): "prompts over 200,000 tokens cost double; theirs has no tiers here: ours",
    ("claude-sonnet-4-20250514", "2026-11-20"): "the same",
}
"""Model and day: the reason. Ours is right in all of them."""

UNKNOWN_HERE = {
    "claude-fable-5-2": "seen in reports of November 2026, but not established by the price list of the catalog's day",
    "claude-mythos-5-2": "the same",
    "claude-3-sonnet-20240229": "its caching never had a list price; theirs puts that of later Sonnets",
    "claude-2.1": "it has no prompt caching; theirs falls back to the price of input",
    "claude-2.0": "the same",
}
"""Models of which theirs knows a price that is None here."""

KINDS: dict[str, tuple[list[str], list[str]]] = {
    "input": (["input_tokens"], ["input_tokens"]),
    "output": (["output_tokens"], ["output_tokens"]),
    "cache_read": (["cache_read_input_tokens"], ["input_tokens", "cache_read_tokens"]),
    "cache_5m": (["cache_creation_input_tokens"], ["input_tokens", "cache_write_tokens"]),
    "cache_1h": (
        ["cache_creation_input_tokens", "ephemeral_1h_input_tokens"],
        ["input_tokens", "cache_write_tokens", "cache_write_1h_tokens"],
    ),
}
LENGTHS = (1_000, 250_000)


def ours(model: str, kind: str, tokens: int, day: date) -> Decimal | None:
    usage: dict[str, Any] = dict.fromkeys(KINDS[kind][0], tokens)
    if "ephemeral_1h_input_tokens" in usage:
        usage["cache_creation"] = {"ephemeral_1h_input_tokens": tokens}
    return price(model, usage, day)


def theirs(model: str, kind: str, tokens: int, day: date) -> Decimal | None:
    usage = genai_prices.Usage(**{"input_tokens": 0, **dict.fromkeys(KINDS[kind][1], tokens)})
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    try:
        found = genai_prices.calc_price(usage, model, provider_id="anthropic", genai_request_timestamp=noon)
    except LookupError:
        return None
    return Decimal(found.total_price)


def test_both_agree_wherever_both_know_a_price_but_for_the_differences_listed() -> None:
    compared, differing, unknown = 0, set(), set()
    for facts in all_models():
        for day in sorted({as_of(), *(row.since for row in facts.prices)}):
            for kind in KINDS:
                for tokens in LENGTHS:
                    mine, other = ours(facts.id, kind, tokens, day), theirs(facts.id, kind, tokens, day)
                    if other is not None and mine is None:
                        unknown.add(facts.id)
                    elif mine is not None and other is not None:
                        compared += 1
                        if mine != other:
                            differing.add((facts.id, str(day)))

    assert differing == set(DIFFERENCES)
    assert unknown == set(UNKNOWN_HERE)
    assert compared > 450

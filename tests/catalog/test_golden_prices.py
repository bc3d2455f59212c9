"""Every model and kind of token against sums made by hand from the published prices (`golden_prices.tsv`)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tercet.catalog import all_models, cost_of, find

GOLDEN = [
    line.split("\t")
    for line in Path(__file__).with_name("golden_prices.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
][1:]
SHORT, LONG = 1_003, 250_003


def usage_of(kind: str, prompt: str) -> dict[str, Any]:
    tokens = SHORT if prompt == "short" else LONG
    if kind == "output":
        return {"input_tokens": 0 if prompt == "short" else 250_000, "output_tokens": SHORT}
    if kind in ("cache_5m", "cache_1h"):
        lifetime = kind.removeprefix("cache_")
        split = {f"ephemeral_{lifetime}_input_tokens": tokens}
        return {"cache_creation_input_tokens": tokens, "cache_creation": split}
    return {{"input": "input_tokens", "cache_read": "cache_read_input_tokens"}[kind]: tokens}


def figure(model: str, day: date, kind: str, prompt: str, terms: str) -> str:
    usage = usage_of(kind, prompt)
    if terms == "priority":
        usage["service_tier"] = "priority"
    found = cost_of(model, usage, day, batch="batch" in terms, us="us" in terms, fast=terms == "fast")
    return "none" if found.known is None else str(found.known)


@pytest.mark.parametrize("model", sorted({row[0] for row in GOLDEN}))
def test_a_model_costs_what_its_published_prices_come_to(model: str) -> None:
    rows = [row[1:] for row in GOLDEN if row[0] == model]

    found = [
        [day, prompt, kind, terms, figure(model, date.fromisoformat(day), kind, prompt, terms)]
        for day, prompt, kind, terms, _ in rows
    ]

    assert found == rows


def test_the_usage_itself_may_tell_the_terms() -> None:
    told = {"batch": {"service_tier": "batch"}, "us": {"inference_geo": "us"}, "fast": {"speed": "fast"}}
    for model, day, prompt, kind, terms, nano in GOLDEN:
        if terms in told:
            found = cost_of(model, {**usage_of(kind, prompt), **told[terms]}, date.fromisoformat(day)).known
            assert ("none" if found is None else str(found)) == nano, (model, kind, terms)


def test_no_price_of_the_catalog_is_missing_here() -> None:
    listed = {
        (facts.id, str(row.since), "long" if row.above else "short") for facts in all_models() for row in facts.prices
    }

    assert {(model, day, prompt) for model, day, prompt, *_ in GOLDEN} == listed


def test_the_sum_of_a_well_known_double_count_is_right() -> None:
    used = {"input_tokens": 3, "cache_creation_input_tokens": 12_304, "output_tokens": 550}
    for spelling in ("claude-3-7-sonnet-20250219", "us.anthropic.claude-3-7-sonnet-20250219-v1:0"):
        assert find(spelling) is not None
        assert cost_of(spelling, used).known == 54_399_000

"""Prices are exact, dated, and None where anything is unknown."""

from __future__ import annotations

import decimal
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.catalog import all_models, price, rates
from tercet.wire.responses.usage import Usage

SONNET_37 = "claude-3-7-sonnet-20250219"


def usage(**fields: Any) -> dict[str, Any]:
    return {"input_tokens": 0, "output_tokens": 0, **fields}


def test_cache_writes_are_counted_once() -> None:
    spent = usage(input_tokens=3, cache_creation_input_tokens=12304, output_tokens=550)
    assert Decimal("0.054399") == price(SONNET_37, spent)
    assert str(price(SONNET_37, spent)) == "0.054399"


def test_a_usage_object_of_a_response_is_taken_as_it_is() -> None:
    assert Decimal("0.054399") == price(
        SONNET_37, Usage(usage(input_tokens=3, cache_creation_input_tokens=12304, output_tokens=550))
    )


def test_writes_for_an_hour_cost_more_than_writes_for_five_minutes() -> None:
    split = {"ephemeral_5m_input_tokens": 1_000_000, "ephemeral_1h_input_tokens": 2_000_000}
    spent = usage(cache_creation_input_tokens=3_000_000, cache_creation=split)
    assert Decimal("2.50") + 2 * Decimal("4") == price("claude-sonnet-5-5", spent)


def test_writes_without_a_lifetime_are_of_five_minutes() -> None:
    assert Decimal("2.50") == price("claude-sonnet-5-5", usage(cache_creation_input_tokens=1_000_000))


def test_the_price_of_cache_reads_is_not_always_a_tenth() -> None:
    read = usage(cache_read_input_tokens=1_000_000)
    assert Decimal("0.25") == price("claude-fable-5-1", read)
    assert Decimal("1.00") == price("claude-fable-5", read)


def test_a_price_holds_from_its_day_on() -> None:
    read = usage(cache_read_input_tokens=1_000_000)
    assert Decimal("0.20") == price("claude-sonnet-5-5", read, date(2026, 10, 6))
    assert Decimal("0.10") == price("claude-sonnet-5-5", read, date(2026, 10, 7))
    assert Decimal("0.10") == price("claude-sonnet-5-5", read)
    assert price("claude-sonnet-5-5", read, date(2026, 9, 27)) is None


@pytest.mark.parametrize(("prompt", "dollars"), [(100_000, "0.01"), (100_001, "0.0500005")])
def test_haiku_costs_more_in_all_when_the_prompt_is_long(prompt: int, dollars: str) -> None:
    assert Decimal(dollars) == price("claude-haiku-5-5", usage(input_tokens=prompt))


def test_the_whole_prompt_decides_the_tier_and_the_output_follows_it() -> None:
    spent = usage(input_tokens=1, cache_read_input_tokens=100_000, output_tokens=1_000_000)
    assert Decimal("2.5") + Decimal("0.005") + Decimal("0.0000005") == price("claude-haiku-5-5", spent)


def test_factors_stack() -> None:
    spent = usage(input_tokens=1_000_000)
    assert Decimal("2.50") == price("claude-opus-5", spent, batch=True)
    assert Decimal("5.50") == price("claude-opus-5", spent, us=True)
    assert Decimal("10.00") == price("claude-opus-5", spent, fast=True)
    assert Decimal("5.50") == price("claude-opus-5", spent, batch=True, us=True, fast=True)


def test_the_usage_itself_tells_tier_place_and_speed() -> None:
    assert Decimal("2.50") == price("claude-opus-5", usage(input_tokens=1_000_000, service_tier="batch"))
    assert Decimal("5.50") == price("claude-opus-5", usage(input_tokens=1_000_000, inference_geo="us"))
    assert Decimal("10.00") == price("claude-opus-5", usage(input_tokens=1_000_000, speed="fast"))


def test_the_place_costs_nothing_extra_where_it_cannot_be_chosen() -> None:
    assert Decimal("1.00") == price("claude-haiku-4-5", usage(input_tokens=1_000_000), us=True)


def test_fast_mode_has_a_price_only_where_it_is_offered() -> None:
    spent = usage(input_tokens=1_000_000)
    assert price("claude-opus-4-7", spent, fast=True) is None
    assert Decimal("5.00") == price("claude-opus-4-6", spent, fast=True)  # ignored there, and not charged
    assert Decimal("10.00") == price("claude-opus-4-8", spent, date(2026, 11, 29), fast=True)
    assert price("claude-opus-4-8", spent, date(2026, 11, 30), fast=True) is None


def test_priority_tier_has_no_list_price() -> None:
    assert price("claude-opus-4-6", usage(input_tokens=5, service_tier="priority")) is None


def test_web_searches_are_added_undiscounted_and_fetches_are_free() -> None:
    used = {"web_search_requests": 3, "web_fetch_requests": 9}
    assert Decimal("0.03") == price("claude-opus-5", usage(server_tool_use=used), batch=True)


def test_every_step_is_priced_by_its_own_model() -> None:
    steps = [
        {"type": "compaction", **usage(input_tokens=1_000_000)},
        {"type": "fallback_message", "model": "claude-sonnet-5", **usage(input_tokens=1_000_000)},
    ]
    assert Decimal("7.00") == price("claude-opus-5", usage(input_tokens=1_000_000, iterations=steps))


def test_no_steps_at_all_leave_the_sums_in_force() -> None:
    assert Decimal("5.00") == price("claude-opus-5", usage(input_tokens=1_000_000, iterations=[]))


@pytest.mark.parametrize("model", ["claude-of-tomorrow", "claude-fable-5-2", "claude-mythos-preview"])
def test_an_unknown_price_is_none_and_never_zero(model: str) -> None:
    assert price(model, usage(input_tokens=5)) is None
    assert rates(model) is None


def test_a_part_without_a_price_makes_the_whole_unknown() -> None:
    assert price("claude-2.1", usage(cache_read_input_tokens=1)) is None
    assert Decimal("8.00") == price("claude-2.1", usage(input_tokens=1_000_000))


@pytest.mark.parametrize(
    "broken",
    [
        {"input_tokens": -1},
        {"input_tokens": "5"},
        {"output_tokens": 1.5},
        {"cache_creation": [1]},
        {"cache_creation": {"ephemeral_1h_input_tokens": "many"}},
        {"iterations": ["step"]},
        {"server_tool_use": {"web_search_requests": "ten"}},
    ],
)
def test_usage_that_holds_no_counts_has_no_price(broken: dict[str, Any]) -> None:
    assert price("claude-opus-5", usage(**broken)) is None


def test_nothing_used_costs_nothing() -> None:
    assert str(price("claude-opus-5", usage())) == "0.00"


def test_the_callers_rounding_does_not_reach_the_sum() -> None:
    with decimal.localcontext(prec=2):
        assert (
            str(price(SONNET_37, usage(input_tokens=3, cache_creation_input_tokens=12304, output_tokens=550)))
            == "0.054399"
        )


def test_rates_have_every_factor_applied() -> None:
    listed = rates("claude-haiku-5-5", prompt_tokens=200_000, batch=True)
    assert listed is not None
    assert (Decimal("0.25"), Decimal("1.25"), Decimal("0.025")) == (listed.input, listed.output, listed.cache_read)


PRICED = [facts.id for facts in all_models() if facts.prices and facts.prices[-1].cache_read and len(facts.prices) == 1]


@settings(max_examples=60)
@given(
    st.sampled_from(PRICED),
    *(st.integers(0, 10**9) for _ in range(4)),
)
def test_the_price_is_the_sum_of_its_parts(model: str, uncached: int, written: int, read: int, output: int) -> None:
    whole = {
        "input_tokens": uncached,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": output,
    }
    parts = [price(model, {name: count}) for name, count in whole.items()]
    assert sum(part for part in parts if part is not None) == price(model, whole)
    assert all(part is not None for part in parts)

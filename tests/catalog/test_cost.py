"""Usage becomes whole nano-dollars: one sum, rounded once, with its parts, and bounds where a price is missing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.catalog import all_models, cost_of, load, price, rates, reset
from tercet.catalog.cost import Cost, in_dollars

PARTS = ("input", "cache_read", "cache_5m", "cache_1h", "output", "server_tools")


def parts_of(cost: Cost) -> list[int]:
    return [getattr(cost, name) for name in PARTS]


def test_the_parts_of_an_answer_stand_apart() -> None:
    split = {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 1_000}
    usage = {
        "input_tokens": 3,
        "cache_read_input_tokens": 7,
        "cache_creation_input_tokens": 1_100,
        "cache_creation": split,
        "output_tokens": 550,
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1},
    }

    found = cost_of("claude-3-7-sonnet-20250219", usage)

    assert parts_of(found) == [9_000, 2_100, 375_000, 6_000_000, 8_250_000, 20_000_000]
    assert (found.known, found.low, found.high, found.certainty) == (34_636_100, 34_636_100, 34_636_100, "exact")
    assert found.usd == Decimal("0.0346361")


@pytest.mark.parametrize(("tokens", "nano"), [(1, 6), (2, 11), (3, 16), (5, 28)])
def test_half_a_nano_dollar_goes_to_the_even_one(tokens: int, nano: int) -> None:
    read = {"cache_read_input_tokens": tokens, "inference_geo": "us"}

    assert cost_of("claude-haiku-5-5", read, batch=True).known == nano  # 5.5 each


def test_a_whole_answer_is_rounded_once_however_many_parts_have_halves() -> None:
    steps = [{"cache_read_input_tokens": 1}] * 2

    assert cost_of("claude-haiku-5-5", {"iterations": steps}, batch=True, us=True).known == 11


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": 5, "service_tier": "priority"},
        {"input_tokens": 5, "service_tier": "flex"},
        {"input_tokens": 5, "server_tool_use": {"brand_new_requests": 1}},
        {"input_tokens": 5, "server_tool_use": {"web_search_requests": -1}},
        {"input_tokens": 5, "server_tool_use": [1]},
        {"iterations": [{"input_tokens": 5}, {"model": "claude-of-tomorrow", "input_tokens": 5}]},
        {"iterations": [{"input_tokens": 5}, 5]},
        {"input_tokens": 5, "iterations": "many"},
        {"input_tokens": 5, "iterations": {"type": "message"}},
        {"input_tokens": 10**80},
    ],
)
def test_what_is_not_known_has_no_figure_and_what_is_known_of_it_is_its_lower_bound(usage: dict[str, Any]) -> None:
    found = cost_of("claude-opus-5", usage)

    assert (found.known, found.high, found.certainty, found.usd) == (None, None, "unknown", None)
    readable = (
        "service_tier" not in usage
        and usage.get("input_tokens", 5) == 5
        and not isinstance(usage.get("iterations", []), str | dict)
    )
    assert found.low == sum(parts_of(found)) == (25_000 if readable else 0)


def test_what_is_no_usage_and_no_model_is_said_in_a_sentence() -> None:
    with pytest.raises(TypeError, match=r"usage must be a mapping, as `message\.usage` is, not NoneType"):
        price("claude-opus-5", None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a model is named by its id, a text, not by int"):
        price(5, {"input_tokens": 1})  # type: ignore[arg-type]


def test_a_count_without_a_price_is_left_out_of_the_lower_bound() -> None:
    found = cost_of("claude-2.1", {"input_tokens": 1_000, "cache_read_input_tokens": 1})

    assert (found.known, found.low, found.input, found.cache_read) == (None, 8_000_000, 8_000_000, 0)


def test_a_server_tool_that_was_not_called_needs_no_price() -> None:
    used = {"web_search_requests": 0, "brand_new_requests": 0, "other_requests": None}

    assert cost_of("claude-opus-5", {"input_tokens": 1, "server_tool_use": used}).known == 5_000


def test_the_usage_is_taken_at_its_word_against_what_was_asked_for() -> None:
    usage = {"input_tokens": 1, "speed": "standard", "inference_geo": "global"}

    assert cost_of("claude-opus-5", usage, fast=True, us=True).known == 5_000


def test_a_step_tells_its_own_speed() -> None:
    steps = [{"input_tokens": 1}, {"model": "claude-haiku-4-5", "speed": "standard", "input_tokens": 1}]

    assert cost_of("claude-opus-5", {"speed": "fast", "iterations": steps}).known == 10_000 + 1_000


def test_a_price_of_the_users_own_may_be_as_fine_as_it_likes() -> None:
    mine = {"from": "2026-01-01", "input": "0.0000001234567", "output": "1"}
    load({"models": [{"id": "mine", "prices": [mine]}]})
    try:
        assert cost_of("mine", {"input_tokens": 10**10}).known == 1_234_567
        assert cost_of("mine", {"input_tokens": 1}).known == 0
        assert cost_of("mine", {"cache_read_input_tokens": 1}).known is None
    finally:
        reset()
    assert cost_of("mine", {"input_tokens": 1}).known is None


def test_prices_that_hold_for_long_prompts_alone_leave_the_short_ones_unknown() -> None:
    load({"models": [{"id": "mine", "prices": [{"from": "2026-01-01", "above": 5, "input": "1", "output": "1"}]}]})
    try:
        assert cost_of("mine", {"input_tokens": 5}).known is None
        assert cost_of("mine", {"input_tokens": 6}).known is None
    finally:
        reset()


@pytest.mark.parametrize(
    ("nano", "text"), [(54_399_000, "0.054399"), (0, "0.00"), (1, "1E-9"), (10**10, "10.00"), (1_500_000_000, "1.50")]
)
def test_dollars_are_shown_with_cents_and_without_further_zeros(nano: int, text: str) -> None:
    assert str(in_dollars(nano)) == text


# --- whatever is used: the sum of independent arithmetic in fractions -------------------------------------------------------

PRICED = sorted({facts.id for facts in all_models() if facts.prices and facts.prices[-1].cache_read})
COUNTS = st.integers(0, 10**7)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PRICED), *[COUNTS] * 5, st.integers(0, 50), st.booleans(), st.booleans())
def test_every_sum_is_the_exact_one_rounded_once_and_the_parts_add_up(
    model: str, uncached: int, read: int, five: int, hour: int, output: int, searches: int, batch: bool, us: bool
) -> None:
    usage = {
        "input_tokens": uncached,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": five + hour,
        "cache_creation": {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour},
        "output_tokens": output,
        "server_tool_use": {"web_search_requests": searches},
    }
    listed = rates(model, prompt_tokens=uncached + read + five + hour, batch=batch, us=us)
    assert listed is not None
    exact = Fraction(searches, 100)
    for count, rate in zip((uncached, output, five, hour, read), listed, strict=True):
        exact += count * Fraction(rate or 0) / 10**6

    found = cost_of(model, usage, batch=batch, us=us)

    assert found.known == round(exact * 10**9)  # Fractions round half to even
    assert sum(parts_of(found)) == found.known
    assert price(model, usage, batch=batch, us=us) == Decimal(found.known).scaleb(-9)

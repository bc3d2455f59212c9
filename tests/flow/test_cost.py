"""The cost of an attempt, however it ended, and that budgets count what ledgers count, to the nano-dollar."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tercet.catalog import all_models, as_of
from tercet.flow.budget import Budget
from tercet.flow.budget_reservation import actual, most
from tercet.flow.cost import FREE, cost_of_answer, cost_of_lost, most_cost, price_day
from tercet.flow.estimate import Estimate
from tercet.flow.usage import ReportedUsage

DAY = date(2026, 11, 20)
ASKED = Estimate("claude-opus-5", likely_input=10, most_input=1_000, most_output=200, most_context=1_000_000)
STARTED = {"input_tokens": 12, "cache_read_input_tokens": 100, "output_tokens": 1}


def broken_off(characters: int = 0, model: Any = "claude-opus-5", **more: Any) -> ReportedUsage:
    return ReportedUsage({**STARTED, **more}, False, model, characters)


def test_an_answer_costs_what_the_model_that_answered_costs() -> None:
    used = ReportedUsage({"input_tokens": 1, "output_tokens": 1}, True, "claude-haiku-4-5-20251001")

    assert cost_of_answer(ASKED, used, DAY).known == 1_000 + 5_000


def test_what_was_asked_for_tells_tier_place_and_speed_where_the_usage_does_not() -> None:
    used = ReportedUsage({"input_tokens": 1, "output_tokens": 0}, True, "claude-opus-5")

    assert cost_of_answer(replace(ASKED, batch=True, us=True), used, DAY).known == 2_750
    assert cost_of_answer(replace(ASKED, fast=True), used, DAY).known == 10_000


@pytest.mark.parametrize(("characters", "output"), [(0, 1), (5, 1), (60, 10), (1_200, 200), (10**6, 200)])
def test_a_broken_answer_cost_its_input_and_between_what_was_received_and_what_was_allowed(
    characters: int, output: int
) -> None:
    found = cost_of_answer(ASKED, broken_off(characters), DAY)

    read = 12 * 5_000 + 100 * 500
    assert (found.known, found.certainty) == (None, "estimated")
    assert (found.low, found.high) == (read + output * 25_000, read + 200 * 25_000)
    assert (found.input, found.cache_read, found.output) == (60_000, 50_000, output * 25_000)


def test_what_the_last_event_reported_is_a_lower_bound_too() -> None:
    assert cost_of_answer(ASKED, broken_off(output_tokens=50), DAY).output == 50 * 25_000


@pytest.mark.parametrize("more", [{"grows": True}, {"also": (replace(ASKED, model="claude-haiku-4-5"),)}])
def test_a_broken_answer_that_may_go_on_by_itself_is_bounded_by_the_whole_request(more: dict[str, Any]) -> None:
    asked = replace(ASKED, searches=3, **more)
    found = cost_of_answer(asked, broken_off(), DAY)

    assert found.known is None
    assert found.low == 12 * 5_000 + 100 * 500 + 25_000
    assert found.high == most_cost((asked,), DAY)
    assert found.high is not None
    assert found.high >= 1_000 * 5_000 + 200 * 25_000 + 3 * 10_000_000


def test_a_broken_answer_without_a_limit_has_no_upper_bound() -> None:
    found = cost_of_answer(replace(ASKED, most_output=None), broken_off(600), DAY)

    assert (found.known, found.high, found.output) == (None, None, 100 * 25_000)


@pytest.mark.parametrize("used", [broken_off(model="claude-of-tomorrow"), broken_off(model=5)])
def test_a_broken_answer_of_an_unknown_model_costs_what_nobody_knows(used: ReportedUsage) -> None:
    found = cost_of_answer(ASKED, used, DAY)

    assert (found.known, found.low, found.certainty) == (None, 0, "unknown")


def test_a_lost_answer_cost_nothing_or_all_that_was_asked_for() -> None:
    found = cost_of_lost((ASKED,), DAY)

    assert (found.known, found.low, found.high, found.certainty) == (None, 0, 10_000_000, "unknown")
    assert cost_of_lost((ASKED,), DAY, answers=False).high == 5_000_000
    assert cost_of_lost((ASKED, ASKED), DAY).high == 20_000_000
    assert cost_of_lost((replace(ASKED, model="claude-of-tomorrow"),), DAY).high is None
    assert cost_of_lost((replace(ASKED, unknown="it is a mystery"),), DAY).high is None


def test_a_refused_request_is_free() -> None:
    assert (FREE.known, FREE.low, FREE.high, FREE.certainty) == (0, 0, 0, "exact")


def test_the_most_counts_cache_writes_at_their_price_where_they_may_be_written() -> None:
    assert most_cost((replace(ASKED, cached="5m"),), DAY) == 1_000 * 6_250 + 200 * 25_000
    assert most_cost((replace(ASKED, cached="1h"),), DAY) == 1_000 * 10_000 + 200 * 25_000
    assert most_cost((replace(ASKED, model="claude-2.1", cached="1h"),), DAY) == 1_000 * 8_000 + 200 * 24_000


def test_prices_are_those_of_the_day_and_never_older_than_the_catalog() -> None:
    assert price_day(0.0) == as_of()
    assert price_day(1_900_000_000.0) == date(2030, 3, 17)


# --- budgets and ledgers: whatever is used ----------------------------------------------------------------------------------

PRICED = sorted({facts.id for facts in all_models() if facts.prices and facts.prices[-1].cache_read})
MODELS = st.sampled_from([*PRICED, "claude-haiku-5-5", "claude-haiku-5-5"])
COUNTS = st.integers(0, 300_000)


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    five, hour = draw(COUNTS), draw(COUNTS)
    return {
        "input_tokens": draw(COUNTS),
        "cache_read_input_tokens": draw(COUNTS),
        "cache_creation_input_tokens": five + hour,
        "cache_creation": {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour},
        "output_tokens": draw(COUNTS),
    }


@st.composite
def usages(draw: st.DrawFn) -> dict[str, Any]:
    usage = draw(steps())
    usage["service_tier"] = draw(st.sampled_from([None, "standard", "batch"]))
    usage["inference_geo"] = draw(st.sampled_from([None, "us", "global", "not_available"]))
    usage["server_tool_use"] = draw(st.none() | st.fixed_dictionaries({"web_search_requests": st.integers(0, 20)}))
    usage["iterations"] = draw(st.none() | st.lists(steps() | st.builds(named, steps(), MODELS), max_size=3))
    return usage


def named(step: dict[str, Any], model: str) -> dict[str, Any]:
    return {**step, "model": model}


@settings(max_examples=200, deadline=None)
@given(MODELS, usages(), st.booleans(), st.booleans())
def test_a_budget_counts_what_the_ledger_counts(model: str, usage: dict[str, Any], us: bool, final: bool) -> None:
    asked = replace(ASKED, model=model, us=us, most_output=300_000)
    used = ReportedUsage(usage, final, model)

    found, counted = cost_of_answer(asked, used, DAY), actual(asked, Budget(usd=1), used, DAY)

    assert counted is not None
    assert counted.nano_usd == (found.known if final else found.high)
    assert found.high is not None
    assert found.low <= found.high


@settings(max_examples=200, deadline=None)
@given(
    MODELS,
    COUNTS,
    COUNTS,
    st.integers(0, 20),
    st.sampled_from([None, "5m", "1h"]),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_no_answer_within_its_limits_costs_more_than_was_reserved(
    model: str, prompt: int, output: int, searches: int, cached: str | None, us: bool, batch: bool, data: st.DataObject
) -> None:
    asked = Estimate(model, 0, prompt, output, batch, us, False, cached, searches)
    written = 0 if cached is None else data.draw(st.integers(0, prompt))
    read = data.draw(st.integers(0, prompt - written))
    usage = {
        "input_tokens": prompt - written - read,
        "cache_read_input_tokens": read,
        "cache_creation": {f"ephemeral_{cached}_input_tokens": written} if cached else None,
        "output_tokens": data.draw(st.integers(0, output)),
        "server_tool_use": {"web_search_requests": data.draw(st.integers(0, searches))},
    }

    found = cost_of_answer(asked, ReportedUsage(usage, True, model), DAY)

    assert found.known is not None
    assert found.known <= most((asked,), Budget(usd=1), DAY).nano_usd

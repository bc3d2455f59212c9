"""Look-ups: what is known of a model, and since when it is retired."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

import msgspec
import pytest

from tercet.catalog import all_models, as_of, exact, find, retired
from tercet.catalog.facts import EFFORTS, Lifecycle, ModelFacts
from tercet.catalog.models import image_tier, tool_tokens
from tercet.wire.responses.models import Model


def known(model_id: str) -> ModelFacts:
    facts = find(model_id)
    assert facts is not None
    return facts


def test_every_id_that_editors_offer_is_in_the_catalog() -> None:
    listed = get_args(get_args(Model)[0])
    assert [model_id for model_id in listed if exact(model_id) is None] == []


def test_exact_takes_only_what_the_claude_api_takes() -> None:
    assert exact("claude-haiku-4-5") == exact("claude-haiku-4-5-20251001")
    assert exact("anthropic.claude-haiku-4-5-20251001-v1:0") is None


def test_no_two_models_share_an_id_or_alias() -> None:
    names = [name for facts in all_models() for name in (facts.id, *facts.aliases)]
    assert sorted(set(names)) == sorted(names)


def test_facts_are_frozen() -> None:
    with pytest.raises(AttributeError):
        known("claude-opus-5").id = "another"  # type: ignore[misc]


def test_nothing_is_claimed_of_models_of_which_only_the_id_is_known() -> None:
    for model_id in ("claude-fable-5-2", "claude-mythos-5-2"):
        facts = msgspec.to_builtins(known(model_id))
        assert {None} == set(facts["limits"].values())
        assert {None} == set(facts["features"].values())
        assert tuple(facts[name] for name in ("thinking", "effort", "sampling", "tokenizer")) == (
            None,
            None,
            None,
            None,
        )
        assert not facts["prices"]


def test_successors_are_models_that_still_answer() -> None:
    for facts in all_models():
        successor = facts.lifecycle.successor
        if successor is not None:
            assert known(successor).lifecycle.on(as_of()) == "active", facts.id


def test_a_model_that_is_not_active_names_what_to_use_instead() -> None:
    assert [f.id for f in all_models() if f.lifecycle.status != "active" and f.lifecycle.successor is None] == []


def test_the_stated_status_is_the_one_that_its_dates_give() -> None:
    for facts in all_models():
        assert facts.lifecycle.status == facts.lifecycle.on(as_of()), facts.id


def test_prices_are_decimal_text_and_never_zero() -> None:
    for facts in all_models():
        for row in facts.prices:
            amounts = (row.input, row.output, row.cache_write_5m, row.cache_write_1h, row.cache_read)
            assert all(Decimal(amount) > 0 for amount in amounts if amount is not None), facts.id


def test_cache_writes_cost_what_the_documented_factors_say() -> None:
    for facts in all_models():
        for row in facts.prices:
            if row.cache_write_5m is None or row.cache_write_1h is None:
                continue
            if facts.id == "claude-3-haiku-20240307":  # listed at 0.30, a rounded figure
                continue
            assert Decimal(row.input) * Decimal("1.25") == Decimal(row.cache_write_5m), facts.id
            assert Decimal(row.input) * 2 == Decimal(row.cache_write_1h), facts.id


def test_defaults_are_among_what_is_accepted() -> None:
    for facts in all_models():
        if facts.thinking is not None:
            assert facts.thinking.default in facts.thinking.accepts, facts.id
        if facts.effort is not None:
            assert set(facts.effort.levels) <= set(EFFORTS)
            assert facts.effort.default is None or facts.effort.default in facts.effort.levels, facts.id


@pytest.mark.parametrize(
    ("model", "minimum"),
    [
        ("claude-haiku-5-5", 512),
        ("claude-opus-5", 512),
        ("claude-sonnet-5", 1024),
        ("claude-opus-4-7", 2048),
        ("claude-haiku-4-5", 4096),
    ],
)
def test_the_shortest_prefix_that_is_cached_differs_by_model(model: str, minimum: int) -> None:
    assert minimum == known(model).limits.cache_minimum


def test_a_retired_model_says_since_when_and_what_to_use() -> None:
    gone = retired("claude-3-opus-latest", date(2026, 11, 20))
    assert gone is not None
    assert str(gone) == "claude-3-opus-20240229 was retired on 2026-01-05; use claude-opus-5-5 instead"


def test_a_model_is_not_retired_on_the_day_before() -> None:
    assert retired("claude-sonnet-4-5", date(2026, 11, 29)) is None
    assert retired("claude-sonnet-4-5", date(2026, 11, 30)) is not None


def test_an_unknown_or_active_model_is_not_retired() -> None:
    assert retired("claude-of-tomorrow", date(2030, 1, 1)) is None
    assert retired("claude-opus-5-5", date(2030, 1, 1)) is None


@pytest.mark.parametrize(
    ("day", "status"),
    [(date(2026, 9, 29), "active"), (date(2026, 9, 30), "deprecated"), (date(2026, 11, 30), "retired")],
)
def test_a_lifecycle_goes_through_its_days(day: date, status: str) -> None:
    assert status == known("claude-sonnet-4-5").lifecycle.on(day)


def test_a_lifecycle_with_an_end_and_no_other_date_is_deprecated_until_then() -> None:
    lifecycle = Lifecycle(status="retired", retires=date(2026, 6, 15))
    assert lifecycle.on(date(2026, 6, 14)) == "deprecated"
    assert lifecycle.on(date(2026, 6, 15)) == "retired"


def test_a_promise_not_to_retire_is_no_deprecation() -> None:
    assert known("claude-haiku-4-5").lifecycle.on(date(2026, 11, 20)) == "active"


def test_image_tiers_and_tool_tokens_follow_the_generation() -> None:
    tier = image_tier(known("claude-opus-4-7"))
    assert tier is not None
    assert (tier.edge, tier.tokens) == (2576, 4784)
    assert image_tier(known("claude-fable-5-2")) is None
    assert tool_tokens("bash_20250124", known("claude-opus-5")) == 325
    assert tool_tokens("bash_20250124", known("claude-opus-4-6")) == 244
    assert tool_tokens("bash_20250124", known("claude-fable-5-2")) is None
    assert tool_tokens("hammer_20990101", known("claude-opus-5")) is None

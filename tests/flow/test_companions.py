"""Who may answer beside the model that was asked: reserved together, and paid by who it was."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

import tercet
from tercet.catalog.models import all_models, find
from tercet.flow.estimate import estimate_body

OPUS = {"model": "claude-opus-5"}
BETA = ["server-side-fallback-2026-06-01"]


def asked(**more: Any) -> Any:
    (one,) = estimate_body("message", json.dumps({**ASK, **more}).encode())
    return one


def test_each_fallback_is_estimated_as_the_request_that_it_would_be() -> None:
    one = asked(fallbacks=[OPUS, {"model": "claude-haiku-4-5", "max_tokens": 500, "speed": "fast"}])

    assert [(each.model, each.most_output, each.fast) for each in one.also] == [
        ("claude-opus-5", 64, False),
        ("claude-haiku-4-5", 500, True),
    ]


def test_fallbacks_that_are_not_told_are_the_dearest() -> None:
    (one,) = asked(fallbacks="default").also

    dearest = max(
        float(row.output) for facts in all_models() if facts.lifecycle.status != "retired" for row in facts.prices
    )
    found = find(one.model)
    assert found is not None
    assert float(found.prices[0].output) == dearest


@pytest.mark.parametrize("wrong", [5, "first", [5], [{}], [{"model": 5}], {"model": "x"}, [OPUS] * 99])
def test_fallbacks_that_cannot_be_read_are_unknown(wrong: Any) -> None:
    assert any(each.unknown for each in asked(fallbacks=wrong).also)


def test_an_advisor_reads_all_of_it_as_often_as_it_may() -> None:
    tool = {"type": "advisor_20260301", "name": "advisor", **OPUS, "max_uses": 3}
    one = asked(tools=[tool])

    assert len(one.also) == 3
    assert all(each.model == "claude-opus-5" and each.most_input == one.most_input + 64 for each in one.also)
    assert len(asked(tools=[{**tool, "max_uses": None}]).also) == 10


def test_a_summary_of_the_conversation_is_one_more_answer() -> None:
    one = asked(context_management={"edits": [{"type": "compact_20260112"}]})

    assert [(each.model, each.most_output) for each in one.also] == [("claude-sonnet-4-6", 64)]
    assert asked(context_management={"edits": [{"type": "clear_tool_uses_20250919"}]}).also == ()
    assert asked(context_management=5).also == ()


def answered_by(model: Any, usage: dict[str, Any]) -> bytes:
    return json.dumps({**json.loads(MESSAGE), "model": model, "usage": usage}).encode()


USAGE = {"input_tokens": 12, "output_tokens": 6}
SONNET_PRICE, OPUS_PRICE = (
    12 * Decimal(read) + 6 * Decimal(write) for read, write in (("3e-6", "15e-6"), ("5e-6", "25e-6"))
)


@pytest.mark.parametrize(
    ("model", "price"),
    [("claude-sonnet-4-6", SONNET_PRICE), ("claude-opus-5", OPUS_PRICE), ("claude-opus-4-5-20251101", OPUS_PRICE)],
)
def test_the_model_that_answers_is_paid(model: str, price: Decimal) -> None:
    script, budget = Script((200, JSON, answered_by(model, USAGE))), tercet.Budget(usd=1)
    script.client(budget=budget).messages.create(**ASK)

    assert (budget.state().spent_usd, budget.state().uncertain_usd) == (price, 0)


@pytest.mark.parametrize("model", ["someone's-own", 5, ["claude-opus-5"], ""])
def test_an_answer_of_a_model_without_a_price_counts_in_full(model: Any) -> None:
    script, budget = Script((200, JSON, answered_by(model, USAGE))), tercet.Budget(usd=1)
    script.client(budget=budget).messages.create(**ASK)

    assert budget.state().uncertain_usd == budget.state().spent_usd > SONNET_PRICE


def test_the_model_that_answers_a_stream_is_paid() -> None:
    events = [EVENTS[0].replace(b"claude-sonnet-4-6", b"claude-opus-5"), *EVENTS[1:]]
    script, budget = Script((200, SSE, events)), tercet.Budget(usd=1)
    with script.client(budget=budget).messages.stream(**ASK) as stream:
        stream.until_done()

    assert (budget.state().spent_usd, budget.state().uncertain_usd) == (OPUS_PRICE, 0)


def test_each_step_is_paid_by_who_took_it_and_never_more_than_was_reserved() -> None:
    steps = [{**USAGE, "type": "message", "model": "claude-sonnet-4-6"}, {**USAGE, "type": "fallback_message", **OPUS}]
    content = answered_by("claude-opus-5", {**USAGE, "iterations": steps})
    held: list[Decimal] = []

    class Looking(Script):
        def next(self, request: Any, stream: Any) -> Any:
            held.append(budget.state().reserved_usd)
            return super().next(request, stream)

    script, budget = Looking((200, JSON, content)), tercet.Budget(usd=1)
    script.client(budget=budget).beta.messages.create(**ASK, fallbacks=[OPUS], betas=BETA)

    assert budget.state().spent_usd == SONNET_PRICE + OPUS_PRICE <= held[0]


@pytest.mark.parametrize(
    "usage",
    [{}, None, {"prompt_tokens": 12}, "much", {**USAGE, "output_tokens": 65}, {**USAGE, "input_tokens": 2**62}, [1]],
)
@pytest.mark.parametrize("unit", ["usd", "tokens"])
def test_a_usage_that_makes_no_sense_counts_in_full(usage: Any, unit: str) -> None:
    script = Script((200, JSON, answered_by("claude-sonnet-4-6", usage)))
    budget = tercet.Budget(usd=1) if unit == "usd" else tercet.Budget(tokens=10_000)
    script.client(budget=budget).messages.create(**ASK)
    state = budget.state()

    assert state.uncertain_tokens == state.spent_tokens > 64
    assert state.spent_tokens < 1_000
    assert (state.reserved_tokens, state.reserved_usd) == (0, 0)

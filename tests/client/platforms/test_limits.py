"""`pace=`, `max_concurrency=` and `budget=` on every client: what a platform makes of a request changes nothing."""

from __future__ import annotations

import asyncio
import inspect
import json
from decimal import Decimal
from typing import Any

import pytest
from tests.client.platforms.clouds import GIVEN, cloud
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Awaited, Blocking, Script

import tercet
from tercet.flow.store.memory import MemoryStore

PRICE = 12 * Decimal("0.000003") + 6 * Decimal("0.000015")
KINDS = ["Anthropic", *GIVEN]
WORLDS = [*KINDS, *(f"Async{kind}" for kind in KINDS)]
WITH_BATCHES = ["Anthropic", "AnthropicAWS", "AnthropicBedrockMantle", "AnthropicGoogleCloud"]
BATCH = {"requests": [{"custom_id": "one", "params": ASK}]}
STATED = json.dumps({"id": "msgbatch_1", "processing_status": "in_progress"}).encode()
TOO_FAR = tercet.Pace(requests_per_minute=1, max_wait=1)


def client_of(kind: str, script: Script, **limits: Any) -> Any:
    if kind.endswith("Anthropic"):
        transport = Awaited(script) if kind.startswith("Async") else Blocking(script)
        return getattr(tercet, kind)(api_key=KEY, max_retries=0, http_client=transport, **limits)
    return cloud(kind, script, **GIVEN[kind.removeprefix("Async")], **limits)


def done(value: Any) -> Any:
    """What a blocking client gives, and what an async one promises."""

    async def awaited() -> Any:
        return await value

    return asyncio.run(awaited()) if inspect.isawaitable(value) else value


def ended(call: Any) -> Any:
    try:
        return done(call())
    except tercet.AnthropicError as error:
        return error


@pytest.mark.parametrize("kind", WORLDS)
def test_a_budget_is_booked_and_ends_calls(kind: str) -> None:
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd="0.0014")
    client = client_of(kind, script, budget=budget)
    ended(lambda: client.messages.create(**ASK))

    assert isinstance(ended(lambda: client.messages.create(**ASK)), tercet.BudgetExceededError)
    state = budget.state()
    assert (len(script.sent), state.spent_usd, state.uncertain_usd, state.reserved_usd) == (1, PRICE, 0, 0)


@pytest.mark.parametrize("kind", WORLDS)
def test_a_pace_holds(kind: str) -> None:
    script = Script((200, JSON, MESSAGE))
    client = client_of(kind, script, pace=tercet.Pace(requests_per_minute=1, max_wait=1, store=MemoryStore()))
    ended(lambda: client.messages.create(**ASK))

    assert isinstance(ended(lambda: client.messages.create(**ASK)), tercet.PaceWaitError)
    assert len(script.sent) == 1


@pytest.mark.parametrize("kind", WORLDS)
def test_places_are_counted(kind: str) -> None:
    pace = tercet.Pace(max_concurrency=1, max_wait=0.0, store=MemoryStore(), name="one place")
    inside: list[Any] = []

    class Asking(Script):
        def next(self, request: Any, stream: Any) -> Any:
            if not inside:
                inside.append(None)
                other = client_of(kind.removeprefix("Async"), Script((200, JSON, MESSAGE)), pace=pace)
                inside[0] = ended(lambda: other.messages.create(**ASK))
            return super().next(request, stream)

    client = client_of(kind, Asking((200, JSON, MESSAGE)), pace=pace)

    assert ended(lambda: client.messages.create(**ASK)).usage.input_tokens == 12
    assert isinstance(inside[0], tercet.PaceWaitError)


@pytest.mark.parametrize("kind", [*WITH_BATCHES, *(f"Async{kind}" for kind in WITH_BATCHES)])
def test_a_batch_counts_at_its_most(kind: str) -> None:
    script, budget = Script((200, JSON, STATED)), tercet.Budget(usd=1)
    client = client_of(kind, script, budget=budget)
    ended(lambda: client.messages.batches.create(**BATCH))
    assert len(script.sent) == 1
    state = budget.state()
    assert 0 < state.uncertain_usd == state.spent_usd

    small = client_of(kind, script, budget=tercet.Budget(tokens=10))
    assert isinstance(ended(lambda: small.messages.batches.create(**BATCH)), tercet.BudgetExceededError)
    assert len(script.sent) == 1


@pytest.mark.parametrize("kind", WORLDS)
@pytest.mark.parametrize("path", ["/v1/sessions", "/model/anthropic.claude-sonnet-4-6/invoke", "/v1/%252e/messages"])
def test_a_post_that_nobody_knows_is_refused_by_a_budget_and_counted_by_a_pace(kind: str, path: str) -> None:
    script = Script((200, JSON, MESSAGE))
    refused = ended(
        lambda: client_of(kind, script, budget=tercet.Budget(tokens=10**9)).post(path, body=ASK, cast_to=dict)
    )
    assert isinstance(refused, tercet.BudgetUnknownError)
    assert "not known to be free" in str(refused)
    assert script.sent == []

    paced = client_of(kind, script, pace=tercet.Pace(requests_per_minute=1, max_wait=1, store=MemoryStore()))
    ended(lambda: paced.post(path, body=ASK, cast_to=dict))
    assert isinstance(ended(lambda: paced.post(path, body=ASK, cast_to=dict)), tercet.PaceWaitError)


@pytest.mark.parametrize("kind", WORLDS)
@pytest.mark.parametrize("path", ["/v1/messages/", "//v1/messages", "/v1/messages?beta=true", "/v1/./messages"])
def test_a_message_by_its_path_is_booked(kind: str, path: str) -> None:
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd=1)
    ended(lambda: client_of(kind, script, budget=budget).post(path, body=ASK, cast_to=dict))

    assert (len(script.sent), budget.state().spent_usd) == (1, PRICE)


@pytest.mark.parametrize("kind", ["Anthropic", "AsyncAnthropic"])
def test_the_legacy_endpoint_counts_at_its_most_and_needs_a_price(kind: str) -> None:
    script, budget = Script((200, JSON, b'{"completion": "Hi"}')), tercet.Budget(usd=1)
    client = client_of(kind, script, budget=budget)
    body = {"model": "claude-2.1", "prompt": "\n\nHuman: Hello\n\nAssistant:", "max_tokens_to_sample": 1_000}
    ended(lambda: client.post("/v1/complete", body=body, cast_to=dict))

    assert budget.state().uncertain_usd > 1_000 * Decimal("0.000024")
    unpriced = ended(lambda: client.post("/v1/complete", body={**body, "model": "claude-1.3"}, cast_to=dict))
    assert isinstance(unpriced, tercet.BudgetUnknownError)
    assert len(script.sent) == 1


@pytest.mark.parametrize("kind", WORLDS)
def test_what_is_free_is_free(kind: str) -> None:
    script = Script((200, JSON, b'{"data": []}'))
    client = client_of(kind, script, budget=tercet.Budget(usd=0), pace=TOO_FAR)
    for _ in range(3):
        ended(lambda: client.get("/v1/things", cast_to=dict))

    assert len(script.sent) == 3


def test_the_model_behind_an_arn_is_counted_where_the_client_was_told() -> None:
    arn = "arn:aws:bedrock:us-east-1:1234:application-inference-profile/abc"
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd=1)
    told = cloud("AnthropicBedrock", script, **GIVEN["AnthropicBedrock"], budget=budget, model_hint="claude-sonnet-4-6")
    told.messages.create(**{**ASK, "model": arn})
    assert budget.state().spent_usd == PRICE

    client = cloud("AnthropicBedrock", script, **GIVEN["AnthropicBedrock"], budget=budget)
    with pytest.raises(tercet.BudgetUnknownError):
        client.messages.create(**{**ASK, "model": arn})

"""Middleware under a budget: what it really sends is what is counted, or it is not sent."""

from __future__ import annotations

import asyncio
import inspect
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.client.platforms.clouds import GIVEN, cloud
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Awaited, Blocking, Script

import tercet

PRICE = 12 * Decimal("0.000003") + 6 * Decimal("0.000015")
FAILED = (500, JSON, b'{"type":"error","error":{"type":"api_error","message":"no"}}')
BUSY = (529, JSON, b'{"type":"error","error":{"type":"overloaded_error","message":"no"}}')


def asked(script: Script, middleware: Any, world: str = "Anthropic", **options: Any) -> Any:
    """What one call through this middleware ends in; `middleware` gets the request and a way to send, in either world."""
    if world == "Anthropic":

        def around(request: Any, call_next: Any) -> Any:
            return middleware(request, call_next)

    else:

        async def around(request: Any, call_next: Any) -> Any:
            answer = middleware(request, call_next)
            return await answer if inspect.isawaitable(answer) else answer

    given = {"max_retries": 0, "middleware": [around], **options}
    try:
        if world == "Anthropic":
            client = tercet.Anthropic(api_key=KEY, http_client=Blocking(script), **given)
            return client.messages.create(**ASK)
        async_client = tercet.AsyncAnthropic(api_key=KEY, http_client=Awaited(script), **given)
        return asyncio.run(async_client.messages.create(**ASK))
    except tercet.AnthropicError as error:
        return error


WORLDS = pytest.mark.parametrize("world", ["Anthropic", "AsyncAnthropic"])


@WORLDS
@pytest.mark.parametrize("kept", ["in memory", "in a file"])
def test_a_request_that_it_makes_dearer_is_held_as_what_it_is(world: str, kept: str, tmp_path: Path) -> None:
    script = Script((200, JSON, MESSAGE))
    dearer = {**ASK, "model": "claude-opus-4-1", "max_tokens": 10_000}
    store = None if kept == "in memory" else tmp_path / "budget.db"
    small, large = tercet.Budget(usd="0.05", store=store), tercet.Budget(usd=2, store=store, tag=str(tmp_path))

    refused = asked(script, lambda request, send: send(request.copy(body=dearer)), world, budget=small)
    assert isinstance(refused, tercet.BudgetExceededError)
    assert script.sent == []
    assert (small.state().spent_usd, small.state().reserved_usd) == (0, 0)
    asked(script, lambda request, send: send(request.copy(body=dearer)), world, budget=large)
    assert (len(script.sent), large.state().spent_usd, large.state().reserved_usd) == (1, PRICE, 0)


@WORLDS
@pytest.mark.parametrize(
    "changed",
    [
        {"url": "https://api.anthropic.com/v1/sessions"},
        {"url": "http://gateway/model/x/invoke"},
        {"method": "PUT"},
        {"body": [1]},
        {"body": {**ASK, "model": "someone's-own"}},
    ],
)
def test_what_nobody_can_count_is_not_sent(world: str, changed: dict[str, Any]) -> None:
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd=1)
    refused = asked(script, lambda request, send: send(request.copy(**changed)), world, budget=budget)

    assert isinstance(refused, tercet.BudgetUnknownError)
    assert (script.sent, budget.state().spent_usd, budget.state().reserved_usd) == ([], 0, 0)


@WORLDS
def test_headers_and_another_host_change_nothing(world: str) -> None:
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd=1)
    there = {"url": "http://gateway/v1/messages?beta=true", "headers": {"x-team": "a"}}
    asked(script, lambda request, send: send(request.copy(**there)), world, budget=budget)

    assert (len(script.sent), budget.state().spent_usd) == (1, PRICE)


@pytest.mark.parametrize(("first", "counted"), [(BUSY, False), (FAILED, True), ((200, JSON, MESSAGE), True)])
def test_each_time_that_it_sends_is_counted(first: Any, counted: bool) -> None:
    script, budget = Script(first, (200, JSON, MESSAGE)), tercet.Budget(usd=1)

    def twice(request: Any, send: Any) -> Any:
        send(request)
        return send(request)

    asked(script, twice, budget=budget)
    state = budget.state()
    assert (len(script.sent), state.reserved_usd) == (2, 0)
    assert (state.spent_usd > PRICE) is counted


def test_a_limit_holds_among_the_requests_of_one_call() -> None:
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd="0.0014")

    def on_and_on(request: Any, send: Any) -> Any:
        while True:
            send(request)

    assert isinstance(asked(script, on_and_on, budget=budget), tercet.BudgetExceededError)
    assert (len(script.sent), budget.state().spent_usd, budget.state().reserved_usd) == (1, PRICE, 0)


def test_nothing_is_sent_behind_the_end_of_a_call() -> None:
    script, kept, budget = Script((200, JSON, MESSAGE)), [], tercet.Budget(usd=1)

    def keeping(request: Any, send: Any) -> Any:
        kept.append(lambda: send(request))
        return send(request)

    asked(script, keeping, budget=budget)
    with pytest.raises(tercet.BudgetUnknownError, match="over"):
        kept[0]()
    assert len(script.sent) == 1


def test_a_free_request_that_becomes_a_message_is_counted() -> None:
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd=1)

    def asking(request: Any, send: Any) -> Any:
        return send(request.copy(method="POST", url="http://local/v1/messages", body=ASK))

    client = tercet.Anthropic(api_key=KEY, http_client=Blocking(script), middleware=[asking], budget=budget)
    client.get("/v1/models", cast_to=dict)

    assert (len(script.sent), budget.state().spent_usd) == (1, PRICE)


@pytest.mark.parametrize("kind", ["AnthropicBedrock", "AnthropicVertex"])
def test_a_platform_s_body_is_counted_though_it_names_no_model(kind: str) -> None:
    script, budget = Script((200, JSON, MESSAGE)), tercet.Budget(usd="0.01")
    longest: list[int] = [100, 100_000]

    def longer(request: Any, send: Any) -> Any:
        return send(request.copy(body={**json.loads(request.content), "max_tokens": longest.pop(0)}))

    client = cloud(kind, script, **GIVEN[kind], budget=budget, middleware=[longer])
    client.messages.create(**ASK)
    assert budget.state().spent_usd == PRICE
    with pytest.raises(tercet.BudgetExceededError):
        client.messages.create(**ASK)
    assert len(script.sent) == 1


def test_who_keeps_a_request_keeps_nothing_of_how_it_was_counted() -> None:
    script = Script((200, JSON, MESSAGE))
    script.client(budget=tercet.Budget(usd=1)).messages.create(**ASK)

    assert script.sent[0].reservation is None

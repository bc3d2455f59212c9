"""`client.estimate`: what a message may cost, said before it is sent, and without asking anybody."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.client.scripted import ASK, JSON, Script

import tercet
from tercet.client.forecasts import most_nano_dollars

MESSAGE = (
    b'{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5","content":[],"stop_reason":"end_turn",'
    b'"usage":{"input_tokens":1,"output_tokens":1}}'
)
ASKING: dict[str, Any] = {
    "model": "claude-opus-5",
    "max_tokens": 1_000,
    "messages": [{"role": "user", "content": "How much? " * 100}],
}


def client() -> tercet.Anthropic:
    return tercet.Anthropic(api_key="k", base_url="http://127.0.0.1:9")  # nobody answers there


def test_it_tells_tokens_and_dollars_between_what_is_likely_and_what_is_most() -> None:
    found = client().estimate(**ASKING)

    assert 200 < found.likely_input < found.most_input < 1_500
    assert found.tokens == (found.likely_input, found.most_input + 1_000)
    assert found.low == Decimal(found.likely_input * 5_000 + 25_000).scaleb(-9)
    assert found.high == Decimal(found.most_input * 5_000 + 1_000 * 25_000).scaleb(-9)


def test_it_says_so_in_one_line() -> None:
    shown = repr(client().estimate(**ASKING))

    assert shown.startswith("<estimate for claude-opus-5: ")
    assert " tokens of input likely, " in shown
    assert "; $0.0" in shown
    assert "\n" not in shown


def test_the_high_figure_is_what_a_budget_holds_back() -> None:
    found = client().estimate(**ASKING)
    assert found.high is not None
    enough, short = (
        Script((200, JSON, MESSAGE)).client(budget=tercet.Budget(usd=usd))
        for usd in (found.high, found.high - Decimal("1e-9"))
    )

    enough.messages.create(**ASKING)
    with pytest.raises(tercet.BudgetExceededError):
        short.messages.create(**ASKING)


@pytest.mark.anyio
async def test_the_async_client_tells_it_without_waiting() -> None:
    async with tercet.AsyncAnthropic(api_key="k", base_url="http://127.0.0.1:9") as other:
        assert other.estimate(**ASKING) == client().estimate(**ASKING)


def test_a_batch_costs_half_a_place_a_tenth_more_and_speed_the_double() -> None:
    for more, factor in (
        ({"batch": True}, "0.5"),
        ({"inference_geo": "us"}, "1.1"),
        ({"speed": "fast", "betas": ["fast-mode-2026-02-01"]}, "2"),
    ):
        found = client().estimate(**ASKING, **more)
        listed = Decimal(found.most_input * 5_000 + 1_000 * 25_000).scaleb(-9)
        assert found.high == listed * Decimal(factor)


def test_what_may_be_cached_is_read_at_least_and_written_at_most() -> None:
    system = [{"type": "text", "text": "Be brief. " * 2_000, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    found = client().estimate(**ASKING, system=system)

    assert found.low == Decimal(found.likely_input * 500 + 25_000).scaleb(-9)
    assert found.high == Decimal(found.most_input * 10_000 + 1_000 * 25_000).scaleb(-9)


def test_an_unknown_model_has_tokens_but_no_dollars() -> None:
    found = client().estimate(**{**ASKING, "model": "claude-of-tomorrow"})

    assert found.likely_input > 200
    assert (found.low, found.high) == (None, None)
    assert repr(found).endswith("; price not known>")


def test_arguments_are_checked_as_if_it_were_sent() -> None:
    with pytest.raises(TypeError, match="max_tokens"):
        client().estimate(model="claude-opus-5", messages=ASK["messages"])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="estimate"):
        client().estimate(**ASKING, maximum=5)


def test_data_that_was_asked_for_counts_as_the_schema_that_it_is() -> None:
    schema = {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(50)}}
    more = client().estimate(**ASKING, output_format=schema)

    assert more.likely_input > client().estimate(**ASKING).likely_input + 100


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"model": "claude-of-tomorrow"},
        {"speed": "fast", "betas": ["fast-mode-2026-02-01"]},
        {"inference_geo": "us"},
        {
            "system": [
                {"type": "text", "text": "Be brief. " * 2_000, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
            ]
        },
    ],
)
def test_the_most_that_is_asked_before_every_request_is_the_high_figure(more: dict[str, Any]) -> None:
    asking, asked = client(), {**ASKING, **more}
    most = most_nano_dollars(asked, asking.model_behind, asking._defaults)

    assert (None if most is None else Decimal(most).scaleb(-9)) == asking.estimate(**asked).high


def test_the_most_counts_what_the_client_says_for_every_call() -> None:
    asking = tercet.Anthropic(
        api_key="k", base_url="http://127.0.0.1:9", defaults={"max_tokens": 1_000, "model": "claude-opus-5"}
    )
    most = most_nano_dollars({"messages": ASKING["messages"]}, asking.model_behind, asking._defaults)

    assert most == most_nano_dollars(ASKING, client().model_behind, client()._defaults)

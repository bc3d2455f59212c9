"""Limits of turns and runs: looked at before anything leaves or starts."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

import tercet
from tercet.toolkit.conversation.limits import Limits, TurnAllowance, check_limits

Y = 1_000_000_000


def allowance(most: int | None = Y, **limits: Any) -> TurnAllowance:
    clock = iter(range(1000))
    return TurnAllowance(Limits(**limits), lambda arguments: most, clock=lambda: float(next(clock)))


def test_without_a_limit_nothing_is_refused() -> None:
    free = allowance()
    assert [free.refuse_request({}), free.refuse_call(), free.seconds_left] == [None, None, None]


def test_requests_and_calls_are_counted_and_the_next_is_refused_with_a_reason() -> None:
    used = allowance(requests=2, calls=1)

    assert [used.refuse_request({}) for _ in range(3)] == [None, None, "requests"]
    assert used.reason == "as many requests were made as requests=2 allows"
    assert [used.refuse_call() for _ in range(2)] == [None, "calls"]
    assert used.reason == "as many calls of tools were made as calls=1 allows"


def test_a_request_leaves_only_if_the_most_that_it_may_cost_is_left() -> None:
    used = allowance(usd="2.5")

    assert used.refuse_request({}) is None
    used.settle(2, (Y // 2, Y // 2, Y // 2))
    assert used.refuse_request({}) is None
    used.settle(4, None)  # nobody knows what it cost: the most is counted
    assert used.nano_usd == Y * 3 // 2
    assert used.refuse_request({}) is None
    used.settle(2, (Y // 10, Y // 10, Y // 4))
    assert used.refuse_request({}) == "usd"
    assert used.reason == "the next request may cost up to $1, and $0.75 is left of $2.5"


def test_a_request_of_an_unknown_price_is_refused_where_dollars_are_limited() -> None:
    assert allowance(None).refuse_request({}) is None
    used = allowance(None, usd=100)
    assert used.refuse_request({"model": "claude-next"}) == "usd"
    assert used.reason == "what a request to claude-next may cost at most is not known"


def test_time_that_has_passed_refuses_requests_and_calls() -> None:
    used = allowance(seconds=4)  # the clock moves on by a second at each look
    assert [used.refuse_call(), used.refuse_request({}), used.refuse_call()] == [None, None, "seconds"]
    assert used.reason == "the 4 seconds that are allowed have passed"


def test_what_was_used_before_counts() -> None:
    used = TurnAllowance(Limits(requests=3, calls=3, usd=3), lambda _: Y, requests=3, calls=3, nano_usd=3 * Y)
    assert [used.refuse_request({}), used.refuse_call()] == ["requests", "calls"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"requests": -1},
        {"requests": 1.5},
        {"calls": True},
        {"usd": -1},
        {"usd": "much"},
        {"usd": math.nan},
        {"seconds": -1},
        {"seconds": math.inf},
        {"seconds": "1"},
    ],
)
def test_a_limit_that_is_no_number_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)


def test_dollars_are_exact() -> None:
    assert [Limits(usd=usd).nano_usd for usd in (0.1, "0.1", Decimal("0.1"), 0)] == [10**8, 10**8, 10**8, 0]


def test_what_is_no_limits_is_refused() -> None:
    with pytest.raises(
        TypeError, match=r"limits must be tercet.Limits\(requests=…, calls=…, usd=…, seconds=…\), not 5"
    ):
        check_limits(5)


def test_a_limit_that_a_conversation_meets_raises_and_leaves_it_valid() -> None:
    @tercet.beta_tool
    def weather(city: str) -> str:
        return f"rain in {city}"

    calls = [{"type": "tool_use", "name": "weather", "input": {"city": city}} for city in ("Oslo", "Rome", "Bonn")]
    with tercet.local_api(strict=True, journal=True) as api:
        api.queue(calls, "So it rains.")
        chat = tercet.Conversation(
            api.client(max_retries=0),
            model="claude-sonnet-4-6",
            max_tokens=100,
            tools=[weather],
            limits=Limits(calls=2),
        )
        with pytest.raises(
            tercet.ConversationLimitError, match=r"the limit calls ended the turn: as many calls of tools"
        ) as met:
            chat.say("Weather?")
        assert met.value.limit == "calls"
        assert met.value.answer.stop_reason == "tool_use"
        assert chat.say("And now?", limits=None).text == "So it rains."
        told = api.journal.entries()[-1].json["messages"][2]["content"]
    assert [block["content"] for block in told[:3]] == [
        "rain in Oslo",
        "rain in Rome",
        "Error: not run, as the limit of calls that the user had set was reached",
    ]

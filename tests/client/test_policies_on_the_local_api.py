"""Policies against a real server with real faults: sockets, both worlds, the server's own count of requests."""

from __future__ import annotations

from typing import Any

import pytest

import tercet

ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 60,
    "messages": [{"role": "user", "content": "What is 6 * 7?"}],
}
AT_ONCE = "retry-after-ms=1"


def attempts(events: list[Any]) -> list[Any]:
    return [(each.status, each.phase, each.billed) for each in events if type(each).__name__ == "AttemptDetails"]


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        (f"x1 status:529,{AT_ONCE}", (529, "refused", "no")),
        ("x1 close", (None, "unanswered", "maybe")),
        ("x1 fin@300", (None, "body_lost", "yes")),
    ],
)
def test_a_call_survives_a_fault_and_says_what_it_may_have_cost(fault: str, first: tuple[Any, ...]) -> None:
    events: list[Any] = []
    with tercet.local_api(faults=[fault]) as api, api.client(on_event=events.append, max_retries=1) as client:
        message = client.messages.create(**ASK)

    assert "42" in message.text
    assert attempts(events) == [first, (200, None, "yes")]


@pytest.mark.anyio
async def test_a_stream_that_is_cut_before_its_first_content_is_opened_again() -> None:
    with tercet.local_api(faults=["x1 fin@20"]) as api:
        with api.client(max_retries=1) as client, client.messages.stream(**ASK) as stream:
            first = stream.get_final_text()
        api.fault("x1 fin@20")
        async with (
            api.async_client(max_retries=1) as asynchronous,
            asynchronous.messages.stream(**ASK) as streamed,
        ):
            second = await streamed.get_final_text()

    assert "42" in first
    assert first == second


def test_a_deadline_ends_a_stream_that_drips() -> None:
    with (
        tercet.local_api(faults=["drip:1/100ms"]) as api,
        api.client(max_retries=0) as client,
        pytest.raises(tercet.APITimeoutError),
    ):
        list(client.messages.create(**ASK, stream=True, deadline=0.4))


def test_an_overloaded_model_is_replaced_and_then_not_asked_any_more() -> None:
    events: list[Any] = []
    with (
        tercet.local_api(faults=["x2 status:529"]) as api,
        api.client(
            max_retries=0,
            breaker=tercet.CircuitBreaker(failures=2),
            fallbacks=["claude-haiku-4-5"],
            on_event=events.append,
        ) as client,
    ):
        with pytest.raises(tercet.OverloadedError):  # both models were overloaded once
            client.messages.create(**ASK)
        api.fault("x1 status:529")
        second = client.messages.create(**ASK)
        third = client.messages.create(**ASK)

    assert second.tercet_info.model_served == third.tercet_info.model_served == "claude-haiku-4-5"
    assert third.tercet_info.hops[0].problem.startswith("the circuit breaker")
    assert len(attempts(events)) == 5

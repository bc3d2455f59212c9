"""What a client does when things go wrong, from its arguments to the wire: both worlds, no server, no waiting."""

from __future__ import annotations

import asyncio
import json
import pickle
from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, JSON, KEY, MESSAGE, SSE, Script

import tercet
from tercet.flow.breaker import Breaker, CircuitBreaker
from tercet.flow.events import AttemptDetails, BreakerDetails, FallbackDetails, WaitDetails
from tercet.flow.retry_budget import QuotaPolicy
from tercet.transport.base import Lost

BUSY = (529, JSON, b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}')
GOOD = (200, JSON, MESSAGE)
CUT = Lost("read", "cut", "it broke")
BUSY_EVENT = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n'
NO_WAIT = {"retry-after-ms": "1"}


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(seconds: float) -> None:
        pass

    monkeypatch.setattr("tercet.flow.drivers.run.__kwdefaults__", {**_run_defaults(), "sleep": lambda seconds: None})
    monkeypatch.setattr("tercet.flow.drivers.arun.__kwdefaults__", {**_arun_defaults(), "sleep": at_once})


def _run_defaults() -> Any:
    from tercet.flow.drivers import run

    return run.__kwdefaults__


def _arun_defaults() -> Any:
    from tercet.flow.drivers import arun

    return arun.__kwdefaults__


async def both(*outcomes: Any, ask: dict[str, Any] | None = None, **options: Any) -> tuple[Any, Script]:
    """The same call in both worlds: its message, or the error that it raised."""
    ends: list[Any] = []
    scripts = Script(*outcomes), Script(*outcomes)
    arguments = {**ASK, **(ask or {})}
    try:
        ends.append(scripts[0].client(**options).messages.create(**arguments))
    except tercet.APIError as error:
        ends.append(error)
    try:
        ends.append(await scripts[1].async_client(**options).messages.create(**arguments))
    except tercet.APIError as error:
        ends.append(error)
    assert type(ends[0]) is type(ends[1])
    assert [each.content for each in scripts[0].sent] == [each.content for each in scripts[1].sent]
    return ends[0], scripts[0]


def models(script: Script) -> list[str]:
    return [json.loads(each.content)["model"] for each in script.sent]


# --- nothing asked for -----------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_without_policies_a_call_is_what_it_was() -> None:
    message, script = await both(BUSY, BUSY, GOOD, max_retries=2)

    assert message.text == "Hi!"
    assert message.tercet_info is None
    assert len(script.sent) == 3


def test_a_client_and_its_copies_share_one_quota() -> None:
    script = Script(BUSY)
    client = script.client(max_retries=1)
    copy = client.with_options(max_retries=2)
    copy.__dict__["_transport"] = client.__dict__["_transport"]
    for each in (client, copy):
        with pytest.raises(tercet.OverloadedError):
            each.messages.create(**ASK)

    assert client.retry_quota is copy.retry_quota
    assert client.retry_quota is not None
    assert client.retry_quota.left == 500 - 3 * 5


def test_another_origin_has_a_quota_of_its_own() -> None:
    client = Script(BUSY).client()

    assert client.with_options(base_url="http://other").retry_quota is not client.retry_quota


@pytest.mark.anyio
async def test_a_storm_of_a_thousand_calls_sends_a_tenth_more_at_most() -> None:
    script = Script(BUSY)
    client = script.client(max_retries=2)
    for _ in range(1_000):
        with pytest.raises(tercet.OverloadedError):
            client.messages.create(**ASK)

    assert 1_000 < len(script.sent) <= 1_100


@pytest.mark.anyio
async def test_an_error_says_that_the_quota_is_used_up() -> None:
    error, script = await both(BUSY, max_retries=2, retry_quota=QuotaPolicy(capacity=4))

    assert type(error) is tercet.OverloadedError
    assert error.__notes__ == ["not retried: retry quota exhausted"]
    assert len(script.sent) == 1


@pytest.mark.anyio
async def test_retries_can_be_free() -> None:
    _, script = await both(BUSY, max_retries=200, retry_quota=False)

    assert len(script.sent) == 201


@pytest.mark.anyio
async def test_what_may_have_been_billed_is_not_repeated_if_the_client_says_so() -> None:
    error, script = await both(Lost("read", "unanswered", "reset"), max_retries=2, retry_ambiguous=False)
    _, safe = await both(BUSY, GOOD, max_retries=2, retry_ambiguous=False)

    assert type(error) is tercet.APIConnectionError
    assert (len(script.sent), len(safe.sent)) == (1, 2)


@pytest.mark.anyio
async def test_what_may_have_been_billed_is_put_to_no_other_model_either() -> None:
    once: dict[str, Any] = {"max_retries": 0, "retry_ambiguous": False, "fallbacks": ["claude-haiku-4-5"]}
    error, script = await both(Lost("read", "unanswered", "reset"), GOOD, **once)
    _, safe = await both(BUSY, GOOD, **once)

    assert type(error) is tercet.APIConnectionError
    assert error.__notes__ == ["not retried: retry_ambiguous=False"]
    assert (len(script.sent), len(safe.sent)) == (1, 2)


@pytest.mark.anyio
async def test_a_spend_limit_is_no_rate_limit() -> None:
    body = b'{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}'
    error, script = await both((429, JSON, body), max_retries=2)

    assert error.error_code == "enforced_spend_limit_reached"
    assert isinstance(error, tercet.RateLimitError)
    assert len(script.sent) == 1


@pytest.mark.anyio
async def test_a_wait_beyond_the_deadline_raises_at_once_and_says_how_long() -> None:
    error, script = await both((429, {**JSON, "retry-after": "60"}, b"{}"), max_retries=2, deadline=30)

    assert error.retry_after == 60.0
    assert len(script.sent) == 1


@pytest.mark.anyio
async def test_a_deadline_that_has_passed_sends_nothing() -> None:
    error, script = await both(GOOD, deadline=0)

    assert type(error) is tercet.APITimeoutError
    assert script.sent == []


# --- streams ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [[BUSY_EVENT], EVENTS[:1], [*EVENTS[:1], BUSY_EVENT], [CUT], []])
def test_a_stream_that_fails_before_its_first_content_is_opened_again(first: list[Any]) -> None:
    script = Script((200, SSE, first), (200, SSE, EVENTS), (200, SSE, first), (200, SSE, EVENTS))
    client = script.client(max_retries=1)

    raw = [event.type for event in client.messages.create(**ASK, stream=True)]
    with client.messages.stream(**ASK) as stream:
        text = stream.get_final_text()

    assert raw[0] == "message_start"
    assert raw.count("message_start") == 1
    assert text == "Hello"
    assert len(script.sent) == 4
    assert all(each.closed for each in script.streams[:1])


@pytest.mark.anyio
@pytest.mark.parametrize("first", [[BUSY_EVENT], EVENTS[:1], [*EVENTS[:1], BUSY_EVENT], [CUT], []])
async def test_an_async_stream_too(first: list[Any]) -> None:
    script = Script((200, SSE, first), (200, SSE, EVENTS))
    async with script.async_client(max_retries=1).messages.stream(**ASK) as stream:
        assert await stream.get_final_text() == "Hello"

    assert len(script.sent) == 2


def test_a_stream_that_keeps_failing_raises_what_it_always_raised() -> None:
    script = Script((200, SSE, [EVENTS[0], BUSY_EVENT]))
    client = script.client(max_retries=1)
    stream = client.messages.create(**ASK, stream=True)

    with pytest.raises(tercet.OverloadedError) as caught:
        list(stream)

    assert caught.value.status_code == 200
    assert caught.value.partial_message.id == "msg_01A"
    assert len(script.sent) == 2


def test_after_the_first_content_nothing_is_repeated() -> None:
    script = Script((200, SSE, [*EVENTS[:4], CUT]))
    seen: list[str] = []
    stream = script.client(max_retries=2).messages.create(**ASK, stream=True)

    with pytest.raises(tercet.IncompleteStreamError) as caught:
        seen.extend(event.type for event in stream)

    assert seen == ["message_start", "content_block_start", "content_block_delta"]
    assert caught.value.partial_message.content[0].text == "Hel"
    assert len(script.sent) == 1


def test_without_retries_a_stream_is_handed_out_before_it_has_begun() -> None:
    script = Script((200, SSE, EVENTS))
    stream = script.client(max_retries=0).messages.create(**ASK, stream=True)

    assert stream._source is script.streams[0]


@pytest.mark.parametrize("retries", [0, 2])
def test_the_deadline_spans_the_reading_of_a_stream(retries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script((200, SSE, EVENTS))
    stream = script.client(max_retries=retries).messages.create(**ASK, stream=True, deadline=60)
    first = next(stream)
    monkeypatch.setattr("tercet.flow.body.time.monotonic", lambda: 1e12)

    with pytest.raises(tercet.APITimeoutError, match="the deadline of the call passed") as caught:
        list(stream)

    assert first.type == "message_start"
    assert caught.value.partial_message.id == "msg_01A"
    assert script.streams[0].closed
    assert script.sent[0].timeout.total == pytest.approx(60, abs=1)


# --- breakers --------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_after_five_failures_in_a_row_nothing_is_sent() -> None:
    script = Script(BUSY)
    client = script.async_client(breaker=True)
    for _ in range(5):
        with pytest.raises(tercet.OverloadedError):
            await client.messages.create(**ASK)

    with pytest.raises(tercet.CircuitOpenError) as caught:
        await client.messages.create(**ASK)

    assert len(script.sent) == 5
    assert 3.9 < (caught.value.retry_after or 0) < 6.1
    assert KEY not in str(caught.value) + repr(client.breakers)
    assert client.breakers["claude-sonnet-4-6"].state == "open"
    assert client.breakers["claude-haiku-4-5"].state == "closed"


def test_a_call_that_trips_the_breaker_raises_its_own_error_without_a_wait() -> None:
    script = Script(BUSY)
    with pytest.raises(tercet.OverloadedError) as caught:
        script.client(breaker=CircuitBreaker(failures=2, seconds=30), max_retries=5).messages.create(**ASK)

    assert len(script.sent) == 2
    assert caught.value.__notes__ == ["not retried: the circuit breaker has opened"]


def test_an_operator_can_isolate_and_reset() -> None:
    script = Script(GOOD)
    client = script.client(breaker=True)
    client.breakers[ASK["model"]].isolate()
    with pytest.raises(tercet.CircuitOpenError, match="until reset"):
        client.messages.create(**ASK)
    client.breakers.reset()

    assert client.messages.create(**ASK).text == "Hi!"
    assert len(script.sent) == 1


def test_copies_share_circuits_and_other_keys_do_not() -> None:
    client = Script(BUSY).client(breaker=True)
    client.breakers[ASK["model"]].isolate()

    assert client.with_options(max_retries=1).breakers[ASK["model"]].state == "isolated"
    assert client.with_options(api_key="sk-ant-another").breakers[ASK["model"]].state == "closed"
    assert client.with_options(base_url="http://other").breakers[ASK["model"]].state == "closed"


def test_flapping_does_not_open_the_breaker() -> None:
    script = Script(*[BUSY, GOOD] * 200)
    client = script.client(breaker=True, max_retries=1)
    for _ in range(200):
        assert client.messages.create(**ASK).text == "Hi!"

    assert client.breakers[ASK["model"]].state == "closed"


@pytest.mark.anyio
async def test_a_cancelled_trial_makes_room_for_another() -> None:
    client = Script(GOOD).async_client(breaker=CircuitBreaker(failures=1, seconds=1e-9))
    circuit = client.breakers[ASK["model"]]
    permit, _ = circuit.admit()
    assert permit is not None
    circuit.judge(permit, False)
    sent = asyncio.Event()

    class Silent:
        async def send(self, request: Any) -> Any:
            sent.set()
            await asyncio.Event().wait()

    answering, client.__dict__["_transport"] = client.__dict__["_transport"], Silent()
    trial = asyncio.create_task(client.messages.create(**ASK))
    await sent.wait()
    with pytest.raises(tercet.CircuitOpenError):
        await client.messages.create(**ASK)
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    client.__dict__["_transport"] = answering

    assert (await client.messages.create(**ASK)).text == "Hi!"
    assert circuit.state == "closed"


def test_a_client_without_breaker_says_how_to_have_one() -> None:
    with pytest.raises(LookupError, match="make one with breaker=True"):
        Script(GOOD).client().breakers["x"]


def test_a_stream_that_breaks_counts_against_the_server() -> None:
    script = Script((200, SSE, [*EVENTS[:4], CUT]))
    client = script.client(breaker=CircuitBreaker(failures=2))
    for _ in range(2):
        with pytest.raises(tercet.IncompleteStreamError):
            list(client.messages.create(**ASK, stream=True))

    assert client.breakers[ASK["model"]].state == "open"


# --- fallbacks -------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_another_model_answers_and_the_message_says_so() -> None:
    message, script = await both(BUSY, GOOD, fallbacks=["claude-haiku-4-5"])

    assert models(script) == ["claude-sonnet-4-6", "claude-haiku-4-5"]
    assert message.tercet_info.model_requested == "claude-sonnet-4-6"
    assert message.tercet_info.model_served == "claude-haiku-4-5"
    assert [hop.problem for hop in message.tercet_info.hops] == ["HTTP 529", None]
    assert "tercet_info" not in message.to_json()
    assert pickle.loads(pickle.dumps(message)).tercet_info == message.tercet_info


@pytest.mark.anyio
async def test_one_call_may_have_fallbacks_of_its_own_or_none() -> None:
    _, own = await both(BUSY, GOOD, fallbacks=["claude-haiku-4-5"], ask={"fallbacks": ["claude-sonnet-4-5"]})
    _, none = await both(BUSY, GOOD, fallbacks=["claude-haiku-4-5"], ask={"fallbacks": []})

    assert models(own) == ["claude-sonnet-4-6", "claude-sonnet-4-5"]
    assert models(none) == ["claude-sonnet-4-6"]


@pytest.mark.anyio
async def test_when_every_model_fails_the_error_is_the_first_ones() -> None:
    error, script = await both(BUSY, (500, JSON, b"{}"), fallbacks=["claude-haiku-4-5"])

    assert type(error) is tercet.OverloadedError
    assert [(hop.model, hop.status) for hop in error.hops] == [("claude-sonnet-4-6", 529), ("claude-haiku-4-5", 500)]
    assert len(script.sent) == 2


@pytest.mark.anyio
async def test_parameters_are_adapted_for_the_next_model() -> None:
    message, script = await both(BUSY, GOOD, ask={"temperature": 0.2}, fallbacks=["claude-opus-4-8"])

    assert "temperature" not in json.loads(script.sent[1].content)
    assert [each.parameter for each in message.tercet_info.hops[1].adapted] == ["temperature"]


def test_a_stream_falls_back_before_its_first_content() -> None:
    script = Script((200, SSE, [EVENTS[0], BUSY_EVENT]), (200, SSE, EVENTS))
    with script.client(fallbacks=["claude-haiku-4-5"]).messages.stream(**ASK) as stream:
        message = stream.get_final_message()

    assert message.text == "Hello"
    assert message.tercet_info.model_served == "claude-haiku-4-5"
    assert script.streams[0].closed


def test_an_open_breaker_is_no_end_if_there_are_fallbacks() -> None:
    script = Script(GOOD)
    client = script.client(breaker=True, fallbacks=["claude-haiku-4-5"])
    client.breakers[ASK["model"]].isolate()

    message = client.messages.create(**ASK)

    assert models(script) == ["claude-haiku-4-5"]
    assert message.tercet_info.hops[0].problem.startswith("the circuit breaker for claude-sonnet-4-6")


@pytest.mark.anyio
async def test_parsed_and_raw_answers_say_it_too() -> None:
    data = MESSAGE.replace(b"Hi!", b"[1]")
    parsed = (
        Script(BUSY, (200, JSON, data))
        .client(fallbacks=["claude-haiku-4-5"])
        .messages.parse(**ASK, output_format=list[int])
    )
    raw = Script(BUSY, GOOD).client(fallbacks=["claude-haiku-4-5"]).messages.with_raw_response.create(**ASK)
    with (
        Script(BUSY, GOOD)
        .client(fallbacks=["claude-haiku-4-5"])
        .messages.with_streaming_response.create(**ASK) as response
    ):
        streamed = response.parse()

    assert parsed.parsed_output == [1]
    assert parsed.tercet_info.model_served == "claude-haiku-4-5"
    assert raw.parse().tercet_info.model_served == "claude-haiku-4-5"
    assert streamed.tercet_info.model_served == "claude-haiku-4-5"


@pytest.mark.anyio
async def test_an_async_stream_falls_back_too() -> None:
    script = Script((200, SSE, [EVENTS[0], BUSY_EVENT]), (200, SSE, EVENTS))
    async with script.async_client(fallbacks=["claude-haiku-4-5"]).messages.stream(**ASK) as stream:
        message = await stream.get_final_message()

    assert message.tercet_info.model_served == "claude-haiku-4-5"


def test_fallbacks_of_a_beta_call_are_the_apis_own() -> None:
    script = Script(BUSY)
    with pytest.raises(tercet.OverloadedError):
        script.client().beta.messages.create(**ASK, fallbacks=[{"model": "claude-haiku-4-5"}])

    assert len(script.sent) == 1
    assert json.loads(script.sent[0].content)["fallbacks"] == [{"model": "claude-haiku-4-5"}]


def test_the_clients_fallbacks_hold_for_beta_calls() -> None:
    script = Script(BUSY, GOOD)
    message = script.client(fallbacks=["claude-haiku-4-5"]).beta.messages.create(
        **ASK, betas=["context-management-2025-06-27"]
    )

    assert message.tercet_info.model_served == "claude-haiku-4-5"
    assert [each.headers["anthropic-beta"] for each in script.sent] == ["context-management-2025-06-27"] * 2


def test_an_error_with_hops_can_be_pickled() -> None:
    with pytest.raises(tercet.OverloadedError) as caught:
        Script(BUSY).client(fallbacks=["claude-haiku-4-5"]).messages.create(**ASK)

    again = pickle.loads(pickle.dumps(caught.value))
    assert again.hops == caught.value.hops
    assert KEY.encode() not in pickle.dumps(caught.value)


def test_counting_tokens_has_no_fallbacks() -> None:
    script = Script(BUSY)
    with pytest.raises(tercet.OverloadedError):
        script.client(fallbacks=["claude-haiku-4-5"]).messages.count_tokens(model="x", messages=ASK["messages"])

    assert len(script.sent) == 1


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_each_event_is_one_frozen_object_without_secrets() -> None:
    heard: list[Any] = []
    await both(
        BUSY,
        BUSY,
        GOOD,
        max_retries=1,
        breaker=CircuitBreaker(failures=2),
        fallbacks=["claude-haiku-4-5"],
        on_event=heard.append,
    )

    half = heard[: len(heard) // 2]
    assert [type(each) for each in half] == [
        AttemptDetails,
        WaitDetails,
        AttemptDetails,
        BreakerDetails,
        FallbackDetails,
        AttemptDetails,
    ]
    assert [(each.status, each.problem, each.billed) for each in half if isinstance(each, AttemptDetails)] == [
        (529, "HTTP 529", "no"),
        (529, "HTTP 529", "no"),
        (200, None, "yes"),
    ]
    assert KEY not in repr(heard)
    assert "Hello" not in repr(heard)
    with pytest.raises(AttributeError):
        half[0].status = 5


def test_an_exception_of_the_listener_is_the_listeners_own() -> None:
    def broken(details: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Script(GOOD).client(on_event=broken).messages.create(**ASK)


# --- arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"breaker": 5}, "breaker must be True, a CircuitBreaker or a Breaker"),
        ({"retry_quota": 5}, "retry_quota must be True, False or a QuotaPolicy"),
        ({"retry_ambiguous": None}, "retry_ambiguous must be True or False"),
        ({"fallbacks": "claude-haiku-4-5"}, "fallbacks must be a list"),
        ({"on_event": 5}, "on_event must be a function"),
    ],
)
def test_wrong_arguments_are_refused_when_the_client_is_made(options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Script(GOOD).client(**options)
    with pytest.raises(TypeError, match=message):
        Script(GOOD).client().with_options(**options)


def test_a_pickled_client_keeps_its_policies_and_no_callbacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    client = tercet.Anthropic(breaker=Breaker(failures=3), fallbacks=["claude-haiku-4-5"], on_event=print)

    again = pickle.loads(pickle.dumps(client))

    assert again.breakers["x"].breaker == Breaker(failures=3)
    assert again._policies.fallbacks == client._policies.fallbacks
    assert again._policies.on_event is None

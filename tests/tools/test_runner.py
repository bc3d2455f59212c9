"""The tool runner of both worlds against written-down answers: what is sent, what is run, what is handed out."""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import threading
from typing import Any

import msgspec
import pytest
from tests.client.scripted import JSON, SSE, Script

from tercet.client.resources.beta_messages import AsyncBetaMessages, BetaMessages
from tercet.tools.functions import beta_async_tool, beta_tool
from tercet.transport.base import Lost
from tercet.wire.errors import APIError, ToolInputError

ASK: dict[str, Any] = {"model": "m", "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}
DONE = {"type": "text", "text": "Done."}
ran: list[Any] = []


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    ran.clear()


@beta_tool
def weather(city: str, days: int = 1) -> str:
    """Tell the weather."""
    ran.append((city, days))
    if city == "Atlantis":
        raise LookupError("no such city: sk-ant-api03-secret")
    return f"sun in {city}"


@beta_async_tool
async def forecast(city: str) -> str:
    """Tell tomorrow's weather."""
    ran.append(("async", city))
    return f"rain in {city}"


def call(number: int = 1, name: str = "weather", **tool_input: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": tool_input or {"city": "Oslo"}}


def body(stop_reason: str, *content: dict[str, Any], number: int = 1) -> dict[str, Any]:
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": list(content),
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def whole(*bodies: dict[str, Any]) -> Script:
    return Script(*[(200, JSON, msgspec.json.encode(each)) for each in bodies])


def event(**data: Any) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


def streamed(message: dict[str, Any], last_input: str | None = None) -> tuple[int, dict[str, str], list[bytes]]:
    """The message as a stream; `last_input` is written for the last call instead of its input."""
    chunks = [event(type="message_start", message={**message, "content": [], "stop_reason": None})]
    for index, block in enumerate(message["content"]):
        is_call = block["type"] == "tool_use"
        start = {**block, "input": {}} if is_call else {**block, "text": ""}
        chunks.append(event(type="content_block_start", index=index, content_block=start))
        written = json.dumps(block.get("input"))
        if last_input is not None and index == len(message["content"]) - 1:
            written = last_input
        delta = {"type": "input_json_delta", "partial_json": written} if is_call else _text(block)
        chunks.append(event(type="content_block_delta", index=index, delta=delta))
        chunks.append(event(type="content_block_stop", index=index))
    chunks.append(
        event(type="message_delta", delta={"stop_reason": message["stop_reason"]}, usage={"output_tokens": 1})
    )
    return 200, SSE, [*chunks, event(type="message_stop")]


def _text(block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text_delta", "text": block["text"]}


def sent(script: Script) -> list[dict[str, Any]]:
    return [json.loads(request.content) for request in script.sent]


def results(script: Script, request: int = 1) -> list[dict[str, Any]]:
    """The results that a request ends with."""
    last = sent(script)[request]["messages"][-1]
    assert last["role"] == "user"
    found: list[dict[str, Any]] = last["content"]
    return found


# --- the loop --------------------------------------------------------------------------------------------------------


def test_tools_are_run_until_the_model_is_done() -> None:
    script = whole(body("tool_use", DONE, call(1), call(2, days=2, city="Rome")), body("end_turn", DONE))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather], betas=["a"])
    assert [message.stop_reason for message in runner] == ["tool_use", "end_turn"]
    assert ran == [("Oslo", 1), ("Rome", 2)]
    assert sent(script)[0] == {**ASK, "tools": [weather.to_dict()]}
    assert sent(script)[1]["messages"] == [
        *ASK["messages"],
        {"role": "assistant", "content": [DONE, call(1), call(2, days=2, city="Rome")]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sun in Oslo"},
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": "sun in Rome"},
            ],
        },
    ]
    assert {request.headers["anthropic-beta"] for request in script.sent} == {"a"}
    assert runner.until_done().text == "Done."


@pytest.mark.anyio
async def test_the_async_runner_sends_the_same_and_takes_tools_of_both_kinds() -> None:
    script = whole(body("tool_use", call(1), call(2, "forecast")), body("end_turn", DONE))
    runner = script.async_client().beta.messages.tool_runner(**ASK, tools=[weather, forecast])
    assert [message.stop_reason async for message in runner] == ["tool_use", "end_turn"]
    assert ran == [("Oslo", 1), ("async", "Oslo")]
    assert [result["content"] for result in results(script)] == ["sun in Oslo", "rain in Oslo"]
    assert (await runner.until_done()).text == "Done."


@pytest.mark.anyio
async def test_a_plain_tool_does_not_hold_up_the_event_loop() -> None:
    where: list[int] = []

    @beta_tool
    def slow() -> str:
        where.append(threading.get_ident())
        return "done"

    script = whole(body("tool_use", {**call(1, "slow"), "input": {}}), body("end_turn", DONE))
    await script.async_client().beta.messages.tool_runner(**ASK, tools=[slow]).until_done()
    assert where != [threading.get_ident()]


def test_async_tools_need_the_async_client() -> None:
    beta = whole(body("end_turn", DONE)).client().beta.messages
    with pytest.raises(TypeError, match="is async; use AsyncAnthropic"):
        beta.tool_runner(**ASK, tools=[forecast])
    runner = beta.tool_runner(**ASK, tools=[weather])
    with pytest.raises(TypeError, match="is async; use AsyncAnthropic"):
        runner.add_tools(forecast)


@pytest.mark.parametrize(
    ("tool_input", "said"),
    [
        ({"city": "Oslo", "days": "5"}, "days: Expected `int`, got `str`"),
        ({"city": "Oslo", "days": True}, "days: Expected `int`, got `bool`"),
        ({"city": "Oslo", "unit": "c"}, "'unit' is not a parameter (there are: city, days)"),
        ({"days": 1}, "'city' is missing"),
    ],
)
def test_input_that_does_not_fit_is_for_the_model_to_read(tool_input: dict[str, Any], said: str) -> None:
    script = whole(body("tool_use", call(**tool_input)), body("end_turn", DONE))
    script.client().beta.messages.tool_runner(**ASK, tools=[weather]).until_done()
    assert ran == []
    assert results(script) == [
        {
            "type": "tool_result",
            "tool_use_id": "toolu_1",
            "content": f"ValueError: Invalid arguments for function weather: {said}",
            "is_error": True,
        }
    ]


def test_what_a_tool_raises_is_for_the_model_and_the_log(caplog: pytest.LogCaptureFixture) -> None:
    script = whole(body("tool_use", call(city="Atlantis"), call(2)), body("end_turn", DONE))
    with caplog.at_level(logging.WARNING, "tercet"):
        script.client().beta.messages.tool_runner(**ASK, tools=[weather]).until_done()
    failed, fine = results(script)
    assert (failed["content"], failed["is_error"]) == ("LookupError: no such city: sk-ant-[hidden]", True)
    assert fine == {"type": "tool_result", "tool_use_id": "toolu_2", "content": "sun in Oslo"}
    assert [record.getMessage() for record in caplog.records] == ["tool weather failed"]
    assert "LookupError: no such city: sk-ant-[hidden]" in caplog.text
    assert "sk-ant-" not in caplog.text.replace("sk-ant-[hidden]", "")


def test_a_program_may_stop_a_tool() -> None:
    @beta_tool
    def stop() -> str:
        raise KeyboardInterrupt

    script = whole(body("tool_use", {**call(1, "stop"), "input": {}}))
    with pytest.raises(KeyboardInterrupt):
        script.client().beta.messages.tool_runner(**ASK, tools=[stop]).until_done()


def test_iterations_are_limited() -> None:
    script = whole(body("tool_use", call()))
    client = script.client()
    assert len(list(client.beta.messages.tool_runner(**ASK, tools=[weather], max_iterations=3))) == 3
    assert len(script.sent) == 3
    with pytest.raises(RuntimeError, match="has no answer"):
        client.beta.messages.tool_runner(**ASK, tools=[weather], max_iterations=0).until_done()
    with pytest.raises(ValueError, match="max_iterations must be at least 0"):
        client.beta.messages.tool_runner(**ASK, tools=[weather], max_iterations=-1)


def test_the_caller_may_run_the_tools_and_nothing_is_run_twice() -> None:
    script = whole(body("tool_use", call()), body("end_turn", DONE))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather])
    assert runner.generate_tool_call_response() is None  # nothing was answered yet
    for message in runner:
        response = runner.generate_tool_call_response()
        assert runner.generate_tool_call_response() == response
        if response is not None:
            runner.append_messages(message, response, {"role": "user", "content": "In short."})
    assert ran == [("Oslo", 1)]
    assert [message["role"] for message in sent(script)[1]["messages"]] == ["user", "assistant", "user", "user"]


def test_a_call_that_the_caller_answers_is_not_run() -> None:
    script = whole(body("tool_use", call()), body("end_turn", DONE))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather])
    refused = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "denied"}]}
    for message in runner:
        if message.stop_reason == "tool_use":
            runner.append_messages(message, refused)
    assert ran == []
    assert sent(script)[1]["messages"][-1] == refused


def test_arguments_may_change_on_the_way() -> None:
    script = whole(body("tool_use", call()), body("end_turn", DONE))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather])
    for message in runner:
        if message.stop_reason == "tool_use":
            runner.set_messages_params(lambda params: {**params, "max_tokens": 7, "system": "Be short."})
    assert (sent(script)[1]["max_tokens"], sent(script)[1]["system"]) == (7, "Be short.")
    assert results(script)[0]["content"] == "sun in Oslo"


def test_a_closed_runner_sends_nothing_more() -> None:
    script = whole(body("tool_use", call()))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather])
    next(runner)
    runner.close()
    assert list(runner) == []
    assert (len(script.sent), ran) == (1, [])
    runner.close()


def test_a_tool_may_close_its_runner() -> None:
    script = whole(body("tool_use", {**call(1, "stop"), "input": {}}))

    @beta_tool
    def stop() -> str:
        runner.close()
        return "closed"

    runner = script.client().beta.messages.tool_runner(**ASK, tools=[stop])
    assert len(list(runner)) == 1
    assert len(script.sent) == 1


@pytest.mark.anyio
async def test_a_closed_async_runner_sends_nothing_more() -> None:
    script = whole(body("tool_use", call()))
    runner = script.async_client().beta.messages.tool_runner(**ASK, tools=[weather])
    await anext(runner)
    await runner.close()
    assert [message async for message in runner] == []
    assert (len(script.sent), ran) == (1, [])


def test_a_failed_request_is_raised_and_ends_the_loop() -> None:
    script = Script((200, JSON, msgspec.json.encode(body("tool_use", call()))), (400, JSON, b"{}"))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather])
    with pytest.raises(APIError):
        runner.until_done()
    assert list(runner) == []


# --- streams ---------------------------------------------------------------------------------------------------------


def stream_script(*bodies: dict[str, Any]) -> Script:
    return Script(*map(streamed, bodies))


def test_the_streaming_runner_hands_out_streams_and_reads_what_is_left() -> None:
    script = stream_script(body("tool_use", DONE, call()), body("end_turn", DONE))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather], stream=True)
    first = [next(iter(stream)).type for stream in runner]
    assert first == ["message_start", "message_start"]
    assert results(script)[0]["content"] == "sun in Oslo"
    assert runner.until_done().text == "Done."
    assert [stream.closed for stream in script.streams] == [True, True]


@pytest.mark.anyio
async def test_the_async_streaming_runner_does_the_same() -> None:
    script = stream_script(body("tool_use", DONE, call()), body("end_turn", DONE))
    runner = script.async_client().beta.messages.tool_runner(**ASK, tools=[weather], stream=True)
    texts = ["".join([text async for text in stream.text_stream]) async for stream in runner]
    assert texts == ["Done.", "Done."]
    assert results(script)[0]["content"] == "sun in Oslo"
    assert [stream.closed for stream in script.streams] == [True, True]


def test_a_stream_is_closed_when_the_runner_is() -> None:
    script = stream_script(body("tool_use", call()))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather], stream=True)
    next(next(runner))
    runner.close()
    assert (script.streams[0].closed, ran) == (True, [])


def test_a_call_that_was_cut_off_is_never_run() -> None:
    script = Script(streamed(body("max_tokens", call(1), call(2)), '{"city": "Os'))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather], stream=True)
    for stream in runner:
        stream.until_done()
        response = runner.generate_tool_call_response()
    assert response is not None
    assert ran == [("Oslo", 1)]
    assert [result.get("is_error") for result in response["content"]] == [None, True]
    assert len(script.sent) == 1


def test_a_stream_that_broke_runs_nothing() -> None:
    status, headers, chunks = streamed(body("tool_use", call()))
    script = Script((status, headers, [*chunks[:3], Lost("read", "cut", "reset by peer")]))
    with pytest.raises(APIError):
        script.client().beta.messages.tool_runner(**ASK, tools=[weather], stream=True).until_done()
    script = Script(streamed(body("tool_use", call()), '{"city": oops}'))
    with pytest.raises(ToolInputError):
        script.client().beta.messages.tool_runner(**ASK, tools=[weather], stream=True).until_done()
    assert ran == []


def test_eager_tools_run_as_soon_as_the_model_moved_on() -> None:
    script = stream_script(body("tool_use", call(1), DONE, call(2, city="Rome")), body("end_turn", DONE))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather], stream=True, run_tools_eagerly=True)
    seen: list[tuple[str, int]] = []
    for stream in runner:
        seen += [(each.type, len(ran)) for each in stream]
    assert [count for kind, count in seen if kind == "content_block_stop"] == [0, 1, 1, 2]
    assert ran == [("Oslo", 1), ("Rome", 1)]
    assert [result["content"] for result in results(script)] == ["sun in Oslo", "sun in Rome"]


@pytest.mark.anyio
async def test_eager_tools_of_the_async_runner_may_be_held() -> None:
    script = stream_script(body("tool_use", call(1), call(2, city="Rome"), DONE), body("end_turn", DONE))
    runner = script.async_client().beta.messages.tool_runner(
        **ASK, tools=[weather], stream=True, run_tools_eagerly=True
    )
    async for stream in runner:
        async for each in stream:
            if each.type == "message_start":
                runner.defer_tool_call("toolu_1")
        if len(script.sent) == 1:
            assert ran == [("Rome", 1)]
            assert [held.id for held in runner.deferred_tool_calls] == ["toolu_1"]
    assert ran == [("Rome", 1), ("Oslo", 1)]
    assert [result["content"] for result in results(script)] == ["sun in Oslo", "sun in Rome"]


def test_eager_tools_are_not_run_for_an_answer_that_was_cut() -> None:
    script = stream_script(body("max_tokens", call(1)))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather], stream=True, run_tools_eagerly=True)
    for stream in runner:
        for _ in stream:
            pass
    assert ran == []
    with pytest.raises(ValueError, match="needs stream=True"):
        script.client().beta.messages.tool_runner(**ASK, tools=[weather], run_tools_eagerly=True)


# --- what else goes through ------------------------------------------------------------------------------------------


def test_a_thread_sends_only_what_is_new() -> None:
    script = whole(body("tool_use", call(), number=5), body("end_turn", DONE))
    script.client().beta.messages.tool_runner(**ASK, tools=[weather], system="S", thread=True).until_done()
    first, second = sent(script)
    assert (first["thread"], first["system"]) == ({"type": "create"}, "S")
    assert second == {
        "model": "m",
        "max_tokens": 64,
        "thread": {"type": "continue", "previous_message_id": "msg_5"},
        "messages": [
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "sun in Oslo"}],
            }
        ],
    }
    assert {request.headers["anthropic-beta"] for request in script.sent} == {"message-threads-2026-08-12"}


def test_without_being_asked_no_thread_is_made() -> None:
    script = whole(body("end_turn", DONE))
    for thread in (False, None):
        script.client().beta.messages.tool_runner(**ASK, tools=[weather], thread=thread).until_done()
    assert all("thread" not in each for each in sent(script))


def test_the_last_answer_may_be_of_a_type() -> None:
    answer = {"type": "text", "text": '{"city":"Oslo"}'}
    script = whole(body("tool_use", call()), body("end_turn", answer))
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather], output_format=schema)
    assert runner.until_done().parsed_output == {"city": "Oslo"}
    assert "output_format" not in sent(script)[0]
    assert sent(script)[1]["output_config"]["format"]["type"] == "json_schema"


def test_raw_views_of_the_client_still_make_runners() -> None:
    script = whole(body("end_turn", DONE))
    noun = script.client().beta.messages.with_raw_response
    assert isinstance(noun, BetaMessages)
    assert noun.tool_runner(**ASK, tools=[weather]).until_done().text == "Done."
    assert isinstance(script.async_client().beta.messages, AsyncBetaMessages)


# --- what goes wrong ---------------------------------------------------------------------------------------------------


def test_who_breaks_off_may_go_on_later() -> None:
    script = whole(body("tool_use", call(1)), body("tool_use", call(2)), body("end_turn", DONE))
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather])
    for message in runner:
        assert message.stop_reason == "tool_use"
        break
    assert runner.until_done().text == "Done."
    assert len(script.sent) == 3


def test_a_run_that_an_error_ended_has_no_last_answer() -> None:
    lost = Lost("read", "unanswered", "it broke")
    script = Script((200, JSON, msgspec.json.encode(body("tool_use", call(1)))), lost)
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[weather])
    with pytest.raises(APIError):
        runner.until_done()
    with pytest.raises(RuntimeError, match="broke off"):
        runner.until_done()


@beta_tool
def long(characters: int) -> str:
    """Say a lot."""
    return "x" * characters


@beta_tool
def stops() -> str:
    """Raise what ends iterations."""
    raise StopIteration("no more")


def test_a_result_that_no_model_could_read_is_not_sent() -> None:
    calls = [call(1, "long", characters=8_000_001), call(2, "long", characters=3)]
    script = whole(body("tool_use", *calls), body("end_turn", DONE))
    script.client().beta.messages.tool_runner(**ASK, tools=[long]).until_done()
    refused, fine = results(script)
    assert refused["is_error"] is True
    assert "8,000,001 characters" in refused["content"]
    assert fine["content"] == "xxx"


def test_calls_of_a_wrong_shape_are_answered_as_far_as_they_can_be() -> None:
    nameless = {**call(3), "name": ["weather"]}
    anonymous = {key: value for key, value in call(4).items() if key != "id"}
    script = whole(body("tool_use", call(1), call(1), nameless, anonymous), body("end_turn", DONE))
    with pytest.warns(UserWarning, match="cannot run"):
        script.client().beta.messages.tool_runner(**ASK, tools=[weather]).until_done()
    assert [(result["tool_use_id"], result.get("is_error", False)) for result in results(script)] == [
        ("toolu_1", False),
        ("toolu_1", False),
        ("toolu_3", True),
        (None, False),
    ]


@pytest.mark.anyio
async def test_whatever_a_plain_tool_raises_comes_back_from_its_thread() -> None:
    script = whole(body("tool_use", {**call(1, "stops"), "input": {}}), body("end_turn", DONE))
    await script.async_client().beta.messages.tool_runner(**ASK, tools=[stops]).until_done()
    assert results(script)[0]["content"] == "StopIteration: no more"


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_never_has_enough_ends_at_max_iterations(stream: bool) -> None:
    endless = body("tool_use", call(1))
    script = Script(streamed(endless)) if stream else whole(endless)
    tool_runner: Any = script.client().beta.messages.tool_runner
    runner = tool_runner(**ASK, tools=[weather], max_iterations=5, stream=stream)
    assert runner.until_done().stop_reason == "tool_use"
    assert len(script.sent) == 5


@pytest.mark.parametrize(
    "tools",
    [
        [weather, weather],
        [weather, beta_tool(lambda: "x", name="weather")],
        [weather, {"name": "weather", "input_schema": {"type": "object"}}],
        [beta_tool(lambda: "x", name="web_search"), {"type": "web_search_20250305", "name": "web_search"}],
    ],
)
def test_two_tools_of_one_name_are_refused_when_the_runner_is_made(tools: list[Any]) -> None:
    script = Script()
    with pytest.raises(ValueError, match=r"two tools are named '\w+'"):
        script.client().beta.messages.tool_runner(**ASK, tools=tools)
    with pytest.raises(ValueError, match=r"two tools are named '\w+'"):
        script.async_client().beta.messages.tool_runner(**ASK, tools=tools)


def test_iterators_in_the_conversation_are_sent_again_with_every_turn() -> None:
    answers = [
        (200, JSON, json.dumps(body("tool_use", call())).encode()),
        (200, JSON, json.dumps(body("end_turn", DONE)).encode()),
    ]
    script = Script(*answers)
    text = {"type": "text", "text": "Hi"}
    script.client().beta.messages.tool_runner(
        model="m",
        max_tokens=64,
        messages=({"role": "user", "content": iter([text])} for _ in range(1)),
        system=iter([{**text, "citations": iter([])}]),
        tools=[weather, {"name": "f", "input_schema": {"type": "object", "required": iter(["a"])}}],
        extra_body={"x": iter([1])},
    ).until_done()

    first, second = (json.loads(request.content) for request in script.sent)
    assert first["messages"] == [{"role": "user", "content": [text]}] == second["messages"][:1]
    assert first["tools"][1]["input_schema"]["required"] == ["a"]
    assert {**first, "messages": 0} == {**second, "messages": 0}


# --- side by side ----------------------------------------------------------------------------------------------------

SAID: contextvars.ContextVar[str] = contextvars.ContextVar("SAID")


def two_calls(name: str = "meet") -> Script:
    return whole(body("tool_use", call(1, name, place="Oslo"), call(2, name, place="Rome")), body("end_turn", DONE))


@pytest.mark.anyio
async def test_async_tools_of_one_answer_run_side_by_side_and_their_results_keep_the_order() -> None:
    first_waits = asyncio.Event()

    @beta_async_tool
    async def meet(place: str) -> str:
        if place == "Oslo":
            await asyncio.wait_for(first_waits.wait(), 30)
        first_waits.set()
        ran.append(place)
        return place

    script = two_calls()
    await script.async_client().beta.messages.tool_runner(**ASK, tools=[meet]).until_done()
    assert ran == ["Rome", "Oslo"]
    assert [result["content"] for result in results(script)] == ["Oslo", "Rome"]


@pytest.mark.parametrize("world", ["blocking", "async"])
def test_plain_tools_that_say_so_run_side_by_side_in_threads_with_the_caller_s_context(world: str) -> None:
    meeting = threading.Barrier(2, timeout=30)

    @beta_tool(alone=False)
    def meet(place: str) -> str:
        meeting.wait()  # passes only if both are under way at once
        return f"{place} {SAID.get()}"

    async def run_async() -> None:
        await script.async_client().beta.messages.tool_runner(**ASK, tools=[meet]).until_done()

    script = two_calls()
    SAID.set("by me")
    if world == "blocking":
        script.client().beta.messages.tool_runner(**ASK, tools=[meet]).until_done()
    else:
        asyncio.run(run_async())
    assert [result["content"] for result in results(script)] == ["Oslo by me", "Rome by me"]


def test_plain_tools_run_one_after_another_in_the_caller_s_thread() -> None:
    @beta_tool
    def meet(place: str) -> str:
        ran.append((place, threading.get_ident()))
        return place

    two_calls().client().beta.messages.tool_runner(**ASK, tools=[meet]).until_done()
    assert ran == [("Oslo", threading.get_ident()), ("Rome", threading.get_ident())]


@pytest.mark.anyio
async def test_what_one_of_several_tools_raises_is_its_own_result() -> None:
    @beta_async_tool
    async def meet(place: str) -> str:
        if place == "Oslo":
            raise LookupError("closed")
        return place

    script = two_calls()
    await script.async_client().beta.messages.tool_runner(**ASK, tools=[meet]).until_done()
    assert [result["content"] for result in results(script)] == ["LookupError: closed", "Rome"]


@pytest.mark.anyio
async def test_cancelling_a_run_cancels_every_tool_under_way() -> None:
    both = asyncio.Barrier(3)

    @beta_async_tool
    async def meet(place: str) -> str:
        try:
            await both.wait()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ran.append(place)
            raise
        return place

    script = two_calls()
    task = asyncio.ensure_future(script.async_client().beta.messages.tool_runner(**ASK, tools=[meet]).until_done())
    await asyncio.wait_for(both.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(ran) == ["Oslo", "Rome"]
    assert len(script.sent) == 1


def test_a_tool_in_a_thread_may_close_its_runner() -> None:
    @beta_tool(alone=False)
    def meet(place: str) -> str:
        runner.close()
        return place

    script = two_calls()
    runner = script.client().beta.messages.tool_runner(**ASK, tools=[meet])
    assert len(list(runner)) == 1
    assert len(script.sent) == 1

"""Tools and beta messages from end to end: a real server, whose simulated model calls the tools that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest

import tercet
from tercet import LocalAPI, beta_async_tool, beta_tool

ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 500,
    "messages": [{"role": "user", "content": "What is the weather in Oslo?"}],
}


@beta_tool
def get_weather(city: str, unit: Literal["celsius", "kelvin"] = "celsius") -> str:
    """Get the weather of a city.

    Args:
        city: The city.
        unit: What to measure in.
    """
    return f"18 degrees ({unit}) in {city}"


@beta_async_tool
async def get_weather_later(city: str) -> str:
    """Get the weather of a city.

    Args:
        city: The city.
    """
    return f"19 degrees in {city}"


@pytest.fixture(scope="module")
def api() -> Iterator[LocalAPI]:
    with tercet.local_api() as running:
        yield running


@pytest.mark.parametrize("thread", [False, True])
def test_the_model_calls_the_tool_and_answers_from_its_result(api: LocalAPI, thread: bool) -> None:
    with api.client() as client:
        runner = client.beta.messages.tool_runner(**ASK, tools=[get_weather], thread=thread)
        assert [message.stop_reason for message in runner] == ["tool_use", "end_turn"]
        assert "18 degrees (celsius) in Oslo" in runner.until_done().text


def test_the_streaming_runner_does_the_same(api: LocalAPI) -> None:
    with api.client() as client:
        runner = client.beta.messages.tool_runner(**ASK, tools=[get_weather], stream=True, run_tools_eagerly=True)
        texts = ["".join(stream.text_stream) for stream in runner]
        assert "18 degrees (celsius) in Oslo" in texts[-1]


@pytest.mark.anyio
async def test_the_async_runners_do_the_same(api: LocalAPI) -> None:
    async with api.async_client() as client:
        message = await client.beta.messages.tool_runner(**ASK, tools=[get_weather_later]).until_done()
        assert "19 degrees in Oslo" in message.text
        streams = client.beta.messages.tool_runner(**ASK, tools=[get_weather_later], stream=True)
        texts = ["".join([text async for text in stream.text_stream]) async for stream in streams]
        assert "19 degrees in Oslo" in texts[-1]


def test_a_compaction_block_goes_back_exactly_as_it_came(api: LocalAPI) -> None:
    long: list[Any] = [{"role": "user", "content": "remember " * 60_000}]
    edit = {"type": "compact_20260112", "trigger": {"type": "input_tokens", "value": 50_000}}
    params: dict[str, Any] = {
        "model": "claude-sonnet-4-6",
        "max_tokens": 200,
        "betas": ["compact-2026-01-12"],
        "context_management": {"edits": [edit]},
    }
    with api.client() as client:
        first = client.beta.messages.create(**params, messages=long)
        assert [block.type for block in first.content] == ["compaction", "text"]
        history: list[Any] = [
            *long,
            {"role": "assistant", "content": first.content},
            {"role": "user", "content": "Go on."},
        ]
        second = client.beta.messages.create(**params, messages=history)
        assert second.usage.input_tokens < first.usage.iterations[0].input_tokens  # type: ignore[index]


def test_tools_made_of_functions_are_counted_and_created_with(api: LocalAPI) -> None:
    with api.client() as client:
        prompt: dict[str, Any] = {"model": ASK["model"], "messages": ASK["messages"]}
        alone = client.beta.messages.count_tokens(**prompt).input_tokens
        assert client.beta.messages.count_tokens(**prompt, tools=[get_weather]).input_tokens > alone
        assert client.messages.create(**ASK, tools=[get_weather]).stop_reason == "tool_use"

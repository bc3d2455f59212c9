# pyright: strict
"""Typical programs against the Claude API, as users write them. Type-checked, never run: `test_programs.py` lets
mypy and pyright, both strict, read them; the `assert_type` lines say what is expected."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, assert_type

import tercet as anthropic
from tercet import Anthropic, AsyncAnthropic, AsyncStream, Stream, beta_async_tool, beta_tool
from tercet.lib.tools import BetaAsyncToolRunner, BetaFunctionTool, BetaStreamingToolRunner, BetaToolRunner, ToolError
from tercet.types import (
    ContentBlock,
    ImageBlockParam,
    Message,
    MessageParam,
    ModelInfo,
    ParsedMessage,
    RawMessageStreamEvent,
    TextBlock,
    TextBlockParam,
    ToolChoiceParam,
    ToolParam,
    ToolResultBlockParam,
    ToolUseBlock,
    Usage,
)
from tercet.types.beta import BetaMessageParam
from tercet.types.beta.prompt_caching import PromptCachingBetaMessage
from tercet.types.beta.tools import ToolParam as ToolParamOf2024
from tercet.types.beta.tools import ToolsBetaMessage
from tercet.types.message_create_params import MessageCreateParamsNonStreaming
from tercet.types.messages import MessageBatch
from tercet.types.messages.batch_create_params import Request

client = anthropic.Anthropic()


def hello() -> str:
    message = client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=1024,
        messages=[{"role": "user", "content": "Hello, Claude"}],
    )
    assert_type(message, Message)
    assert_type(message.usage, Usage)
    assert_type(message.usage.input_tokens, int)
    assert_type(message.usage.cache_read_input_tokens, int | None)
    for block in message.content:
        if block.type == "text":
            assert_type(block, TextBlock)
            return block.text
    return message.text


def narrowing(block: ContentBlock) -> str:
    if isinstance(block, ToolUseBlock):
        assert_type(block.input, dict[str, Any])
        return block.name
    match block:
        case TextBlock():
            assert_type(block, TextBlock)
            return block.text
        case _:
            return block.type


def settings(system: str | None, temperature: float | None, effort: bool) -> Message:
    return client.messages.create(
        model="claude-opus-5-5",
        max_tokens=2_000,
        system=system or anthropic.NOT_GIVEN,
        temperature=temperature,
        top_p=0.9,
        top_k=40,
        stop_sequences=("END",),
        metadata={"user_id": "u-1"},
        thinking={"type": "adaptive", "display": "summarized"},
        output_config={"effort": "high" if effort else "low"},
        service_tier="auto",
        messages=({"role": "user", "content": word} for word in ["a", "b"]),
        extra_headers={"x-trace": "1", "user-agent": anthropic.omit},
        extra_query={"beta": True},
        extra_body={"novel": [1]},
        timeout=30.0,
        deadline=120.0,
        max_retries=4,
    )


def cached_system(document: str) -> Message:
    system: list[TextBlockParam] = [
        {"type": "text", "text": "Answer from the document."},
        {"type": "text", "text": document, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ]
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=100,
        system=system,
        cache_control={"type": "ephemeral"},
        messages=[MessageParam(role="user", content="Who wrote it?")],
    )


def streamed() -> int:
    stream = client.messages.create(
        model="claude-sonnet-4-6", max_tokens=10, messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    assert_type(stream, Stream[RawMessageStreamEvent])
    length = 0
    for event in stream:
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            length += len(event.delta.text)
    return length


def helper() -> Message:
    with client.messages.stream(
        model="claude-sonnet-4-6", max_tokens=10, messages=[{"role": "user", "content": "Hi"}]
    ) as stream:
        for text in stream.text_stream:
            print(text.upper(), end="", flush=True)
        assert_type(stream.text_stream, Iterator[str])
        assert_type(stream.get_final_text(), str)
        return stream.get_final_message()


def helper_events() -> None:
    with client.messages.stream(
        model="claude-sonnet-4-6", max_tokens=10, messages=[{"role": "user", "content": "Hi"}]
    ) as stream:
        for event in stream:
            if event.type == "text":
                print(event.text, event.snapshot)
            elif event.type == "message_stop":
                print(event.message.stop_reason)


WEATHER: ToolParam = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The city"}},
        "required": ["city"],
    },
}


def tool_loop(question: str) -> str:
    messages: list[MessageParam] = [{"role": "user", "content": question}]
    choice: ToolChoiceParam = {"type": "auto", "disable_parallel_tool_use": True}
    while True:
        response = client.messages.create(
            model="claude-sonnet-4-6",
            max_tokens=1024,
            tools=[WEATHER, {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}],
            tool_choice=choice,
            messages=messages,
        )
        if response.stop_reason != "tool_use":
            return response.text
        messages.append({"role": "assistant", "content": response.content})
        results: list[ToolResultBlockParam] = [
            {"type": "tool_result", "tool_use_id": block.id, "content": f"3 °C in {block.input['city']}"}
            for block in response.content
            if block.type == "tool_use"
        ]
        messages.append({"role": "user", "content": results})


@dataclass
class Contact:
    name: str
    age: int


class Place(TypedDict):
    city: str


def structured(question: list[MessageParam]) -> str:
    message = client.messages.parse(
        model="claude-sonnet-4-6",
        max_tokens=100,
        messages=question,
        output_format=Contact,
        output_config={"effort": "low"},
    )
    assert_type(message, ParsedMessage[Contact])
    assert_type(message.parsed_output, Contact | None)
    for block in message.content:
        if block.type == "text":
            assert_type(block.parsed_output, Contact | None)
    places = client.messages.parse(
        model="claude-sonnet-4-6", max_tokens=100, messages=question, output_format=list[Place]
    )
    assert_type(places.parsed_output, list[Place] | None)
    either = client.messages.parse(
        model="claude-sonnet-4-6", max_tokens=100, messages=question, output_format=Contact | Place
    )
    assert_type(either.parsed_output, Any | None)
    by_schema = client.messages.parse(
        model="claude-sonnet-4-6", max_tokens=100, messages=question, output_format={"type": "integer"}
    )
    assert_type(by_schema.parsed_output, Any | None)
    again: Message = message
    try:
        return message.parsed_output.name if message.parsed_output else again.text
    except anthropic.OutputValidationError as error:
        return error.text


def structured_stream(question: list[MessageParam]) -> Contact | None:
    with client.messages.stream(
        model="claude-sonnet-4-6", max_tokens=100, messages=question, output_format=Contact
    ) as stream:
        assert_type(stream, anthropic.MessageStream[Contact])
        for event in stream:
            if event.type == "text":
                print(event.parsed_snapshot())
            elif event.type == "content_block_stop" and event.content_block.type == "text":
                assert_type(event.content_block.parsed_output, Contact | None)
        return stream.get_final_message().parsed_output


async def structured_async(remote: AsyncAnthropic, question: list[MessageParam]) -> None:
    message = await remote.messages.parse(
        model="claude-sonnet-4-6", max_tokens=100, messages=question, output_format=Contact
    )
    assert_type(message.parsed_output, Contact | None)
    async with remote.messages.stream(
        model="claude-sonnet-4-6", max_tokens=100, messages=question, output_format=Contact
    ) as stream:
        assert_type((await stream.get_final_message()).parsed_output, Contact | None)


def conversation(history: list[MessageParam]) -> None:
    response = client.messages.create(model="claude-sonnet-4-6", max_tokens=10, messages=history)
    history.append(response.to_param())
    history.append({"role": "user", "content": [{"type": "text", "text": "Go on."}]})
    history[-1]["content"] = "Go on, please."


def image(path: Path) -> Message:
    data = base64.standard_b64encode(path.read_bytes()).decode("utf-8")
    picture: ImageBlockParam = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": data},
    }
    return client.messages.create(
        model="claude-sonnet-4-6",
        max_tokens=100,
        messages=[
            {
                "role": "user",
                "content": [
                    picture,
                    {"type": "image", "source": {"type": "url", "url": "https://example.org/a.jpg"}},
                    {
                        "type": "document",
                        "source": {"type": "base64", "media_type": "application/pdf", "data": path},
                        "citations": {"enabled": True},
                    },
                    {"type": "text", "text": "What is it?"},
                ],
            }
        ],
    )


def counted() -> int:
    count = client.messages.count_tokens(
        model="claude-sonnet-4-6",
        system="Be brief.",
        tools=[WEATHER],
        messages=[{"role": "user", "content": "Hi"}],
    )
    assert_type(count.input_tokens, int)
    return count.input_tokens


def arguments_in_a_variable(stream: bool) -> None:
    body: MessageCreateParamsNonStreaming = {
        "model": "claude-sonnet-4-6",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": "Hi"}],
    }
    requests: list[Request] = [{"custom_id": f"r-{n}", "params": body} for n in range(3)]
    assert_type(client.messages.batches.create(requests=requests), MessageBatch)
    assert_type(client.messages.create(**body), Message)
    loose: dict[str, Any] = {**body, "temperature": 0.5}
    answer: Message = client.messages.create(stream=False, **loose)
    print(answer.id)
    either = client.messages.create(
        model="claude-sonnet-4-6", max_tokens=10, messages=[{"role": "user", "content": "Hi"}], stream=stream
    )
    assert_type(either, Message | Stream[RawMessageStreamEvent])


def failing() -> str | None:
    try:
        hello()
    except anthropic.RateLimitError as error:
        return error.response.headers.get("retry-after")
    except anthropic.APITimeoutError:
        return "timeout"
    except anthropic.APIConnectionError as error:
        return str(error.__cause__)
    except anthropic.APIStatusError as error:
        assert_type(error.status_code, int)
        assert_type(error.request_id, str | None)
        return error.message
    return None


def configured() -> Anthropic:
    made = Anthropic(api_key="k", base_url="http://127.0.0.1:1", timeout=20.0, max_retries=0)
    return made.with_options(max_retries=5, timeout=anthropic.Timeout(60.0, connect=5.0))


async def in_async() -> None:
    async with AsyncAnthropic() as remote:
        message = await remote.messages.create(
            model="claude-sonnet-4-6", max_tokens=10, messages=[{"role": "user", "content": "Hi"}]
        )
        assert_type(message, Message)
        stream = await remote.messages.create(
            model="claude-sonnet-4-6", max_tokens=10, messages=[{"role": "user", "content": "Hi"}], stream=True
        )
        assert_type(stream, AsyncStream[RawMessageStreamEvent])
        async for event in stream:
            print(event.type)
        async with remote.messages.stream(
            model="claude-sonnet-4-6", max_tokens=10, messages=[{"role": "user", "content": "Hi"}]
        ) as helper:
            async for text in helper.text_stream:
                print(text)
            assert_type(await helper.get_final_message(), ParsedMessage[None])
        answers = await asyncio.gather(
            *[
                remote.messages.create(
                    model="claude-sonnet-4-6", max_tokens=10, messages=[{"role": "user", "content": word}]
                )
                for word in ("a", "b")
            ]
        )
        assert_type(answers, list[Message])


def batches() -> None:
    batch = client.messages.batches.retrieve("msgbatch_1")
    print(batch.request_counts.processing, batch.created_at.isoformat())
    for line in client.messages.batches.results(batch.id):
        if line.result.type == "succeeded":
            assert_type(line.result.message, Message)
        elif line.result.type == "errored":
            print(line.custom_id, line.result.error.error.message)
    for one in client.messages.batches.list(limit=10):
        assert_type(one, MessageBatch)


def models() -> None:
    model = client.models.retrieve("claude-opus-5-5")
    assert_type(model, ModelInfo)
    if model.capabilities is not None and model.capabilities.effort.supported:
        print(model.max_input_tokens, model.capabilities.thinking.types.adaptive.supported)
    for one in client.models.list():
        print(one.id)


def beta_messages() -> list[BetaMessageParam]:
    return [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": [{"type": "text", "text": "Ho"}]}]


@beta_tool
def get_weather(city: str, days: int = 1) -> str:
    """Get the weather of a city."""
    if not city:
        raise ToolError("which city?")
    return f"sun in {city} for {days} days"


@beta_tool(name="plus", strict=True, cache_control={"type": "ephemeral"})
def add(a: int, b: int) -> str:
    """Add two numbers."""
    return str(a + b)


@beta_async_tool
async def look_up(word: str) -> str:
    """Look a word up."""
    return word


def tool_runner(question: list[MessageParam]) -> str:
    assert_type(get_weather("Oslo", days=2), str)
    runner = client.beta.messages.tool_runner(
        model="claude-sonnet-4-6",
        max_tokens=100,
        messages=question,
        tools=[get_weather, add, {"type": "web_search_20250305", "name": "web_search"}],
        betas=["context-management-2025-06-27"],
        max_iterations=5,
        thread=False,
    )
    assert_type(runner, BetaToolRunner[None])
    for message in runner:
        assert_type(message, ParsedMessage[None])
        response = runner.generate_tool_call_response()
        if response is not None:
            runner.append_messages(message, response, {"role": "user", "content": "In short."})
        runner.set_messages_params(lambda params: {**params, "max_tokens": 200})
    plain = client.messages.create(model="claude-sonnet-4-6", max_tokens=9, messages=question, tools=[get_weather])
    return runner.until_done().text + plain.text


def streaming_tool_runner(question: list[MessageParam], tools: list[BetaFunctionTool[Any]]) -> Contact | None:
    runner = client.beta.messages.tool_runner(
        model="claude-sonnet-4-6",
        max_tokens=100,
        messages=question,
        tools=tools,
        stream=True,
        run_tools_eagerly=True,
        output_format=Contact,
    )
    assert_type(runner, BetaStreamingToolRunner[Contact])
    for stream in runner:
        for event in stream:
            if event.type == "text":
                print(event.text)
    return runner.until_done().parsed_output


async def async_tool_runner(remote: AsyncAnthropic, question: list[MessageParam]) -> str:
    runner = remote.beta.messages.tool_runner(
        model="claude-sonnet-4-6", max_tokens=100, messages=question, tools=[look_up, get_weather]
    )
    assert_type(runner, BetaAsyncToolRunner[None])
    async for message in runner:
        print(message.stop_reason)
    counted = await remote.beta.messages.count_tokens(
        model="claude-sonnet-4-6", messages=question, tools=[look_up], betas=["context-management-2025-06-27"]
    )
    print(counted.context_management)
    return (await runner.until_done()).text


def compacting(question: list[BetaMessageParam]) -> None:
    message = client.beta.messages.create(
        model="claude-opus-4-6",
        max_tokens=100,
        messages=question,
        betas=["compact-2026-01-12"],
        context_management={"edits": [{"type": "compact_20260112"}]},
    )
    assert_type(message, Message)
    question.append({"role": "assistant", "content": message.content})


def names_of_2024(message: ToolsBetaMessage, cached: PromptCachingBetaMessage, tool: ToolParamOf2024) -> str:
    """Both names of a path that takes over another one: those of the other, and its own."""
    return f"{message.id} {cached.id} {tool['name']}"


def with_media(path: Path) -> list[MessageParam]:
    photo = anthropic.image(path, model="claude-sonnet-4-6", tokens=600)
    assert_type(photo.tokens, int | None)
    assert_type(photo.width, int | None)
    report = anthropic.document("report.pdf", pages="1-20", citations=True)
    parts = [*report.split(pages=100), *report.render("1-2")]
    print(report.pages, report.tokens, len(parts))
    result: ToolResultBlockParam = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [photo]}
    messages: list[MessageParam] = [
        {"role": "user", "content": [photo, report, {"type": "text", "text": "Compare."}]},
        {"role": "user", "content": [result]},
        {"role": "user", "content": parts},
    ]
    client.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=messages)
    return anthropic.media.fit(messages, model="claude-sonnet-4-6", upload_with=client)


async def with_media_async(remote: AsyncAnthropic, messages: list[MessageParam]) -> Message:
    photo = await asyncio.to_thread(anthropic.image, "photo.heic")
    messages.append({"role": "user", "content": [photo]})
    fitted = await anthropic.media.afit(messages, model="claude-sonnet-4-6", upload_with=remote)
    return await remote.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=fitted)

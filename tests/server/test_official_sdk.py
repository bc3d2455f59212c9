"""The official SDK, a client we did not write, works with the local API and cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.official import run_official

from tercet.server.run import LocalServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with LocalServer() as server:
        yield server.base_url


def test_it_creates_a_message(base_url: str) -> None:
    program = """
message = client.messages.create(model="claude-sonnet-4-6", max_tokens=100, messages=[{"role": "user", "content": "What is 125 * 48?"}])
result = [type(message).__name__, message.content[0].text, message.stop_reason, message.usage.output_tokens, message._request_id]
"""
    kind, text, stop_reason, output_tokens, request_id = run_official(program, base_url)

    assert (kind, stop_reason) == ("Message", "end_turn")
    assert "6000" in text.replace(",", "")
    assert output_tokens > 0
    assert request_id.startswith("req_")


def test_it_streams(base_url: str) -> None:
    program = """
with client.messages.stream(model="claude-sonnet-4-6", max_tokens=100, messages=[{"role": "user", "content": "Tell me a story"}]) as stream:
    events = [event.type for event in stream]
    message = stream.get_final_message()
raw = [event.type for event in client.messages.create(model="claude-sonnet-4-6", max_tokens=100, stream=True, messages=[{"role": "user", "content": "Tell me a story"}])]
result = [events, message.content[0].text, message.stop_reason, raw]
"""
    events, text, stop_reason, raw = run_official(program, base_url)

    assert events[0] == raw[0] == "message_start"
    assert events[-1] == raw[-1] == "message_stop"
    assert events.count("text") == raw.count("content_block_delta") > 1
    assert text
    assert stop_reason in ("end_turn", "max_tokens")


def test_it_calls_tools_and_sends_results(base_url: str) -> None:
    program = """
tools = [{"name": "get_weather", "description": "Get the weather for a city", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]
messages = [{"role": "user", "content": "What is the weather in Oslo?"}]
first = client.messages.create(model="claude-sonnet-4-6", max_tokens=200, tools=tools, messages=messages)
call = next(block for block in first.content if block.type == "tool_use")
messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": '{"celsius": 4}'}]}]
second = client.messages.create(model="claude-sonnet-4-6", max_tokens=200, tools=tools, messages=messages)
result = [first.stop_reason, call.name, call.input, second.stop_reason, second.content[0].text]
"""
    first_stop, name, given, second_stop, text = run_official(program, base_url)

    assert (first_stop, name, given) == ("tool_use", "get_weather", {"city": "Oslo"})
    assert second_stop == "end_turn"
    assert "4" in text


def test_it_counts_tokens_and_lists_models(base_url: str) -> None:
    program = """
count = client.messages.count_tokens(model="claude-sonnet-4-6", messages=[{"role": "user", "content": "Hello"}])
models = [model.id for model in client.models.list(limit=3)]
result = [count.input_tokens, len(models), client.models.retrieve(models[0]).id == models[0]]
"""
    tokens, models, same = run_official(program, base_url)

    assert tokens > 0
    assert models > 3  # it went through the pages
    assert same


def test_it_gets_typed_errors(base_url: str) -> None:
    program = """
result = []
for wrong in ({"max_tokens": -1}, {"model": "gpt-9"}, {"messages": []}):
    try:
        client.messages.create(**{"model": "claude-sonnet-4-6", "max_tokens": 10, "messages": [{"role": "user", "content": "x"}], **wrong})
    except anthropic.APIStatusError as error:
        result.append([type(error).__name__, error.type, bool(error.request_id)])
"""
    assert run_official(program, base_url) == [
        ["BadRequestError", "invalid_request_error", True],
        ["NotFoundError", "not_found_error", True],
        ["BadRequestError", "invalid_request_error", True],
    ]


def test_its_refusal_middleware_falls_back_and_redeems_the_credit() -> None:
    program = """
client = anthropic.Anthropic(
    api_key="k", base_url=given["base_url"], max_retries=0,
    middleware=[anthropic.BetaRefusalFallbackMiddleware([{"model": "claude-opus-5-5"}])],
)
system = [{"type": "text", "text": "Know this well. " * 500, "cache_control": {"type": "ephemeral"}}]
refused = [{"role": "user", "content": "TERCET_REFUSE:cyber@claude-fable-5-1 Hello"}]
ask = {"model": "claude-fable-5-1", "max_tokens": 100, "system": system, "messages": refused}
with anthropic.BetaFallbackState():
    message = client.beta.messages.create(**ask)
with anthropic.BetaFallbackState(), client.beta.messages.stream(**ask) as stream:
    streamed = stream.get_final_message()
result = [[m.model, m.content[0].type, m.usage.fallback_credit.status.type] for m in (message, streamed)]
result.append([message.usage.cache_creation_input_tokens, message.usage.cache_read_input_tokens > 1000])
"""
    with LocalServer(strict=True) as server:
        *both, cached = run_official(program, server.base_url)

    assert both == [["claude-opus-5-5", "fallback", "redeemed"]] * 2
    assert cached == [0, True]


def test_it_knows_every_limit_by_its_class() -> None:
    program = """
result = []
for changes in ({}, {}, {"messages": [{"role": "user", "content": "word " * 9000}], "model": "claude-opus-5-5"}):
    try:
        client.messages.create(**{"model": "claude-sonnet-4-6", "max_tokens": 10, "messages": [{"role": "user", "content": "x"}], **changes})
        result.append("answered")
    except anthropic.APIStatusError as error:
        result.append([type(error).__name__, error.workspace_id])
"""
    own = "wrkspc_01TercetLocal0000000000"
    with LocalServer(rate_limits={"requests": 1, "ramp": 3000}) as server:
        found = run_official(program, server.base_url)
        assert found == ["answered", ["RateLimitError", own], ["RampLimitExceededError", own]]
    with LocalServer(spend_limit={"usd": 0, "kind": "contract"}) as server:
        assert run_official(program, server.base_url)[0] == ["ContractSpendLimitReachedError", own]

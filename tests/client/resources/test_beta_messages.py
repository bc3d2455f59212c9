"""`client.beta.messages`: what differs from `client.messages` is the header, and what the body may hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, JSON, MESSAGE, SSE, Script

from tercet.client.resources.beta_messages import beta_arguments
from tercet.tools.functions import beta_tool
from tercet.wire.requests.sentinels import NOT_GIVEN, omit

COUNT = b'{"input_tokens":7,"context_management":{"original_input_tokens":9}}'


@beta_tool
def weather(city: str) -> str:
    """Tell the weather."""
    return city


@pytest.mark.parametrize(
    ("arguments", "headers"),
    [
        ({}, None),
        ({"betas": None}, None),
        ({"betas": NOT_GIVEN}, None),
        ({"betas": omit}, None),
        ({"betas": []}, None),
        ({"betas": ["a", "b", "a"]}, {"anthropic-beta": "a,b"}),
        ({"betas": ("a",), "extra_headers": {"X": "1"}}, {"X": "1", "anthropic-beta": "a"}),
        ({"betas": ["a"], "extra_headers": {"Anthropic-Beta": "b, a,c"}}, {"anthropic-beta": "a,b,c"}),
        ({"betas": ["a"], "extra_headers": {"anthropic-beta": omit}}, {"anthropic-beta": omit}),
    ],
)
def test_betas_become_one_header(arguments: dict[str, Any], headers: Any) -> None:
    assert beta_arguments(arguments).get("extra_headers") == headers


def test_betas_are_a_list_of_texts() -> None:
    with pytest.raises(TypeError, match="betas must be a list"):
        beta_arguments({"betas": "a"})
    with pytest.raises(TypeError, match=r"betas\[1\] must be a string"):
        beta_arguments({"betas": ["a", 1]})


BETA_PARAMS: dict[str, Any] = {
    "betas": ["a"],
    "context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]},
    "compaction": {"type": "summarize"},
    "mcp_servers": [{"type": "url", "name": "docs", "url": "https://example.com/mcp"}],
    "container": {"skills": []},
    "fallbacks": "default",
    "fallback_credit_token": "token",
    "billing_policy": {"type": "user_profile"},
    "thread": {"type": "create"},
    "diagnostics": {"previous_message_id": None},
    "speed": "fast",
}


def test_every_beta_parameter_reaches_the_body_as_it_is() -> None:
    script = Script((200, JSON, MESSAGE))
    message = script.client().beta.messages.create(**ASK, **BETA_PARAMS, tools=[weather], workspace_id="wrkspc_1")
    request = script.sent[0]
    assert message.text == "Hi!"
    assert request.url == "http://local/v1/messages"
    assert (request.headers["anthropic-beta"], request.headers["anthropic-workspace-id"]) == ("a", "wrkspc_1")
    expected = {name: value for name, value in BETA_PARAMS.items() if name != "betas"}
    assert json.loads(request.content) == {**ASK, **expected, "tools": [weather.to_dict()]}


@pytest.mark.anyio
async def test_the_async_client_sends_the_same_bytes() -> None:
    script = Script((200, JSON, MESSAGE))
    script.client().beta.messages.create(**ASK, **BETA_PARAMS, tools=[weather])
    await script.async_client().beta.messages.create(**ASK, **BETA_PARAMS, tools=[weather])
    one, other = script.sent
    assert (one.content, one.url, one.headers["anthropic-beta"]) == (
        other.content,
        other.url,
        other.headers["anthropic-beta"],
    )


def test_streams_parse_and_count_take_betas_too() -> None:
    script = Script((200, SSE, EVENTS), (200, SSE, EVENTS), (200, JSON, MESSAGE), (200, JSON, COUNT))
    beta = script.client().beta.messages
    with beta.stream(**ASK, betas=["a"]) as stream:
        assert stream.get_final_text() == "Hello"
    assert len(list(beta.create(**ASK, betas=["a"], stream=True))) == 7
    assert beta.parse(**ASK, betas=["a"]).text == "Hi!"
    counted = beta.count_tokens(
        model="m", messages=ASK["messages"], betas=["a"], context_management={"edits": []}, workspace_id="wrkspc_1"
    )
    assert counted.context_management is not None
    assert counted.context_management.original_input_tokens == 9
    assert [request.headers["anthropic-beta"] for request in script.sent] == [
        *["a"] * 3,
        "a,token-counting-2024-11-01",
    ]
    assert json.loads(script.sent[3].content) == {
        "model": "m",
        "context_management": {"edits": []},
        "messages": ASK["messages"],
    }


@pytest.mark.anyio
async def test_async_streams_parse_and_count_take_betas_too() -> None:
    script = Script((200, SSE, EVENTS), (200, SSE, EVENTS), (200, JSON, MESSAGE), (200, JSON, COUNT))
    beta = script.async_client().beta.messages
    async with beta.stream(**ASK, betas=["a"]) as stream:
        assert await stream.get_final_text() == "Hello"
    assert len([event async for event in await beta.create(**ASK, betas=["a"], stream=True)]) == 7
    assert (await beta.parse(**ASK, betas=["a"])).text == "Hi!"
    assert (await beta.count_tokens(model="m", messages=ASK["messages"], betas=["a"])).input_tokens == 7


def test_a_long_answer_is_streamed_inside() -> None:
    script = Script((200, SSE, EVENTS))
    message = script.client().beta.messages.create(**{**ASK, "max_tokens": 64_000})
    assert (message.text, json.loads(script.sent[0].content)["stream"]) == ("Hello", True)


def test_a_misspelt_argument_is_an_error_that_names_the_nearest() -> None:
    beta = Script((200, JSON, MESSAGE)).client().beta.messages
    with pytest.raises(TypeError, match="did you mean 'context_management'"):
        beta.create(**ASK, context_managment={})
    with pytest.raises(TypeError, match="unexpected keyword argument 'fallbacks'"):
        beta.count_tokens(model="m", messages=ASK["messages"], fallbacks="default")
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'max_iteration'.*'max_iterations'"):
        beta.tool_runner(**ASK, tools=[weather], max_iteration=1)


def test_raw_responses_come_from_beta_nouns_as_well() -> None:
    script = Script((200, JSON, MESSAGE))
    client = script.client()
    for resource in (client.beta.messages.with_raw_response, client.beta.with_raw_response.messages):
        assert resource.create(**ASK, betas=["a"]).parse().text == "Hi!"
    assert client.with_raw_response.beta.messages.create(**ASK).status_code == 200


PAGE = b'{"data":[],"has_more":false,"first_id":null,"last_id":null}'


def test_models_files_and_batches_are_there_too() -> None:
    script = Script((200, JSON, PAGE))
    beta = script.client().beta
    for listed in (
        beta.models.list(betas=["a"]),
        beta.files.list(betas=["a"]),
        beta.messages.batches.list(betas=["a"]),
    ):
        assert list(listed) == []
    paths = ["/v1/models", "/v1/files", "/v1/messages/batches"]
    assert [request.url for request in script.sent] == [f"http://local{path}" for path in paths]
    assert {request.headers["anthropic-beta"] for request in script.sent} == {"a"}


@pytest.mark.anyio
async def test_async_models_files_and_batches_are_there_too() -> None:
    beta = Script((200, JSON, PAGE)).async_client().beta
    assert [model async for model in beta.models.list()] == []
    assert [file async for file in beta.files.list()] == []
    assert [batch async for batch in beta.messages.batches.list()] == []


def test_plain_messages_take_tools_made_of_functions() -> None:
    script = Script((200, JSON, MESSAGE), (200, JSON, COUNT))
    client = script.client()
    client.messages.create(**ASK, tools=[weather, {"name": "other", "input_schema": {"type": "object"}}])
    client.messages.count_tokens(model="m", messages=ASK["messages"], tools=(tool for tool in [weather]))
    assert json.loads(script.sent[0].content)["tools"] == [
        weather.to_dict(),
        {"name": "other", "input_schema": {"type": "object"}},
    ]
    assert json.loads(script.sent[1].content)["tools"] == [weather.to_dict()]

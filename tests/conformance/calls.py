"""Calls of messages as data: every way in which programs ask for one, for two libraries to carry out. Knows neither.

Values that JSON cannot hold are written `{"$": kind, "of": …}`; see `both.py`. "tercet" says what a program for Tercet
writes differently.
"""

from __future__ import annotations

import base64
from typing import Any

Case = dict[str, Any]

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()
MODEL = "claude-sonnet-4-6"
HELLO = [{"role": "user", "content": "Hello"}]
ASK: dict[str, Any] = {"model": MODEL, "max_tokens": 100, "messages": HELLO}
WEATHER = {
    "name": "get_weather",
    "description": "Get the weather for a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
MARK = {"type": "ephemeral"}
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}


def special(kind: str, of: Any, **more: Any) -> dict[str, Any]:
    return {"$": kind, "of": of, **more}


def create(**named: Any) -> Case:
    return {"call": "messages.create", "named": {**ASK, **named}}


def user(*content: Any) -> Case:
    return create(messages=[{"role": "user", "content": list(content)}])


def image(**source: Any) -> dict[str, Any]:
    return {"type": "image", "source": source}


def document(**source: Any) -> dict[str, Any]:
    return {"type": "document", "source": source}


def called(name: str, *args: Any, use: str = "call", **named: Any) -> Case:
    return {"call": name, "args": list(args), "named": named, "use": use}


def spelled(case: Case, **named: Any) -> Case:
    """The same call, with arguments that the official SDK takes by `extra_body` alone."""
    own = {key: value for key, value in case["named"].items() if key not in ("extra_body", "betas")}
    return {**case, "tercet": {"named": {**own, **named}}}


TURNS = [
    {"role": "user", "content": "What is the weather in Oslo?"},
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "I will look."},
            {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Oslo"}},
        ],
    },
]


def result(**fields: Any) -> list[dict[str, Any]]:
    return [*TURNS, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", **fields}]}]


PARAMETERS = {
    "the least": create(),
    "a text in other scripts": create(messages=[{"role": "user", "content": 'Grüße, 世界 🌍 \u2028 \\ " \n'}]),
    "a system text": create(system="You are brief."),
    "an empty system text": create(system=""),
    "system blocks": create(system=[{"type": "text", "text": "You are brief."}]),
    "system blocks with a cache mark": create(system=[{"type": "text", "text": "Long.", "cache_control": MARK}]),
    "system blocks in a tuple": create(system=special("tuple", [{"type": "text", "text": "You are brief."}])),
    "stop sequences": create(stop_sequences=["END", "\n\n"]),
    "stop sequences in a tuple": create(stop_sequences=special("tuple", ["END"])),
    "metadata": create(metadata={"user_id": "user-1"}),
    "metadata of nobody": create(metadata={"user_id": None}),
    "a cache mark at the top": create(cache_control={"type": "ephemeral", "ttl": "1h"}),
    "no cache mark, said so": create(cache_control=None),
    "a service tier": create(service_tier="standard_only"),
    "an inference geo": create(inference_geo="us"),
    "a speed": create(speed="fast"),
    "a container": create(container="container_1"),
    "no container, said so": create(container=None),
    "diagnostics": create(diagnostics={"previous_message_id": "msg_1"}),
    "an effort": create(output_config={"effort": "medium"}),
    "an output format": create(output_config={"format": {"type": "json_schema", "schema": SCHEMA}}),
    "a budget of thinking": create(max_tokens=4000, thinking={"type": "enabled", "budget_tokens": 2000}),
    "adaptive thinking": create(thinking={"type": "adaptive", "display": "omitted"}),
    "no thinking": create(thinking={"type": "disabled"}),
    "thinking between tools": create(thinking={"type": "between_tools"}),
    "many tokens": create(max_tokens=128_000, timeout=900),
    "no tokens": create(max_tokens=0),
    "arguments not given": create(system=special("named", "NOT_GIVEN"), tools=special("named", "not_given")),
    "arguments left out": create(system=special("named", "omit"), stop_sequences=special("named", "omit")),
    "stream said to be false": create(stream=False),
    "a workspace": create(workspace_id="wrkspc_1"),
    "a user profile": create(user_profile_id="prof_1"),
}
TOOLS = {
    "a tool": create(tools=[WEATHER]),
    "a tool with a cache mark": create(tools=[{**WEATHER, "cache_control": MARK}]),
    "a strict tool": create(tools=[{**WEATHER, "strict": True}]),
    "a tool that streams eagerly": create(tools=[{**WEATHER, "eager_input_streaming": True}]),
    "tools from an iterator": create(tools=special("iterator", [WEATHER])),
    "tool choice auto": create(tools=[WEATHER], tool_choice={"type": "auto", "disable_parallel_tool_use": True}),
    "tool choice any": create(tools=[WEATHER], tool_choice={"type": "any"}),
    "tool choice by name": create(tools=[WEATHER], tool_choice={"type": "tool", "name": "get_weather"}),
    "tool choice none": create(tools=[WEATHER], tool_choice={"type": "none"}),
    "web search": create(tools=[{"type": "web_search_20250305", "name": "web_search", "max_uses": 3}]),
    "code execution": create(tools=[{"type": "code_execution_20250825", "name": "code_execution"}]),
    "bash": create(tools=[{"type": "bash_20250124", "name": "bash"}]),
    "a result as text": create(tools=[WEATHER], messages=result(content="4 degrees")),
    "a result as blocks": create(tools=[WEATHER], messages=result(content=[{"type": "text", "text": "4 degrees"}])),
    "a result with an image": create(
        tools=[WEATHER], messages=result(content=[image(type="base64", media_type="image/png", data=PNG)])
    ),
    "a result that is an error": create(tools=[WEATHER], messages=result(content="no such city", is_error=True)),
    "a result without content": create(tools=[WEATHER], messages=result()),
}
CONTENT = {
    "a text block": user({"type": "text", "text": "Hello"}),
    "a text block with a cache mark": user({"type": "text", "text": "Hello", "cache_control": MARK}),
    "content in a tuple": create(
        messages=[{"role": "user", "content": special("tuple", [{"type": "text", "text": "Hello"}])}]
    ),
    "messages in a tuple": create(messages=special("tuple", HELLO)),
    "messages from an iterator": create(messages=special("iterator", HELLO)),
    "a conversation": create(messages=[*HELLO, {"role": "assistant", "content": "Hi!"}, *HELLO]),
    "the answer's beginning": create(messages=[*HELLO, {"role": "assistant", "content": "The answer is"}]),
    "a system message on the way": create(messages=[*HELLO, {"role": "system", "content": "Be brief."}, *HELLO]),
    "an image as base64": user(image(type="base64", media_type="image/png", data=PNG)),
    "an image by URL": user(image(type="url", url="https://example.com/a.png")),
    "an image of a file id": user(image(type="file", file_id="file_1")),
    "an image from a path": user(image(type="base64", media_type="image/png", data=special("path", PNG, name="a.png"))),
    "an image from an open file": user(image(type="base64", media_type="image/png", data=special("file", PNG))),
    "a document as base64": user(document(type="base64", media_type="application/pdf", data=PDF)),
    "a document from a path": user(document(type="base64", media_type="application/pdf", data=special("path", PDF))),
    "a document by URL": user(document(type="url", url="https://example.com/a.pdf")),
    "a document of text": user(
        {
            **document(type="text", media_type="text/plain", data="Snow."),
            "title": "Weather",
            "citations": {"enabled": True},
        }
    ),
    "a document of blocks": user(document(type="content", content=[{"type": "text", "text": "Snow."}])),
    "a search result": user(
        {
            "type": "search_result",
            "source": "https://example.com",
            "title": "A",
            "content": [{"type": "text", "text": "B"}],
        }
    ),
    "thinking sent back": create(
        messages=[
            *HELLO,
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "c2lnbmF0dXJl"}]},
            *HELLO,
        ]
    ),
    "hidden thinking sent back": create(
        messages=[*HELLO, {"role": "assistant", "content": [{"type": "redacted_thinking", "data": "ZGF0YQ=="}]}, *HELLO]
    ),
    "blocks of the answer sent back": create(
        messages=[
            *HELLO,
            {
                "role": "assistant",
                "content": [
                    special("model", {"type": "text", "text": "Hi!"}, name="TextBlock"),
                    special(
                        "model",
                        {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Oslo"}},
                        name="ToolUseBlock",
                    ),
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "4 degrees"}]},
        ]
    ),
    "a block of a kind that is not known": user({"type": "hologram", "depth": 3, "layers": [{"z": 1.5}]}),
}
EXTRAS = {
    "extra headers": create(extra_headers={"X-Trace": "abc", "anthropic-beta": "one-2026-01-01"}),
    "extra query": create(extra_query={"trace": "a b&c", "flags": ["x", "y"], "on": True}),
    "extra body": create(extra_body={"new_field": {"a": [1, None]}}),
    "extra body over an argument": create(extra_body={"max_tokens": 7}),
    "a temperature": spelled(create(extra_body={"temperature": 0.5}), temperature=0.5),
    "all sampling arguments": spelled(
        create(extra_body={"temperature": 1.0, "top_p": 0.9, "top_k": 5}), temperature=1.0, top_p=0.9, top_k=5
    ),
    "a timeout in seconds": create(timeout=30),
    "a timeout in parts": create(timeout=special("timeout", {"timeout": 60.0, "connect": 2.0})),
    "default headers": {**create(), "client": {"default_headers": {"X-Team": "one"}}},
    "a default header overruled": {
        **create(extra_headers={"x-team": "two"}),
        "client": {"default_headers": {"X-Team": "one"}},
    },
    "a default header left out": {
        **create(extra_headers={"X-Team": special("named", "omit")}),
        "client": {"default_headers": {"X-Team": "one"}},
    },
    "default query": {**create(extra_query={"b": "2"}), "client": {"default_query": {"a": "1", "b": "1"}}},
    "a bearer token": {**create(), "client": {"auth_token": "token-1"}},
}
SURFACES = {
    "create streamed": {**create(stream=True), "use": "events"},
    "the stream helper": {**called("messages.stream", **ASK), "use": "helper"},
    "the stream helper's text": {**called("messages.stream", **ASK, tools=[WEATHER]), "use": "final_text"},
    "the raw response": {**create(), "call": "messages.with_raw_response.create", "use": "raw"},
    "the raw response, streamed": {
        **create(stream=True),
        "call": "messages.with_streaming_response.create",
        "use": "unread",
    },
    "the unread response": {**create(), "call": "messages.with_streaming_response.create", "use": "unread"},
    "count tokens": called("messages.count_tokens", model=MODEL, messages=HELLO),
    "count tokens of everything": called(
        "messages.count_tokens",
        model=MODEL,
        messages=HELLO,
        system="Be brief.",
        tools=[WEATHER],
        tool_choice={"type": "auto"},
        thinking={"type": "enabled", "budget_tokens": 2000},
        cache_control=MARK,
        output_config={"effort": "low"},
    ),
    "count tokens, extra": called("messages.count_tokens", model=MODEL, messages=HELLO, extra_headers={"X-Trace": "1"}),
}

MESSAGES: dict[str, Case] = {**PARAMETERS, **TOOLS, **CONTENT, **EXTRAS, **SURFACES}

"""What of a text asks for something: small talk calls no tool, whatever tools are offered; requests beside it do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.server.simulated import SimulatedModel
from tercet.server.simulated.asking import asking_words, telling_words

SMALL_TALK = [
    "hi",
    "Hello there!",
    "Hey Claude",
    "Good morning! How are you today?",
    "Thank you. Is that warm?",
    "Thanks!",
    "thanks a lot, that was great",
    "Thank you for the message",
    "ok",
    "Yes.",
    "Perfect, that works.",
    "Nice job on the search",
    "What's up?",
    "My name is Ada.",
    "I had a good time in Paris",
    "I'm feeling cold",
    "The weather is nice today",
    "Nice weather today, isn't it?",
    "Are you sure?",
    "Can you help me?",
    "Please continue",
    "Why?",
    "Time to go",
    "See you tomorrow",
    "That is interesting.",
    "How is it going?",
    "bye",
]
WEATHER = {
    "name": "get_weather",
    "description": "The weather of a city: is it warm, is it cold.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
REMINDER = {
    "type": "text",
    "text": "<system-reminder>\nWhat is the weather in Oslo? Use get_weather.\n</system-reminder>",
}


def called(content: Any, tools: list[dict[str, Any]], **fields: Any) -> list[tuple[str, Any]]:
    request = {"model": "claude-sonnet-4-6", "max_tokens": 500, "messages": [{"role": "user", "content": content}]}
    found = SimulatedModel().answer({**request, "tools": tools, **fields}, {})
    return [(block["name"], block["input"]) for block in found.content if block["type"].endswith("tool_use")]


@st.composite
def tools_named_after(draw: st.DrawFn, talk: str) -> dict[str, Any]:
    """Draw a tool as near to a text as one can be without being named in it."""
    words = [*re.findall(r"[a-z]+", talk.lower()), "get", "run", "user", "city", "weather", "greet"]
    name = "_".join(draw(st.lists(st.sampled_from(words), min_size=2, max_size=3)))
    fields = draw(st.lists(st.sampled_from(["city", "query", "message", "text", "name"]), max_size=2, unique=True))
    schema: dict[str, Any] = {"type": "object", "properties": {field: {"type": "string"} for field in fields}}
    if draw(st.booleans()):
        schema["required"] = fields
    return {"name": name, "description": f"{talk} {draw(st.sampled_from(words))}", "input_schema": schema}


@settings(deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(SMALL_TALK), st.booleans())
def test_small_talk_never_calls_a_tool_whatever_tools_are_offered(
    data: st.DataObject, talk: str, reminded: bool
) -> None:
    drawn = data.draw(st.lists(tools_named_after(talk), max_size=4, unique_by=lambda tool: tool["name"]))
    own = [
        {"type": "web_search_20260209", "name": "web_search"},
        {"type": "code_execution_20250825", "name": "code_execution"},
    ]
    tools = [tool for tool in drawn if tool["name"] not in talk]
    content = [REMINDER, {"type": "text", "text": talk}] if reminded else talk
    assert called(content, [*tools, WEATHER, *own]) == []


@pytest.mark.parametrize(
    "before", ["", "Hi! ", "Thanks. ", "Hello, ", "Great, thank you! ", "Ok, ", "My name is Ada. "]
)
@pytest.mark.parametrize(
    "question",
    [
        "What is the weather in Oslo?",
        "please get the weather in Oslo",
        "I want to know the weather in Oslo",
        "Is it warm in Oslo?",
    ],
)
def test_a_request_beside_small_talk_calls(before: str, question: str) -> None:
    assert called(before + question, [WEATHER]) == [("get_weather", {"city": "Oslo"})]


def test_a_remark_tells_the_values_of_a_request() -> None:
    assert called("I am in Oslo. What is the weather?", [WEATHER]) == [("get_weather", {"city": "Oslo"})]


def test_names_in_greetings_are_no_values() -> None:
    assert called("Hi Claude. What is the weather?", [WEATHER]) == []


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_and_nothing_is_added(text: str) -> None:
    known = set(text.split())
    for found in (asking_words(text), telling_words(text)):
        assert all(any(word in other for other in known) for word in found.split())

"""Every stop reason of the API can be had, plain and streamed, by ordinary requests."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

MODEL = "claude-opus-5-5"
TOOLS = [{"name": "get_weather", "description": "The weather in a city.", "input_schema": {"type": "object"}}]
SEARCH = [{"type": "web_search_20250305", "name": "web_search"}]
LONG = "word " * 40_000
COMPACT = {
    "edits": [
        {
            "type": "compact_20260112",
            "trigger": {"type": "input_tokens", "value": 50_000},
            "pause_after_compaction": True,
        }
    ]
}


def said(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


CASES: list[tuple[str, dict[str, Any]]] = [
    ("end_turn", said("Hello")),
    ("max_tokens", {**said("Count to 100"), "max_tokens": 5}),
    ("stop_sequence", {**said("Count to 10"), "stop_sequences": ["7"]}),
    ("tool_use", {**said("What is the weather in Oslo?"), "tools": TOOLS}),
    ("pause_turn", {**said("TERCET_PAUSE_TURN Search the web for tercets"), "tools": SEARCH}),
    ("refusal", said("TERCET_REFUSE:bio")),
    (
        "model_context_window_exceeded",
        {**said("x" * 699_960 + " Count to 100"), "model": "claude-haiku-4-5-20251001", "max_tokens": 64_000},
    ),
    ("compaction", {**said(LONG), "context_management": COMPACT}),
    ("compaction", {**said("My name is Alice."), "compaction": {"type": "summarize"}}),
]


@pytest.mark.parametrize(("reason", "changes"), CASES, ids=[case[0] for case in CASES])
def test_the_stop_reason_is_reached(api: httpx.Client, reason: str, changes: dict[str, Any]) -> None:
    body = {"model": MODEL, "max_tokens": 300, **changes}
    plain = api.post("/v1/messages", json=body).json()
    assert plain.get("stop_reason") == reason, plain
    text = api.post("/v1/messages", json={**body, "stream": True}).text
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    assert events[0]["message"]["stop_reason"] is None
    assert events[-2]["delta"]["stop_reason"] == reason
    for name, value in events[-2]["usage"].items():
        assert plain["usage"][name] == value


def test_results_of_server_tools_raise_the_input_while_the_answer_is_written(api: httpx.Client) -> None:
    body = {"model": MODEL, "max_tokens": 300, **said("Search the web for tercets"), "tools": SEARCH, "stream": True}
    text = api.post("/v1/messages", json=body).text
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    begun, ended = events[0]["message"]["usage"], events[-2]["usage"]
    counted = api.post(
        "/v1/messages/count_tokens", json={name: body[name] for name in ("model", "messages", "tools")}
    ).json()
    assert begun["input_tokens"] == counted["input_tokens"]
    assert ended["input_tokens"] > begun["input_tokens"]
    assert (begun["server_tool_use"]["web_search_requests"], ended["server_tool_use"]["web_search_requests"]) == (0, 1)

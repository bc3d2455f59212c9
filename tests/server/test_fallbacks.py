"""Server-side fallbacks: who answers when a model declines, and how the message tells."""

from __future__ import annotations

import json
from typing import Any

import httpx

REFUSED = "TERCET_REFUSE:cyber@claude-fable-5-1 Hello"
BETA = {"anthropic-beta": "server-side-fallback-2026-06-01"}
ASK = {"model": "claude-fable-5-1", "max_tokens": 100, "messages": [{"role": "user", "content": REFUSED}]}
HOP = {
    "type": "fallback",
    "from": {"model": "claude-fable-5-1"},
    "to": {"model": "claude-opus-5-5"},
    "trigger": {"type": "refusal", "category": "cyber"},
}


def ask(api: httpx.Client, **changes: Any) -> Any:
    return api.post("/v1/messages", json={**ASK, **changes}, headers=BETA).json()


def test_the_next_model_answers_in_the_place_of_one_that_declines(api: httpx.Client) -> None:
    message = ask(api, fallbacks=[{"model": "claude-opus-5-5"}])
    assert (message["model"], message["stop_reason"], message["content"][0]) == ("claude-opus-5-5", "end_turn", HOP)
    steps = message["usage"]["iterations"]
    assert [(step["type"], step["model"]) for step in steps] == [
        ("message", "claude-fable-5-1"),
        ("fallback_message", "claude-opus-5-5"),
    ]
    assert steps[1]["output_tokens"] == message["usage"]["output_tokens"]


def test_the_default_list_answers_for_the_models_that_have_one(api: httpx.Client) -> None:
    assert ask(api, fallbacks="default")["content"][0] == HOP
    other = "TERCET_REFUSE@claude-haiku-5-5"
    alone = ask(api, fallbacks="default", model="claude-haiku-5-5", messages=[{"role": "user", "content": other}])
    assert (alone["stop_reason"], alone["content"]) == ("refusal", [])


def test_an_entry_has_settings_of_its_own(api: httpx.Client) -> None:
    message = ask(api, fallbacks=[{"model": "claude-opus-5-5", "max_tokens": 2}])
    assert (message["stop_reason"], message["usage"]["output_tokens"]) == ("max_tokens", 2)
    wrong = ask(api, fallbacks=[{"model": "claude-opus-5-5", "temperature": 1}])
    assert wrong["error"]["message"] == "fallbacks.0.temperature: Extra inputs are not permitted"


def test_when_every_model_declines_the_last_refusal_is_the_answer(api: httpx.Client) -> None:
    messages = [{"role": "user", "content": "TERCET_REFUSE"}]
    message = ask(api, fallbacks=[{"model": "claude-opus-5-5"}, {"model": "claude-opus-5"}], messages=messages)
    assert (message["stop_reason"], message["content"], message["model"]) == ("refusal", [], "claude-opus-5")


def test_without_a_refusal_nothing_of_it_shows(api: httpx.Client) -> None:
    message = ask(api, fallbacks=[{"model": "claude-opus-5-5"}], messages=[{"role": "user", "content": "Hello"}])
    assert message["model"] == "claude-fable-5-1"
    assert "iterations" not in message["usage"]


def test_a_stream_names_the_serving_model_and_brings_the_boundary_whole(api: httpx.Client) -> None:
    body = {**ASK, "fallbacks": [{"model": "claude-opus-5-5"}], "stream": True}
    text = api.post("/v1/messages", json=body, headers=BETA).text
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    assert events[0]["message"]["model"] == "claude-opus-5-5"
    first = [event for event in events if event.get("index") == 0]
    assert [event["type"] for event in first] == ["content_block_start", "content_block_stop"]
    assert first[0]["content_block"] == HOP

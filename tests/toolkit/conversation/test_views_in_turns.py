"""Turns under a view: what is sent is what the view chose, and where it cuts is kept."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from tests.toolkit.conversation.kept_log import KeptLog

import tercet
from tercet.toolkit.conversation import summaries

MODEL: dict[str, Any] = {"model": "claude-sonnet-4-6", "max_tokens": 200}
LONG = "a long story of many words " * 100


@pytest.fixture(scope="module")
def server() -> Iterator[tercet.LocalAPI]:
    with tercet.local_api(strict=True, journal=True) as api:
        yield api


@pytest.fixture
def api(server: tercet.LocalAPI) -> tercet.LocalAPI:
    server.reset()
    return server


def sent(api: tercet.LocalAPI) -> list[dict[str, Any]]:
    return [entry.json for entry in api.journal.entries()]


def test_a_window_sends_the_newest_turns_after_the_examples_and_stays_where_it_is(api: tercet.LocalAPI) -> None:
    view = tercet.views.window(tokens=2_000, down_to=1_000)
    log = KeptLog()
    chat = tercet.Conversation.on_log(api.client(), log, {**MODEL, "view": view, "examples": [("2+2?", "4")]})
    for number in range(8):
        chat.say(f"{number}: {LONG}")

    requests = sent(api)
    firsts = [request["messages"][2]["content"][0]["text"][0] for request in requests]
    assert [request["messages"][0]["content"][0]["text"] for request in requests] == ["2+2?"] * 8
    assert firsts[0] == "0"
    assert firsts[-1] > "0"
    assert len(set(firsts)) < 6
    assert len(chat.turns) == 8
    again = tercet.Conversation.on_log(api.client(), KeptLog(log.steps), {**MODEL, "view": view})
    assert again._state.thread.cuts == chat._state.thread.cuts


def test_a_summary_stands_for_older_turns_and_is_made_with_the_same_prefix(api: tercet.LocalAPI) -> None:
    chat = tercet.Conversation(api.client(), **MODEL, system="Be kind.", view=tercet.views.summary(at=2_000, keep=1))
    for number in range(4):
        chat.say(f"{number}: {LONG}")

    requests = sent(api)
    summary = next(each for each in requests if each["messages"][-1]["content"][0]["text"] == summaries.PROMPT)
    assert summary["system"] == "Be kind."
    last = requests[-1]["messages"]
    assert last[0]["content"][0]["text"].startswith(summaries.HEADING)
    assert last[1]["content"][0]["text"][:2] in ("2:", "3:")
    assert next(iter(chat._state.thread.cuts.values())).covers is not None


def test_a_summary_that_fails_leaves_everything_and_says_so_once(
    api: tercet.LocalAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "_warned", False)
    chat = tercet.Conversation(
        api.client(max_retries=0), **MODEL, view=tercet.views.summary(at=2_000, keep=1, model="claude-opus-4-8")
    )
    api.script([{"match": {"body": {"model": "claude-opus-4-8"}}, "answer": {"error": 529}}])
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for number in range(5):
            chat.say(f"{number}: {LONG}")

    assert len([each for each in seen if "could not be summarized" in str(each.message)]) == 1
    assert len(sent(api)[-1]["messages"]) == 9


def test_a_view_of_the_api_brings_its_beta(api: tercet.LocalAPI) -> None:
    chat = tercet.Conversation(api.client(), **MODEL, view=tercet.views.context_editing())
    chat.say("Hello")

    assert sent(api)[0]["context_management"]["edits"][0]["type"] == "clear_tool_uses_20250919"

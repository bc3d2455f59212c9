"""Marks for the API's cache: where they stand, that they cost nothing valid, and what they save."""

from __future__ import annotations

import copy
import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolkit.conversation.validity.histories import THOUGHT, VALID, call, result, unmarked

import tercet
from tercet.catalog.models import find
from tercet.server.validation.check import checked
from tercet.server.validation.context import ValidationContext
from tercet.toolkit.conversation.cache_marks import end_is_marked_by, life_of, limited, marked, marks_in
from tercet.toolkit.conversation.entries import LogEntry

MODEL = "claude-sonnet-4-6"
TOOL = {"name": "get_weather", "input_schema": {"type": "object"}}
SYSTEMS = st.sampled_from(["Be brief.", [{"type": "text", "text": "Be brief."}], None, ""])


def as_blocks(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **each,
            "content": [{"type": "text", "text": each["content"]}]
            if isinstance(each["content"], str)
            else each["content"],
        }
        for each in messages
    ]


def arguments(messages: list[dict[str, Any]], system: Any = "Be brief.", **more: Any) -> dict[str, Any]:
    given = {"model": MODEL, "max_tokens": 100, "tools": [TOOL], "messages": as_blocks(messages), **more}
    return given if system is None else {**given, "system": system}


def text(words: str = "x" * 40) -> dict[str, Any]:
    return {"type": "text", "text": words}


def places(request: dict[str, Any]) -> list[int]:
    """The messages that bear a mark."""
    return [index for index, message in enumerate(request["messages"]) if marks_in(message["content"])]


def count(request: dict[str, Any]) -> int:
    messages = sum(marks_in(message["content"]) for message in request["messages"])
    return (
        messages + marks_in(request.get("tools")) + marks_in(request.get("system")) + bool(request.get("cache_control"))
    )


@given(VALID, SYSTEMS, st.booleans(), st.integers(0, 3), st.sampled_from(["5m", "1h"]))
@settings(max_examples=200, deadline=None)
def test_a_marked_request_is_valid_and_says_the_same(
    messages: list[Any], system: Any, automatic: bool, fixed: int, life: Any
) -> None:
    given = arguments([*unmarked(messages, fixed), {"role": "user", "content": "And?"}], system)
    before = copy.deepcopy(given)
    made = marked(given, fixed=2 if fixed == 3 else 0, life=life, automatic=automatic)
    assert given == before
    assert 1 <= count(made) <= 4
    subject = ValidationContext(
        copy.deepcopy(made), MODEL, find(MODEL), betas=frozenset(["mcp-client-2025-11-20"]), strict=True
    )
    checked(subject)
    assert stripped(made["messages"]) == stripped(given["messages"])


def stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: stripped(item) for name, item in value.items() if name != "cache_control"}
    return [stripped(item) for item in value] if isinstance(value, list) else value


def test_system_and_examples_are_marked_and_the_end_by_the_api_itself() -> None:
    examples = [{"role": "user", "content": [text()]}, {"role": "assistant", "content": [text()]}]
    made = marked(arguments([*examples, {"role": "user", "content": "Hi"}]), fixed=2)
    assert made["system"] == [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    assert places(made) == [1]
    assert made["cache_control"] == {"type": "ephemeral"}
    assert not marks_in(made["tools"])


def test_tools_are_marked_where_there_is_no_system_prompt_but_none_that_is_loaded_later() -> None:
    later = {**TOOL, "name": "later", "defer_loading": True}
    made = marked(arguments([{"role": "user", "content": "Hi"}], None, tools=[TOOL, later]))
    assert [bool(tool.get("cache_control")) for tool in made["tools"]] == [True, False]


def test_where_the_api_does_not_mark_the_end_its_last_block_is_marked_and_no_thinking() -> None:
    made = marked(
        arguments([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": [text(), THOUGHT]}]),
        automatic=False,
    )
    assert "cache_control" not in made
    assert made["messages"][1]["content"][0]["cache_control"]
    client = tercet.AnthropicBedrock(aws_region="us-east-1", aws_access_key="a", aws_secret_key="b")
    assert not end_is_marked_by(client)
    assert end_is_marked_by(tercet.Anthropic(api_key="k"))


def test_a_long_step_of_a_turn_is_marked_where_the_request_before_ended_and_every_fifteen_blocks() -> None:
    names = [f"toolu_{number}" for number in range(24)]
    turn = [
        {"role": "user", "content": [text()]},
        {"role": "assistant", "content": [call("toolu_a")]},
        {"role": "user", "content": [result("toolu_a")]},
        {"role": "assistant", "content": [call(name) for name in names]},
        {"role": "user", "content": [result(name) for name in names]},
    ]
    assert places(marked(arguments(turn[:3]))) == []
    assert places(marked(arguments(turn))) == [2, 3]


def test_marks_of_the_user_are_the_users() -> None:
    own = {**text(), "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    made = marked(arguments([{"role": "user", "content": [own, text()]}]), life="1h")
    assert made["system"] == "Be brief."
    assert made["cache_control"] == {"type": "ephemeral"}
    assert "cache_control" not in marked(arguments([{"role": "user", "content": [own]}]))
    given = arguments([{"role": "user", "content": [text()]}], cache_control={"type": "ephemeral", "ttl": "1h"})
    assert marked(given)["cache_control"]["ttl"] == "1h"


def test_of_the_users_marks_the_newest_are_kept_and_no_more_than_may_be() -> None:
    own = {**text(), "cache_control": {"type": "ephemeral"}}
    messages = [{"role": "user", "content": [own]} for _ in range(6)]
    made, kept = limited(messages, range(6), 3)
    assert [marks_in(message["content"]) for message in made] == [0, 0, 0, 1, 1, 1]
    assert kept == 3
    assert limited(messages[:3], range(3), 3) == (messages[:3], 3)


def test_who_marks_every_turn_is_not_refused_from_the_fifth_on() -> None:
    with tercet.local_api(strict=True) as api:
        chat = tercet.Conversation(api.client(), model=MODEL, max_tokens=50, system="Be brief.")
        for number in range(7):
            chat.say({"type": "text", "text": f"{number}?", "cache_control": {"type": "ephemeral"}})


@pytest.mark.parametrize(
    ("minutes", "wanted"),
    [([1] * 10, "5m"), ([20] * 10, "1h"), ([90] * 10, "5m"), ([20, *[1] * 10], "5m"), ([], "5m")],
)
def test_marks_last_an_hour_where_that_is_cheaper_for_the_gaps_so_far(minutes: list[int], wanted: str) -> None:
    path, at = [], 0
    for number, gap in enumerate([0, *minutes] if minutes else []):
        at += gap * 60_000
        usage = {"input_tokens": 1_000 * (number + 1), "output_tokens": 10}
        path.append(LogEntry(id=2 * number + 1, parent=None, role="user", content=[text()], at=at))
        answer = {"usage": usage}
        path.append(
            LogEntry(id=2 * number + 2, parent=None, role="assistant", content=[text()], at=at + 1, answer=answer)
        )
    assert life_of(path, MODEL) == wanted
    assert life_of(path, "unknown") == "5m"


def test_no_request_changes_a_byte_before_its_last_mark_and_what_was_sent_is_read_from_the_cache() -> None:
    sent: list[dict[str, Any]] = []
    with tercet.local_api(strict=True) as api:
        client = api.client()
        create = client.messages.create

        def record(**request: Any) -> Any:
            sent.append(json.loads(json.dumps(request)))
            return create(**request)

        client.messages.create = record  # type: ignore[method-assign]
        chat = tercet.Conversation(
            client, model=MODEL, max_tokens=50, system="You are a tutor. " * 400, examples=[("2+2?", "4")], cache="auto"
        )
        read = [chat.say(f"Question {number}: " + "why? " * 60).usage.cache_read_input_tokens for number in range(6)]
    assert read[0] == 0
    assert all(read[1:])
    for before, after in itertools.pairwise(sent):
        assert {name: after[name] for name in ("system", "cache_control")} == {
            name: before[name] for name in ("system", "cache_control")
        }
        assert after["messages"][: len(before["messages"])] == before["messages"]


def test_an_odd_setting_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="cache must be 'auto' or None"):
        tercet.Conversation(tercet.Anthropic(api_key="k"), model=MODEL, max_tokens=5, cache="yes")

"""What check finds is what the strict local API refuses; what repair makes it takes."""

from __future__ import annotations

import copy
import os
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from tests.toolkit.conversation.validity.histories import IMAGE, VALID, broken
from tests.toolkit.conversation.validity.judged import MODEL, kinds, refused

import tercet

MANY = settings(max_examples=int(os.environ.get("TERCET_HISTORIES", "200")), deadline=None)
"""Some of each in the suite; `TERCET_HISTORIES=10000` for all night."""
ONLY_OURS = frozenset(("first_role", "foreign"))
"""Kinds that the API as it is today lets pass: an answer first, and what is told so that one knows."""


@given(VALID)
@MANY
def test_nothing_is_found_in_valid_histories_and_repairing_changes_nothing(messages: list[Any]) -> None:
    assert tercet.check_messages(messages) == []
    assert refused(messages) is None
    assert tercet.repair_messages(messages) == messages


@given(broken())
@MANY
def test_check_finds_what_the_strict_local_api_refuses(messages: list[Any]) -> None:
    found = tercet.check_messages(messages)
    said = refused(messages) if messages else None
    assert bool(found) >= (said is not None), said
    assert (said is not None) >= bool([each for each in found if each.kind not in ONLY_OURS]), found


@given(broken())
@MANY
def test_every_repaired_history_is_valid_and_repairing_again_changes_nothing(messages: list[Any]) -> None:
    before = copy.deepcopy(messages)
    repaired = tercet.repair_messages(messages)
    assert messages == before
    assert tercet.check_messages(repaired) == []
    assert tercet.repair_messages(repaired) == repaired
    if repaired:
        assert refused(repaired) is None
    if not tercet.check_messages(messages):
        assert repaired == messages


@given(broken())
@MANY
def test_no_call_and_no_result_goes_silently(messages: list[Any]) -> None:
    said = msgspec.json.encode(tercet.repair_messages(messages)).decode()
    for message in messages:
        blocks = message.get("content") if isinstance(message, dict) else None
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, dict) and block.get("type") == "tool_use" and isinstance(block.get("name"), str):
                assert block["name"] in said


CALL = {"type": "tool_use", "id": "toolu_A", "name": "get_weather", "input": {"city": "Oslo"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_A", "content": "3 °C"}
ASKED = {"role": "user", "content": "How is the weather?"}


def test_a_problem_tells_where_it_is_what_it_is_and_what_repairing_does() -> None:
    (problem,) = tercet.check_messages([ASKED, {"role": "assistant", "content": [CALL]}])
    assert (problem.message, problem.block, problem.kind) == (1, 0, "call_without_result")
    assert str(problem) == (
        "messages[1].content[0]: the call 'toolu_A' of the tool 'get_weather' has no result; it gets one that says so, as "
        "an error"
    )


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    made = tercet.repair_messages(
        [ASKED, {"role": "assistant", "content": [CALL]}, {"role": "user", "content": "And?"}]
    )
    assert [block["type"] for block in made[2]["content"]] == ["tool_result", "text"]
    assert made[2]["content"][0]["is_error"] is True


def test_a_result_without_its_call_becomes_text_with_its_words_and_pictures() -> None:
    orphan = {**RESULT, "content": [{"type": "text", "text": "3 °C"}, IMAGE]}
    made = tercet.repair_messages([{"role": "user", "content": [orphan]}])
    assert [block["type"] for block in made[0]["content"]] == ["text", "image"]
    assert "3 °C" in made[0]["content"][0]["text"]


def test_a_result_that_stands_too_late_is_moved_to_its_call() -> None:
    said = {"role": "assistant", "content": "Hm."}
    messages = [ASKED, {"role": "assistant", "content": [CALL]}, ASKED, said, {"role": "user", "content": [RESULT]}]
    assert kinds(messages) == ["misplaced_result"]
    made = tercet.repair_messages(messages)
    assert made[2]["content"][0] == RESULT
    assert len(made) == 4


def test_words_before_the_results_come_after_them() -> None:
    late = {"role": "user", "content": [{"type": "text", "text": "Here:"}, RESULT]}
    messages = [ASKED, {"role": "assistant", "content": [CALL]}, late]
    assert kinds(messages) == ["result_order"]
    assert tercet.repair_messages(messages)[2]["content"] == [RESULT, {"type": "text", "text": "Here:"}]


def test_some_of_several_results_missing_is_told_for_each() -> None:
    calls = [{**CALL, "id": f"toolu_{n}"} for n in range(3)]
    messages = [
        ASKED,
        {"role": "assistant", "content": calls},
        {"role": "user", "content": [{**RESULT, "tool_use_id": "toolu_1"}]},
    ]
    assert kinds(messages) == ["call_without_result", "call_without_result"]


def test_an_empty_input_is_an_object() -> None:
    messages = [ASKED, {"role": "assistant", "content": [{**CALL, "input": ""}]}, {"role": "user", "content": [RESULT]}]
    assert kinds(messages) == ["tool_input"]
    assert tercet.repair_messages(messages)[1]["content"][0]["input"] == {}


def test_what_programs_hold_is_taken() -> None:
    with tercet.local_api() as api:
        answer = api.client().messages.create(
            model=MODEL, max_tokens=50, messages=[{"role": "user", "content": "2+2?"}]
        )
    for messages in (
        "Hi",
        ["Hi", answer, "And 3+3?"],
        [("user", "Hi"), ("assistant", "Hello")],
        (message for message in [ASKED, answer]),
        [ASKED, {"role": "assistant", "content": answer.content}],
        [],
    ):
        assert tercet.check_messages(messages) == []


def test_an_answer_dumped_whole_is_told_by_its_fields() -> None:
    with tercet.local_api() as api:
        answer = api.client().messages.create(
            model=MODEL, max_tokens=50, messages=[{"role": "user", "content": "2+2?"}]
        )
    messages = [ASKED, dict(answer)]
    assert set(kinds(messages)) == {"extra_field"}
    assert refused(tercet.repair_messages(messages)) is None


@pytest.mark.parametrize("given", [5, None, b"x", {"x": 1}, 1.5])
def test_what_is_no_list_of_messages_is_refused_in_a_sentence(given: Any) -> None:
    with pytest.raises(TypeError, match="messages must be a list of messages"):
        tercet.check_messages(given)


def test_values_without_json_become_text() -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    given = {"a": float("nan"), "b": {1, 2}, 3: "\ud800", "big": 1 << 80, "deep": deep}
    messages = [
        ASKED,
        {"role": "assistant", "content": [{**CALL, "input": given}]},
        {"role": "user", "content": [RESULT]},
    ]
    assert "not_json" in kinds(messages)
    msgspec.json.encode(tercet.repair_messages(messages))


def test_a_system_message_is_taken_where_the_model_takes_it() -> None:
    messages = [ASKED, {"role": "system", "content": "Be brief."}]
    assert kinds(messages) == ["system"]
    assert kinds(messages, model="claude-opus-4-8") == []
    assert kinds([{"role": "system", "content": "Be brief."}, ASKED], model="claude-opus-4-8") == ["system"]


def test_too_many_marks_and_marks_in_a_wrong_order() -> None:
    def text(**mark: Any) -> dict[str, Any]:
        return {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", **mark}}

    assert kinds([{"role": "user", "content": [text()] * 6}]) == ["many_marks", "many_marks"]
    messages = [{"role": "user", "content": [text(), text(ttl="1h")]}]
    assert kinds(messages) == ["mark_order"]
    assert tercet.repair_messages(messages)[0]["content"][0]["cache_control"]["ttl"] == "1h"


def test_a_history_of_many_turns_is_walked_once() -> None:
    messages = [ASKED, {"role": "assistant", "content": [CALL]}, {"role": "user", "content": [RESULT]}] * 2_000
    assert tercet.check_messages(messages) == []

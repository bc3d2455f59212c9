"""Descriptions of answers: what they come to, and that mistakes in them are named."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.server.responders.outcome import BadScript, Fixed, outcome_of
from tercet.server.service.responder import Answer
from tercet.server.simulated import verify

REQUEST = {"model": "claude-opus-5-5", "messages": [{"role": "user", "content": "Hello"}]}


def answered(given: Any) -> Answer:
    said = outcome_of(given).answer
    assert said is not None
    return Fixed(said).answer(REQUEST, {})


def test_a_text_is_a_text_block() -> None:
    answer = answered("Hi!")
    assert (answer.content, answer.stop_reason) == ([{"type": "text", "text": "Hi!", "citations": None}], "end_turn")
    assert answer.output_tokens > 0


def test_a_tool_call_gets_an_id_and_the_stop_reason() -> None:
    answer = answered({"text": "Let me look.", "tool_use": {"name": "f", "input": {"a": 1}}})
    text, call = answer.content
    assert (text["text"], call["name"], call["input"], answer.stop_reason) == (
        "Let me look.",
        "f",
        {"a": 1},
        "tool_use",
    )
    assert call["id"].startswith("toolu_01")
    assert answered({"tool_use": [{"name": "f", "id": "mine"}, {"name": "g"}]}).content[0]["id"] == "mine"


def test_thinking_is_signed_so_that_it_can_be_sent_back() -> None:
    answer = answered({"thinking": "Hm.", "text": "Yes."})
    assert [block["type"] for block in answer.content] == ["thinking", "text"]
    assert verify(answer.content[0])
    assert 0 < answer.thinking_tokens < answer.output_tokens


def test_whole_blocks_and_every_field_can_be_given() -> None:
    given = {
        "content": ["a", {"type": "redacted_thinking", "data": "x"}],
        "stop_reason": "stop_sequence",
        "stop_sequence": "END",
        "usage": {"input_tokens": 5},
        "extra": {"container": {"id": "c"}},
    }
    answer = answered(given)
    assert [block["type"] for block in answer.content] == ["text", "redacted_thinking"]
    assert (answer.stop_reason, answer.stop_sequence, answer.usage) == ("stop_sequence", "END", {"input_tokens": 5})
    assert answer.extra == {"container": {"id": "c"}}


def test_nothing_said_with_a_reason_is_an_empty_message() -> None:
    answer = answered({"stop_reason": "refusal", "stop_details": {"type": "refusal"}})
    assert (answer.content, answer.output_tokens, answer.stop_details) == ([], 0, {"type": "refusal"})


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ({"error": 529}, ["status"]),
        ({"error": {"status": 429, "retry_after": 2}}, ["status"]),
        ({"status": 500}, ["status"]),
        ({"delay": 0.5, "text": "late"}, ["slow"]),
        ({"delay": "200ms", "pace": 20, "fault": "rst@5"}, ["slow", "pace", "rst"]),
        ({"fault": ["rst@5", "slow:1s"]}, ["rst", "slow"]),
    ],
)
def test_errors_and_faults_are_described_too(given: Any, kinds: list[str]) -> None:
    assert [fault.kind for fault in outcome_of(given).faults] == kinds


def test_an_error_keeps_its_options_as_headers_and_fields() -> None:
    (fault,) = outcome_of({"error": {"status": 429, "retry_after": 2, "message": "Ü", "headers": {"X-A": "b"}}}).faults
    assert fault.options == {"retry-after": "2", "message": "Ü", "x-a": "b"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, "is int"),
        ({"txt": "x"}, "'txt'; known are"),
        ({"tool_use": {"input": {}}}, "needs a name"),
        ({"content": [{"text": "x"}]}, "needs a type"),
        ({"content": [{"type": "text"}]}, "needs its text"),
        ({"error": 42}, "200 to 599"),
        ({"error": "bad"}, "is a status, or a mapping"),
        ({"error": {"status": 429, "headers": {"a": "b\r\nc: d"}}}, "no header can carry"),
        ({"fault": "boom"}, "known are refuse"),
        ({"delay": "soon"}, "no duration"),
        ({"text": "x", "usage": {"input_tokens": None}}, "input_tokens of usage is None; a whole number"),
        ({"text": "x", "usage": {"output_tokens": "3"}}, "output_tokens of usage is '3'; a whole number"),
        ({"text": "x", "usage": {"cache_read_input_tokens": -1}}, "is -1; a whole number"),
        ({"text": "x", "usage": "many"}, "usage is str; write a mapping"),
        ({"text": "x", "extra": ["a"]}, "extra is list; write a mapping"),
    ],
)
def test_mistakes_are_named(given: Any, said: str) -> None:
    with pytest.raises(BadScript, match=said):
        outcome_of(given, "rule 3")

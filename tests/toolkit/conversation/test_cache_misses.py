"""Misses of the API's cache: found, explained by the first byte that differs, and priced."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import tercet
from tercet.toolkit.conversation.cache_misses import AnsweredRequest, first_difference, miss_of

MODEL = "claude-sonnet-4-6"
USAGE = {"input_tokens": 0, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 10_000}


def request(words: str = "Hi", system: str = "It is 12:00.", model: str = MODEL) -> dict[str, Any]:
    mark = {"type": "ephemeral"}
    return {"model": model, "system": system, "cache_control": mark, "messages": [{"role": "user", "content": words}]}


@pytest.mark.parametrize(
    ("now", "seconds", "reason", "where"),
    [
        (request(system="It is 12:01."), 10, "changed", "system, byte 11: '\"It is 12:01.\"' was '\"It is 12:00.\"'"),
        (request("Ho"), 10, "changed", "messages[0], byte"),
        (request(model="claude-opus-4-8"), 10, "model", "claude-opus-4-8"),
        (request(), 301, "expired", "301 s"),
        (request(), 10, "unknown", "nothing was changed"),
        ({**request(), "messages": []}, 10, "changed", "not sent any more"),
    ],
)
def test_a_miss_tells_why(now: dict[str, Any], seconds: int, reason: str, where: str) -> None:
    before = AnsweredRequest(request(), 0, USAGE)
    miss = miss_of(before, AnsweredRequest(now, seconds * 1_000, USAGE), 4)
    assert miss is not None
    assert (miss.answer, miss.tokens, miss.reason) == (4, 10_000, reason)
    assert where in miss.where


def test_a_miss_costs_what_was_written_again_less_what_reading_would_have_cost() -> None:
    miss = miss_of(AnsweredRequest(request(), 0, USAGE), AnsweredRequest(request("Ho"), 1_000, USAGE), 4)
    assert miss is not None
    assert miss.usd == Decimal("0.0345")  # 10,000 tokens at $3.75 a million, less those at $0.30
    other = miss_of(
        AnsweredRequest(request(), 0, USAGE), AnsweredRequest(request(model="claude-unheard-of"), 1_000, USAGE), 4
    )
    assert other is not None
    assert other.usd is None


def test_what_was_read_and_what_is_small_is_no_miss() -> None:
    read = {**USAGE, "cache_read_input_tokens": 9_800}
    assert miss_of(AnsweredRequest(request(), 0, USAGE), AnsweredRequest(request("Ho"), 1_000, read), 4) is None
    small = {**USAGE, "cache_creation_input_tokens": 900}
    assert miss_of(AnsweredRequest(request(), 0, small), AnsweredRequest(request("Ho"), 1_000, small), 4) is None


def test_a_request_that_only_goes_on_differs_nowhere_and_marks_are_no_difference() -> None:
    marked = {**request(), "system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]}
    plain = {**request(), "system": [{"type": "text", "text": "x"}]}
    longer = {**plain, "messages": [*plain["messages"], {"role": "assistant", "content": "Hello"}]}
    assert first_difference(marked, longer) is None


def test_a_clock_in_the_system_prompt_is_found_in_a_conversation() -> None:
    with tercet.local_api(strict=True) as api:
        chat = tercet.Conversation(api.client(), model=MODEL, max_tokens=50, cache="auto")
        words = "You are a tutor. " * 600
        chat.say("1?", system=words + "It is 12:00.")
        chat.say("2?", system=words + "It is 12:00.")
        assert chat.cache_misses == []
        chat.say("3?", system="It is 12:01. " + words)
        (miss,) = chat.cache_misses
    assert miss.reason == "changed"
    assert miss.where.startswith("system, byte ")
    assert miss.usd is not None
    assert miss.usd > 0


def test_what_the_next_request_would_lose_is_told_before_it_is_sent() -> None:
    with tercet.local_api(strict=True) as api:
        chat = tercet.Conversation(api.client(), model="claude-opus-5-5", max_tokens=2_000, system="Be brief.")
        for number in range(2):
            chat.say(f"Think hard: is {number} prime?")
        assert chat.next_request("And 7?").invalidated == 0
        assert chat.next_request("And 7?", system="Be long.").invalidated == 2
        assert chat.next_request("And 7?", model="claude-sonnet-5-5").invalidated == 2

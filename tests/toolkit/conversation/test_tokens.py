"""Tokens of a conversation: exact as far as an answer told them, estimated beyond."""

from typing import Any

from tercet.toolkit.conversation.entries import LogEntry, ViewCut
from tercet.toolkit.conversation.tokens import estimated, estimated_blocks, held, running, usage_of

USAGE = {"input_tokens": 7, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 1_000, "output_tokens": 30}


def said(id: int, text: str, *, at: int = 0, usage: dict[str, Any] | None = None) -> LogEntry:
    role: Any = "user" if usage is None else "assistant"
    answer = None if usage is None else {"usage": usage}
    content = [{"type": "text", "text": text}]
    return LogEntry(id=id, parent=id - 1 or None, role=role, content=content, at=at, answer=answer)


def test_the_last_answer_tells_what_came_before_and_only_the_rest_is_estimated() -> None:
    path = [said(1, "a" * 9_000), said(2, "b", at=5, usage=USAGE), said(3, "c" * 320)]
    assert held(path, 0, None, estimated) == 1_137 + estimated(path[2:])


def test_without_an_answer_everything_is_estimated() -> None:
    path = [said(1, "a" * 3_200)]
    assert 900 <= held(path, 0, None, estimated) == estimated(path) <= 1_100


def test_an_answer_that_came_before_the_cut_tells_nothing_of_what_is_sent_now() -> None:
    path = [said(1, "a"), said(2, "b", at=5, usage=USAGE), said(3, "c" * 320, at=6)]
    cut = ViewCut(first=3, kind="summary", summary=[{"type": "text", "text": "s" * 640}], at=6)
    assert held(path, 2, cut, estimated) == estimated(path[2:]) + estimated_blocks(cut.summary or [])


def test_what_stays_whatever_the_view_is_the_first_of_the_running_sums() -> None:
    path = [said(1, "a" * 320), said(2, "b", at=5, usage=USAGE), said(3, "c" * 320)]
    sums = running(path, 0, None, estimated)
    assert sums == [1_107 - estimated(path[:1]), 1_107, 1_137, 1_137 + estimated(path[2:])]
    assert sums[-1] == held(path, 0, None, estimated)


def test_pictures_and_pages_count_by_what_they_usually_take_not_by_their_bytes() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 900_000}}
    assert estimated_blocks([picture]) == 1_600
    document = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "A" * 90_000}}
    assert 6_000 <= estimated_blocks([document]) <= 6_200


def test_a_usage_that_says_nothing_is_none() -> None:
    for usage in ({}, {"input_tokens": 0, "output_tokens": 3}, {"input_tokens": "7", "output_tokens": 3}):
        assert usage_of(said(2, "b", usage=usage)) is None
    assert usage_of(said(1, "a")) is None


def test_bytes_are_counted_not_letters() -> None:
    assert estimated_blocks([{"type": "text", "text": "ü" * 320}]) == 200
    assert estimated_blocks([{"type": "tool_use", "id": "t", "name": "n", "input": {"x": [1, None, "abc"]}}]) > 0

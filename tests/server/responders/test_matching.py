"""Conditions on any part of a request, and that nonsense is refused when it is read, not when it is asked."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.server.responders.matching import ABSENT, Seen, at, last_text, match_of
from tercet.server.responders.outcome import BadScript

BODY = {
    "model": "claude-haiku-4-5",
    "max_tokens": 100,
    "messages": [
        {"role": "user", "content": "First"},
        {"role": "assistant", "content": [{"type": "text", "text": "Well"}]},
        {
            "role": "user",
            "content": [{"type": "text", "text": "What is"}, {"type": "image"}, {"type": "text", "text": "this?"}],
        },
    ],
}
SEEN = Seen("POST", "/v1/messages", {"anthropic-beta": "files-api-2025-04-14,x"}, BODY)


@pytest.mark.parametrize(
    "match",
    [
        None,
        {},
        {"method": "POST", "path": "/v1/messages"},
        {"path": {"regex": "^/v1/"}},
        {"headers": {"Anthropic-Beta": {"contains": "files-api"}}},
        {"headers": {"x-none": {"exists": False}}},
        {"body": {"model": {"regex": "haiku"}, "max_tokens": 100}},
        {"body": {"messages.0.content": "First"}},
        {"body": {"messages.-1.content": {"contains": "this?"}}},
        {"body": {"messages.1.content.0.type": {"any_of": ["image", "text"]}}},
        {"body": {"messages": {"not": {"contains": "secret"}}}},
        {"body": {"tools": {"exists": False}}},
        {"body": {"messages.0": {"equals": {"role": "user", "content": "First"}}}},
        {"body": {"messages": {"regex": '"role":"assistant"'}}},
        {"text": "What is\nthis?"},
    ],
)
def test_this_request_is_meant(match: Any) -> None:
    assert match_of(match, "here").fits(SEEN)


@pytest.mark.parametrize(
    "match",
    [
        {"method": "GET"},
        {"path": "/v1/models"},
        {"headers": {"x-none": {"regex": "."}}},
        {"body": {"messages.3.content": {"contains": "x"}}},
        {"body": {"messages.0.content.deeper": {"exists": True}}},
        {"body": {"model": {"contains": "opus"}}},
        {"text": {"regex": "^First"}},
        {"body": {"max_tokens": "100"}},
    ],
)
def test_and_this_one_is_not(match: Any) -> None:
    assert not match_of(match, "here").fits(SEEN)


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (5, "match is int"),
        ({"pth": "/"}, "known are method, path"),
        ({"body": "model"}, "body is a mapping"),
        ({"text": {"has": "x"}}, "is no condition"),
        ({"text": {"regex": "("}}, "no regular expression"),
        ({"text": {"contains": "x", "regex": "y"}}, "is no condition"),
    ],
)
def test_what_is_no_condition_is_refused_at_once(match: Any, said: str) -> None:
    with pytest.raises(BadScript, match=said):
        match_of(match, "here")


def test_places_that_are_not_there_are_absent() -> None:
    assert at(BODY, ("messages", "9")) is ABSENT
    assert at(None, ("model",)) is ABSENT
    assert at([1, 2], ("-2",)) == 1


@pytest.mark.parametrize(
    "body", [None, [], {"messages": 5}, {"messages": [5]}, {"messages": [{"role": "user", "content": 5}]}]
)
def test_bodies_without_a_text_have_none(body: Any) -> None:
    assert last_text(body) == ""

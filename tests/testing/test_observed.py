"""Assertions on what was sent: what they take, what they give back, and how their failures read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tercet.testing import ObservedAPI

ASK: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hello"}],
}
WEATHER = {
    **ASK,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": [{"type": "text", "text": "Weather in Oslo?"}]}],
}


@pytest.fixture(scope="module")
def running() -> Iterator[ObservedAPI]:
    with ObservedAPI() as api:
        yield api


@pytest.fixture
def api(running: ObservedAPI) -> ObservedAPI:
    """Two requests were sent: a greeting, and a question about the weather."""
    running.reset()
    with running.client(max_retries=0) as client:
        client.messages.create(**ASK)
        client.messages.create(**WEATHER)
    return running


def test_requests_tell_what_was_sent(api: ObservedAPI) -> None:
    first, second = api.requests

    assert (first.method, first.path, first.status, first.model) == ("POST", "/v1/messages", 200, "claude-sonnet-4-6")
    assert (second.messages, second.system, second.text, second.tools) == (
        WEATHER["messages"], "Be brief.", "Weather in Oslo?", [],
    )  # fmt: skip
    assert api.last_request.text == "Weather in Oslo?"
    assert "sk-ant" not in str(first.headers)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"model": "claude-sonnet-4-6", "path": "/v1/messages", "method": "POST"},
        {"text": "Weather in Oslo?"},
        {"text": {"contains": "Oslo"}, "system": {"exists": True}},
        {"system": {"regex": "^Be "}},
        {"body": {"messages.0.content.0.type": "text", "max_tokens": 100}},
        {"headers": {"Anthropic-Version": "2023-06-01"}},
        {"where": lambda sent: len(sent.messages) == 1},
        {"times": 2, "max_tokens": 100},
    ],
)
def test_a_request_that_fits_is_found_and_given_back(api: ObservedAPI, wanted: dict[str, Any]) -> None:
    assert api.assert_sent(**wanted).text == "Weather in Oslo?"


def test_a_failure_says_what_was_wanted_what_came_and_where_each_differs(api: ObservedAPI) -> None:
    with pytest.raises(AssertionError) as failure:
        api.assert_sent(model="claude-sonnet-4-6", text={"contains": "Bergen"}, tools={"exists": True})

    assert str(failure.value).splitlines() == [
        "expected at least 1 request with model = 'claude-sonnet-4-6', text contains 'Bergen', tools exists True",
        "found 0",
        "sent (2):",
        "  1. POST /v1/messages  -> 200  claude-sonnet-4-6  'Hello'",
        "       text is 'Hello'",
        "       tools is absent",
        "  2. POST /v1/messages  -> 200  claude-sonnet-4-6  'Weather in Oslo?'",
        "       text is 'Weather in Oslo?'",
        "       tools is absent",
    ]


def test_a_wrong_number_of_requests_is_a_failure(api: ObservedAPI) -> None:
    with pytest.raises(AssertionError, match=r"expected 3 request\(s\) with model = .*\nfound 2\n"):
        api.assert_sent(times=3, model="claude-sonnet-4-6")


def test_what_must_not_be_sent(api: ObservedAPI) -> None:
    api.assert_not_sent(model="claude-opus-5-5")

    with pytest.raises(
        AssertionError, match=r"expected no request with text = 'Hello'\nfound 1\n(.|\n)*'Hello'  \(fits\)"
    ):
        api.assert_not_sent(text="Hello")


def test_nothing_sent_at_all(running: ObservedAPI) -> None:
    running.reset()
    running.assert_not_sent()

    with pytest.raises(AssertionError, match="nothing was sent to the local API"):
        running.assert_sent()
    with pytest.raises(AssertionError, match="nothing was sent"):
        _ = running.last_request


def test_answers_that_nobody_asked_for(api: ObservedAPI) -> None:
    api.assert_answers_used()
    api.queue("one", "two")

    with pytest.raises(AssertionError, match=r"2 queued answer\(s\) were never asked for"):
        api.assert_answers_used()


@pytest.mark.parametrize("wanted", [{"times": 0}, {"text": {"contians": "x"}}, {"text": {"regex": "("}}])
def test_an_assertion_that_means_nothing_is_refused(api: ObservedAPI, wanted: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        api.assert_sent(**wanted)


def test_long_values_and_many_requests_are_cut_short(running: ObservedAPI) -> None:
    running.reset()
    with running.client() as client:
        for _ in range(22):
            client.messages.create(**{**ASK, "messages": [{"role": "user", "content": "x" * 1000}]})

    with pytest.raises(AssertionError) as failure:
        running.assert_sent(model="other")

    assert "  … and 2 more" in str(failure.value)
    assert max(map(len, str(failure.value).splitlines())) < 250

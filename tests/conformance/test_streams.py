"""The recorded streams of the official SDK's own tests: the same bytes give the same events, message and exception."""

from __future__ import annotations

from functools import cache

import pytest
from tests.conformance.broken import BROKEN
from tests.conformance.calls import ASK
from tests.conformance.documented import differences, undocumented, unfounded
from tests.conformance.libraries import Outcome, played
from tests.conformance.official import recorded_streams
from tests.conformance.recorder import Answer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OURS = ("tercet", "async")
SSE = {"content-type": "text/event-stream; charset=utf-8", "request-id": "req_1"}
READERS = {
    "stream": ("stream", "helper", {}),
    "text": ("stream", "final_text", {}),
    "raw": ("create", "events", {"stream": True}),
}
"""How a stream is read -> method, use, and arguments more."""


def read_in_every_way(streams: dict[str, bytes], nouns: tuple[str, ...]) -> dict[str, dict[str, Outcome]]:
    cases, answers = {}, {}
    for name, content in streams.items():
        for noun in nouns:
            for reader, (method, use, more) in READERS.items():
                case = f"{name}, {noun} {reader}"
                cases[case] = {"call": f"{noun}.{method}", "named": {**ASK, **more}, "use": use}
                answers[case] = [Answer(200, SSE, content)]
    return played(cases, answers)


@cache
def outcomes() -> dict[str, dict[str, Outcome]]:
    """Every stream, whole and as it was recorded: most recordings lack the blank line after their last event."""
    recorded = {name: content.rstrip() for name, content in recorded_streams().items()}
    whole = {name: content + b"\n\n" for name, content in recorded.items()}
    unended = {f"{name}, unended": content for name, content in recorded.items()}
    return read_in_every_way({**whole, **unended}, ("messages", "beta.messages"))


@cache
def broken_outcomes() -> dict[str, dict[str, Outcome]]:
    return read_in_every_way(BROKEN, ("messages",))


def found(outcomes: dict[str, dict[str, Outcome]]) -> list[str]:
    return [
        f"{case}: {each}"
        for case, by in outcomes.items()
        for player in OURS
        for each in differences(by["official"].told, by[player].told)
    ]


def test_there_are_recordings() -> None:
    assert len(recorded_streams()) >= 16


def test_events_message_and_exception_are_the_same_but_for_what_the_table_lists() -> None:
    assert undocumented(found(outcomes()), "Streams") == []


def test_broken_streams_end_the_same_but_for_what_the_table_lists() -> None:
    assert undocumented(found(broken_outcomes()), "Broken streams") == []


def test_every_row_of_the_tables_is_a_difference_still() -> None:
    assert unfounded(found(outcomes()), "Streams") == []
    assert unfounded(found(broken_outcomes()), "Broken streams") == []


def test_nothing_but_an_api_error_ends_a_broken_stream() -> None:
    endings = {case: [by[player].told.get("raised") for player in OURS] for case, by in broken_outcomes().items()}
    foreign = [
        case for case, raised in endings.items() if any(each and "APIError" not in each["caught_as"] for each in raised)
    ]

    assert foreign == []


def test_both_worlds_read_alike() -> None:
    every = {**outcomes(), **broken_outcomes()}

    assert [case for case, by in every.items() if by["tercet"].told != by["async"].told] == []

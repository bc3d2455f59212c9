"""The same answers end in the same errors, after the same number of requests and the same waits."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from tests.conformance.documented import differences, undocumented, unfounded
from tests.conformance.faults import table
from tests.conformance.libraries import Outcome, played

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OURS = ("tercet", "async")


@cache
def outcomes() -> dict[str, dict[str, Outcome]]:
    return played(*table())


def ending(outcome: Outcome) -> dict[str, Any]:
    return {**outcome.told, "requests": len(outcome.seen)}


@cache
def found() -> list[str]:
    return [
        f"{case}: {each}"
        for case, by in outcomes().items()
        for player in OURS
        for each in differences(ending(by["official"]), ending(by[player]))
    ]


def test_classes_fields_requests_and_waits_are_the_same_but_for_what_the_table_lists() -> None:
    assert undocumented(found(), "Errors") == []


def test_every_row_of_the_table_is_a_difference_still() -> None:
    assert unfounded(found(), "Errors") == []


def test_nothing_but_an_api_error_ends_a_call() -> None:
    foreign = [
        (case, player, by[player].told["raised"]["class"])
        for case, by in outcomes().items()
        for player in OURS
        if "APIError" not in by[player].told.get("raised", {"caught_as": ["APIError"]})["caught_as"]
    ]

    assert foreign == []


def test_both_worlds_end_alike() -> None:
    assert [case for case, by in outcomes().items() if ending(by["tercet"]) != ending(by["async"])] == []

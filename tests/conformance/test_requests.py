"""The same call makes the same request: method, path, query and body, in both worlds."""

from __future__ import annotations

from functools import cache

import pytest
from tests.conformance.all_calls import CALLS
from tests.conformance.documented import differences, undocumented, unfounded
from tests.conformance.libraries import Outcome, played
from tests.conformance.recorder import Seen

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OURS = ("tercet", "async")


@cache
def outcomes() -> dict[str, dict[str, Outcome]]:
    return played(CALLS)


def sent(seen: Seen) -> dict[str, object]:
    query: list[object] = sorted(seen.query)
    return {"method": seen.method, "path": seen.path, "query": query, "body": seen.body()}


def found_differences() -> list[str]:
    return [
        f"{case}: {what}"
        for case, by in outcomes().items()
        for player in OURS
        for what in different_parts(by["official"].seen, by[player].seen)
    ]


def different_parts(official: list[Seen], ours: list[Seen]) -> list[str]:
    if len(official) != len(ours):
        return [f"{len(ours)} requests for {len(official)}"]
    return [part for pair in zip(official, ours, strict=True) for part in differences(*map(sent, pair))]


def different_headers() -> set[str]:
    found = set()
    for by in outcomes().values():
        for player in OURS:
            for official, ours in zip(by["official"].seen, by[player].seen, strict=False):
                found |= {
                    name for name in official.headers.keys() | ours.headers.keys() if _differs(official, ours, name)
                }
    return found


def _differs(official: Seen, ours: Seen, name: str) -> bool:
    theirs, own = official.headers.get(name), ours.headers.get(name)
    if name == "content-length":  # JSON has more than one spelling; that both mean the same is compared above
        return False
    if name == "content-type" and theirs is not None and own is not None:  # a form's boundary is chance
        theirs, own = theirs.partition("; boundary=")[0], own.partition("; boundary=")[0]
    return theirs != own


def test_there_are_enough_calls() -> None:
    assert len(CALLS) >= 80


def test_the_official_sdk_makes_every_call() -> None:
    assert [case for case, by in outcomes().items() if not by["official"].seen or "raised" in by["official"].told] == []


def test_every_call_succeeds() -> None:
    raised = [(case, player) for case, by in outcomes().items() for player in OURS if "raised" in by[player].told]

    assert raised == []


def test_method_path_query_and_body_are_the_same() -> None:
    assert undocumented(found_differences(), "Requests") == []
    assert unfounded(found_differences(), "Requests") == []


def test_headers_are_the_same_but_for_those_that_the_table_lists() -> None:
    assert undocumented(different_headers(), "Headers") == []
    assert unfounded(different_headers(), "Headers") == []


def test_what_came_is_told_the_same() -> None:
    found = [
        f"{case}: {each}"
        for case, by in outcomes().items()
        for player in OURS
        for each in differences(by["official"].told, by[player].told)
    ]

    assert undocumented(found, "Answers") == []
    assert unfounded(found, "Answers") == []

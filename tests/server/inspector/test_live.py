"""What a page is sent: everything first, then each change; a page that reads too slowly begins anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tercet.server.exchange import ServerExchange
from tercet.server.http.parser import Head, RequestLine
from tercet.server.http.transfer import RequestBody
from tercet.server.inspector import live
from tercet.server.journal.journal import Entry, Journal


def begin(journal: Journal) -> Entry:
    return journal.begin(
        ServerExchange(Head(RequestLine("GET", b"/v1/models")), RequestBody(), f"req_{len(journal)}", 1.0)
    )


async def told(events: AsyncGenerator[bytes, None]) -> tuple[str, Any]:
    name, data = (await anext(events)).decode().removesuffix("\n\n").split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.mark.anyio
async def test_everything_that_is_kept_comes_first_and_then_what_begins() -> None:
    journal = Journal()
    begin(journal)
    events = live.events(journal)

    name, kept = await told(events)
    begin(journal)
    following = await told(events)

    assert (name, [line["id"] for line in kept]) == ("all", ["req_0"])
    assert (following[0], following[1]["id"]) == ("entry", "req_1")
    await events.aclose()


@pytest.mark.anyio
async def test_a_page_that_fell_behind_is_told_everything_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_WAITING", 2)
    journal = Journal()
    events = live.events(journal)
    await told(events)

    for _ in range(5):
        begin(journal)

    name, kept = await told(events)
    assert (name, len(kept)) == ("all", 5)
    begin(journal)
    assert (await told(events))[0] == "entry"
    await events.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("full", [False, True])
async def test_a_page_is_told_when_all_is_forgotten_also_from_another_thread(
    full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_WAITING", 1 if full else 1000)
    journal = Journal()
    events = live.events(journal)
    begin(journal)
    await told(events)
    begin(journal)

    await asyncio.to_thread(journal.clear)

    while (found := await told(events)) != ("all", []):
        assert found[0] == "entry"
    begin(journal)
    assert (await told(events))[0] == "entry"
    await events.aclose()


@pytest.mark.anyio
async def test_what_is_forgotten_before_it_was_sent_is_not_sent() -> None:
    journal = Journal(most_entries=1)
    events = live.events(journal)
    await told(events)

    begin(journal)
    begin(journal)

    name, line = await told(events)
    assert (name, line["number"]) == ("entry", 2)
    await events.aclose()


@pytest.mark.anyio
async def test_a_quiet_connection_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.01)
    events = live.events(Journal())
    await told(events)

    assert await anext(events) == b": still here\n\n"
    await events.aclose()


@pytest.mark.anyio
async def test_a_page_that_left_is_forgotten() -> None:
    journal = Journal()
    events = live.events(journal)
    await told(events)
    assert len(journal._watchers) == 1

    await events.aclose()

    assert journal._watchers == []

"""Entries as the page gets them: counts, costs at list prices, errors, and nothing made up where nothing is known."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.catalog.cost import price
from tercet.server.inspector.views import MOST_TEXT, detail, line
from tercet.server.journal.journal import Entry
from tercet.server.run import LocalServer


def last(server: LocalServer) -> dict[str, Any]:
    entry = server.journal.last()
    assert entry is not None
    return line(entry)


def test_the_cost_is_that_of_the_catalog(server: LocalServer, post: Any) -> None:
    usage = post().json()["usage"]

    shown = last(server)

    assert shown["cost"] == f"{price('claude-sonnet-4-6', usage):f}"
    assert (shown["input_tokens"], shown["output_tokens"]) == (usage["input_tokens"], usage["output_tokens"])


def test_an_unknown_model_has_no_cost_rather_than_none_at_all(server: LocalServer, post: Any) -> None:
    server.queue("Hi")
    post(model="claude-of-tomorrow")

    assert last(server)["cost"] is None


def test_cache_hits_are_counted(server: LocalServer, post: Any) -> None:
    system = [{"type": "text", "text": "word " * 3000, "cache_control": {"type": "ephemeral"}}]
    post(system=system)
    written = last(server)
    post(system=system)
    read = last(server)

    assert written["cache_written"] == read["cache_read"] > 1000
    assert float(read["cost"]) < float(written["cost"])


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_is_told_wherever_it_stands(server: LocalServer, post: Any, stream: bool) -> None:
    server.fault("error@event:2" if stream else "status:529")
    post(stream=stream)

    error = last(server)["error"]

    assert error["type"] == "overloaded_error"
    assert error["message"]


def test_an_answer_that_speaks_of_errors_is_none(server: LocalServer, post: Any) -> None:
    server.queue('{"error": {"type": "x", "message": "y"}}')
    post(stream=True)

    assert last(server)["error"] is None


def test_a_token_count_is_told_without_a_cost(server: LocalServer, post: Any) -> None:
    answer = post("/v1/messages/count_tokens")

    shown = last(server)

    assert shown["input_tokens"] == answer.json().get("input_tokens")
    assert shown["cost"] is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"messages": [{"role": "user", "content": "Hi"}]}', "Hi"),
        (b'{"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}', "tool result"),
        (b'{"messages": "x"}', ""),
        (b'{"messages": [1, null]}', ""),
        (b"[1]", ""),
        (b"\xff", ""),
        (b"", ""),
    ],
)
def test_any_body_has_a_preview(content: bytes, expected: str) -> None:
    entry = Entry("req_1", "POST", "/v1/messages", {}, content=content, status=200, seconds=0.1)

    assert line(entry)["preview"] == expected


def test_a_request_under_way_has_no_figures_yet() -> None:
    shown = detail(Entry("req_1", "POST", "/v1/messages", {}), "http://127.0.0.1")

    assert (shown["line"]["seconds"], shown["line"]["cost"], shown["request"]["body"]) == (None, None, None)


def test_long_bodies_are_cut_for_the_page() -> None:
    entry = Entry("req_1", "POST", "/v1/files", {}, content=b"x" * 1_000_000)

    shown = detail(entry, "http://127.0.0.1")["request"]["text"]

    assert len(shown) < MOST_TEXT + 100
    assert shown.endswith("1,000,000 bytes in all")

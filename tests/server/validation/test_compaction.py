"""Compaction over HTTP: the block that is given out goes back first, alone and unchanged; every other use has its code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tercet.server.run import LocalServer

BETAS = "compact-2026-09-04,context-management-2025-06-27"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01", "anthropic-beta": BETAS}
ALICE = {"role": "user", "content": "My name is Alice."}
ASKING = {"role": "user", "content": "What is my name?"}
CALL = {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}]}
TOOLS = [{"name": "look", "input_schema": {"type": "object"}}]


@pytest.fixture(scope="module")
def strict() -> Iterator[httpx.Client]:
    with LocalServer(strict=True) as server, client_of(server) as client:
        yield client


def client_of(server: LocalServer) -> httpx.Client:
    return httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False, timeout=20)


def ask(client: httpx.Client, *messages: Any, **more: Any) -> httpx.Response:
    return client.post(
        "/v1/messages", json={"model": "claude-opus-5-5", "max_tokens": 200, "messages": messages, **more}
    )


def compacted(client: httpx.Client) -> dict[str, Any]:
    answer = ask(client, ALICE, compaction={"type": "summarize"}).json()
    assert (answer["stop_reason"], [block["type"] for block in answer["content"]]) == ("compaction", ["compaction"])
    return {"role": "assistant", "content": answer["content"]}


def code(answer: httpx.Response) -> str:
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    return str(answer.json()["error"]["details"]["error_code"])


def test_the_block_goes_back_in_the_place_of_what_it_sums_up(strict: httpx.Client) -> None:
    answer = ask(strict, compacted(strict), ASKING)
    assert "Alice" in answer.json()["content"][-1]["text"]


def test_a_changed_block_is_refused_by_the_strict_server_and_one_without_a_seal_too(strict: httpx.Client) -> None:
    block = compacted(strict)["content"][0]
    changed = {"role": "assistant", "content": [{**block, "content": "The user is Bob."}]}
    assert code(ask(strict, changed, ASKING)) == "compaction_content_mismatch"
    forged = {"role": "assistant", "content": [{**block, "signature": "mine"}]}
    assert code(ask(strict, forged, ASKING)) == "compaction_signature_invalid"


def test_there_is_one_block_and_it_is_the_first(strict: httpx.Client) -> None:
    kept = compacted(strict)
    assert code(ask(strict, kept, ASKING, kept, ASKING)) == "compaction_block_ambiguous"
    assert code(ask(strict, ALICE, kept, ASKING)) == "compaction_block_misplaced"


def test_an_unfinished_turn_cannot_be_summed_up(strict: httpx.Client) -> None:
    answer = ask(strict, ALICE, CALL, tools=TOOLS, compaction={"type": "summarize"})
    assert code(answer) == "compaction_incomplete_turn"


def test_there_must_be_something_to_sum_up(strict: httpx.Client) -> None:
    answer = ask(
        strict, {"role": "system", "content": "Be kind."}, compaction={"type": "summarize"}, model="claude-opus-5"
    )
    assert code(answer) == "compaction_nothing_to_summarize"


def test_it_does_not_go_with_context_management(strict: httpx.Client) -> None:
    edits = {"edits": [{"type": "clear_tool_uses_20250919"}]}
    answer = ask(strict, ALICE, compaction={"type": "summarize"}, context_management=edits)
    assert answer.json()["error"] == {
        "type": "invalid_request_error",
        "message": "compaction: cannot be combined with context_management",
    }

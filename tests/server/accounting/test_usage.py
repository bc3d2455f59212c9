"""The usage object: complete, consistent with the caches, truthful about refusals, batches and server tools."""

from __future__ import annotations

from typing import Any

from tercet.server.accounting.caching import PromptCache
from tercet.server.accounting.tokens import count_request
from tercet.server.accounting.usage import usage
from tercet.server.service.responder import Answer

REQUEST = {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "Hello, Claude"}]}
SAID = Answer([{"type": "text", "text": "Hi!"}], "end_turn", 2)
MARK = {"type": "ephemeral"}


def test_a_plain_message_has_the_complete_usage() -> None:
    assert usage(REQUEST, SAID, "claude-sonnet-4-5") == {
        "input_tokens": count_request(REQUEST),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 2,
        "output_tokens_details": {"thinking_tokens": 0},
        "server_tool_use": None,
        "service_tier": "standard",
        "inference_geo": "not_available",
    }


def test_the_parts_of_the_input_add_up_to_the_whole() -> None:
    cache = PromptCache()
    request = {**REQUEST, "system": [{"type": "text", "text": "Be kind. " * 1000, "cache_control": MARK}]}
    for read in (False, True):
        found = usage(request, SAID, cache=cache, key="k")
        parts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        assert sum(found[part] for part in parts) == count_request(request)
        assert sum(found["cache_creation"].values()) == found["cache_creation_input_tokens"]
        assert (found["cache_read_input_tokens"] > 0) is read


def test_a_batch_says_so() -> None:
    assert usage(REQUEST, SAID, batch=True)["service_tier"] == "batch"


def test_server_tools_are_counted_by_kind() -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
        {"type": "server_tool_use", "id": "srvtoolu_2", "name": "web_search", "input": {}},
    ]
    assert usage(REQUEST, Answer(blocks, "end_turn", 9))["server_tool_use"] == {
        "web_search_requests": 2,
        "web_fetch_requests": 0,
    }


def test_compaction_has_its_own_iteration_outside_the_sums() -> None:
    request = {**REQUEST, "context_management": {"edits": [{"type": "compact_20260112"}]}}
    block = {"type": "compaction", "content": "x" * 35}
    found = usage(request, Answer([block, *SAID.content], "end_turn", 2))
    assert [(step["type"], step["output_tokens"]) for step in found["iterations"]] == [
        ("compaction", 10),
        ("message", 2),
    ]
    assert found["output_tokens"] == 2


def test_cleared_tool_results_are_not_billed() -> None:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    for number in range(5):
        call = {"type": "tool_use", "id": f"toolu_{number}", "name": "f", "input": {}}
        messages.append({"role": "assistant", "content": [call]})
        result = {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": "data " * 1000}
        messages.append({"role": "user", "content": [result]})
    edit = {
        "type": "clear_tool_uses_20250919",
        "trigger": {"type": "tool_uses", "value": 4},
        "keep": {"type": "tool_uses", "value": 2},
    }
    whole = {**REQUEST, "messages": messages}
    edited = {**whole, "context_management": {"edits": [edit]}}
    saved = usage(whole, SAID)["input_tokens"] - usage(edited, SAID)["input_tokens"]
    assert saved > 3 * 1000

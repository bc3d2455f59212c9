"""A message is its JSON: typed where it is known, whole where it is not."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.wire.model import AnyModel, Model, type_tags
from tercet.wire.responses.blocks import (
    CompactionBlock,
    FallbackBlock,
    FallbackInfo,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolAdditionBlock,
    ToolChangeToolReference,
    ToolUseBlock,
)
from tercet.wire.responses.citations import CitationCharLocation, CitationsWebSearchResultLocation
from tercet.wire.responses.content import ContentBlock
from tercet.wire.responses.context import CacheMissModelChanged, ClearToolUsesEditResponse
from tercet.wire.responses.message import Message, MessageTokensCount
from tercet.wire.responses.tool_results import WebSearchResultBlock, WebSearchToolResultBlock, WebSearchToolResultError
from tercet.wire.responses.usage import CacheCreation, CompactionIterationUsage, MessageIterationUsage, Usage

# Composed after the wire reference, section 5.4; ids and texts are invented.
PLAIN: dict[str, Any] = {
    "id": "msg_01AbCdEfGhJkLmNpQrStUvWx",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5-5",
    "content": [{"type": "text", "text": "Hi!"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "stop_details": None,
    "container": None,
    "usage": {
        "input_tokens": 12,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 6,
        "output_tokens_details": {"thinking_tokens": 0},
        "service_tier": "standard",
        "inference_geo": "global",
    },
}


def message(**fields: Any) -> Message:
    return Message({**copy.deepcopy(PLAIN), **fields})


def holding(*blocks: dict[str, Any]) -> Message:
    return message(content=list(blocks))


def test_the_fields_of_a_message_are_attributes_and_items() -> None:
    answer = message()

    assert "end_turn" == answer.stop_reason == answer["stop_reason"]
    assert answer.model == "claude-opus-5-5"
    assert 12 == answer.usage.input_tokens == answer["usage"]["input_tokens"]
    assert isinstance(answer.usage, Usage)
    assert isinstance(answer.usage.cache_creation, CacheCreation)
    assert isinstance(answer.content[0], TextBlock)


def test_a_message_that_was_looked_at_is_still_the_json_that_came() -> None:
    answer = message()
    assert answer.text == "Hi!"
    assert answer.usage.output_tokens_details.thinking_tokens == 0  # type: ignore[union-attr]

    assert answer == PLAIN
    assert json.loads(json.dumps(answer)) == PLAIN
    assert answer.to_dict() == PLAIN


def test_optional_fields_that_did_not_come_are_none() -> None:
    answer = message()

    assert answer.diagnostics is None
    assert answer.context_management is None
    assert answer.usage.server_tool_use is None
    assert answer.usage.speed is None
    assert "diagnostics" not in answer


@pytest.mark.parametrize("kind", get_args(get_args(ContentBlock)[0]), ids=lambda kind: kind.__name__)
def test_every_kind_of_block_is_known_by_its_type(kind: type[Model]) -> None:
    (tag,) = type_tags(kind)

    (block,) = holding({"type": tag, "novel": {"deep": [1]}}).content

    assert kind is type(block)
    assert {"type": tag, "novel": {"deep": [1]}} == block


def test_no_two_kinds_of_block_share_a_type() -> None:
    tags = [tag for kind in get_args(get_args(ContentBlock)[0]) for tag in type_tags(kind)]

    assert len(set(tags)) == len(tags)


def test_an_unknown_block_keeps_its_fields_as_attributes() -> None:
    block: Any = holding({"type": "hologram", "beams": [{"angle": 3}]}).content[0]

    assert AnyModel is type(block)
    assert block.type == "hologram"
    assert block.beams[0].angle == 3


def test_text_joins_text_blocks_and_nothing_else() -> None:
    answer = holding(
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "a"},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}},
        {"type": "text", "text": "b"},
    )

    assert answer.text == "ab"
    assert holding().text == ""


def test_a_block_without_a_type_does_not_break_text() -> None:
    assert holding({"odd": 1}, {"type": "text", "text": "a"}).text == "a"


def test_the_request_id_is_none_until_set_and_is_no_part_of_the_json() -> None:
    answer = message()
    assert answer._request_id is None

    answer._request_id = "req_1"

    assert answer._request_id == "req_1"
    assert answer == PLAIN


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies_and_pickles_keep_request_id_and_equality(copied: Any) -> None:
    answer = message()
    answer._request_id = "req_1"

    twin = copied(answer)

    assert answer == twin
    assert Message is type(twin)
    assert twin._request_id == "req_1"


def test_to_param_is_role_and_content_only() -> None:
    assert dict(message().to_param()) == {"role": "assistant", "content": [{"type": "text", "text": "Hi!"}]}


def test_to_param_leaves_out_what_only_answers_may_hold() -> None:
    param = holding(
        {"type": "text", "text": "a", "citations": None, "parsed_output": {"n": 1}},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": 1}, "caller": None, "toolset_name": None},
    ).to_param()

    assert param["content"] == [
        {"type": "text", "text": "a"},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": 1}},
    ]


def test_to_param_keeps_what_must_go_back_unchanged() -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": "", "signature": "EosnCk"},
        {"type": "redacted_thinking", "data": "abc"},
        {"type": "compaction", "content": None, "encrypted_content": "x"},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"caller": None}, "caller": {"type": "direct"}},
        {"type": "hologram", "beams": None},
    ]

    assert blocks == holding(*blocks).to_param()["content"]


def test_to_param_shares_nothing_with_the_message() -> None:
    answer = holding({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"list": [1]}})

    param: Any = answer.to_param()
    param["content"][0]["input"]["list"].append(2)

    assert answer["content"][0]["input"]["list"] == [1]


@pytest.mark.parametrize("kind", [ToolUseBlock, ServerToolUseBlock])
def test_a_tool_call_is_complete_unless_a_stream_said_otherwise(kind: type[ToolUseBlock]) -> None:
    block = kind({"id": "toolu_1", "name": "f", "input": {}})
    assert block.input_complete is True
    assert block.input_text is None

    block._input_complete, block._input_text = False, '{"city": "Os'
    twin = pickle.loads(pickle.dumps(block))

    assert twin.input_complete is False
    assert twin.input_text == '{"city": "Os'
    assert twin == {"id": "toolu_1", "name": "f", "input": {}}


def test_the_input_of_a_tool_call_is_plain_data() -> None:
    (block,) = holding({"type": "tool_use", "id": "t", "name": "f", "input": {"type": "text", "a": [{}]}}).content

    assert isinstance(block, ToolUseBlock)
    assert dict is type(block.input)
    assert block.input == {"type": "text", "a": [{}]}


def test_citations_are_told_apart_by_type() -> None:
    (block,) = holding(
        {
            "type": "text",
            "text": "t",
            "citations": [
                {"type": "char_location", "cited_text": "c", "document_index": 0, "start_char_index": 1},
                {"type": "web_search_result_location", "cited_text": "c", "url": "https://example.org"},
            ],
        }
    ).content

    assert isinstance(block, TextBlock)
    first, second = block.citations or []
    assert isinstance(first, CitationCharLocation)
    assert first.start_char_index == 1
    assert first.file_id is None
    assert isinstance(second, CitationsWebSearchResultLocation)


def test_a_search_result_is_a_list_or_an_error() -> None:
    found, failed = holding(
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "e"}],
        },
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_2",
            "content": {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"},
        },
    ).content

    assert isinstance(found, WebSearchToolResultBlock)
    assert isinstance(found.content, list)
    assert isinstance(found.content[0], WebSearchResultBlock)
    assert isinstance(failed, WebSearchToolResultBlock)
    assert isinstance(failed.content, WebSearchToolResultError)
    assert failed.content.error_code == "max_uses_exceeded"


def test_a_fallback_tells_both_models() -> None:
    block = FallbackBlock(
        {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}, "trigger": {"type": "refusal"}}
    )

    assert isinstance(block.from_, FallbackInfo)
    assert (block.from_.model, block.to.model, block.trigger.category) == ("a", "b", None)


def test_a_compaction_tells_which_tools_changed() -> None:
    change = {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "f"}}
    (block,) = holding({"type": "compaction", "content": "so far", "tool_changes": [change]}).content

    assert isinstance(block, CompactionBlock)
    (addition,) = block.tool_changes or []
    assert isinstance(addition, ToolAdditionBlock)
    assert isinstance(addition.tool, ToolChangeToolReference)


def test_iterations_of_usage_are_told_apart() -> None:
    usage = Usage({"input_tokens": 1, "output_tokens": 2, "iterations": [{"type": "compaction"}, {"type": "message"}]})

    assert [CompactionIterationUsage, MessageIterationUsage] == [type(step) for step in usage.iterations or []]


def test_what_was_done_to_the_context_is_typed() -> None:
    answer = message(
        context_management={"applied_edits": [{"type": "clear_tool_uses_20250919", "cleared_tool_uses": 8}]},
        diagnostics={"cache_miss_reason": {"type": "model_changed", "cache_missed_input_tokens": 5}},
        container={"id": "container_1", "expires_at": "2026-11-20T10:15:00Z", "skills": None},
    )

    assert isinstance(answer.context_management.applied_edits[0], ClearToolUsesEditResponse)  # type: ignore[union-attr]
    assert isinstance(answer.diagnostics.cache_miss_reason, CacheMissModelChanged)  # type: ignore[union-attr]
    assert datetime(2026, 11, 20, 10, 15, tzinfo=UTC) == answer.container.expires_at  # type: ignore[union-attr]
    assert answer["container"]["expires_at"] == "2026-11-20T10:15:00Z"


def test_a_count_may_tell_what_editing_saved() -> None:
    count = MessageTokensCount({"input_tokens": 25_000, "context_management": {"original_input_tokens": 70_000}})

    assert count.context_management.original_input_tokens == 70_000  # type: ignore[union-attr]
    assert MessageTokensCount({"input_tokens": 3}).context_management is None


def test_match_tells_blocks_apart() -> None:
    seen = []
    for block in holding({"type": "text", "text": "a"}, {"type": "thinking", "thinking": "b", "signature": ""}).content:
        match block:
            case TextBlock(text=text):
                seen.append(text)
            case ThinkingBlock(thinking=thinking):
                seen.append(thinking)

    assert seen == ["a", "b"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
tags = st.sampled_from(
    [tag for kind in get_args(get_args(ContentBlock)[0]) for tag in type_tags(kind)] + ["hologram", ""]
)
names = st.sampled_from(["text", "citations", "content", "input", "caller", "id", "from", "novel"])
blocks = st.builds(lambda tag, rest: {"type": tag, **rest}, tags, st.dictionaries(names, json_values, max_size=4))


@given(st.lists(blocks, max_size=3), st.dictionaries(st.sampled_from(["usage", "container", "novel"]), json_values))
def test_whatever_comes_is_kept_and_can_be_shown_copied_and_sent_back(
    content: list[dict[str, Any]], rest: dict[str, Any]
) -> None:
    came = {**PLAIN, "content": content, **rest}
    answer = Message(copy.deepcopy(came))

    assert repr(answer).startswith("Message(")
    assert isinstance(answer.to_param()["content"], list)
    assert came == answer
    assert came == answer.to_dict()
    assert came == pickle.loads(pickle.dumps(answer))

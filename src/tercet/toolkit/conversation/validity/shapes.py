"""The fields of each type of block, as data: what must be there, what may be, and what each must be.

Written from the API's reference, apart from the local API's own table: the two are held against each other by tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

Test: TypeAlias = Callable[[Any], bool]
TOOL_ID = re.compile(r"[a-zA-Z0-9_-]+\Z")
SERVER_ID = re.compile(r"srvtoolu_[a-zA-Z0-9_]+\Z")


class BlockShape(NamedTuple):
    """The fields of a block beside `type`."""

    needed: Mapping[str, Test]
    allowed: Mapping[str, Test]
    """May be left out, and null."""


def _kind(*kinds: type) -> Test:
    return lambda value: type(value) in kinds


def _matching(pattern: re.Pattern[str]) -> Test:
    return lambda value: type(value) is str and pattern.match(value) is not None


def _list_of(test: Test) -> Test:
    return lambda value: type(value) is list and all(map(test, value))


def _object(needed: Mapping[str, Test], allowed: Mapping[str, Test] | None = None) -> Test:
    return lambda value: type(value) is dict and fits(value, BlockShape(needed, allowed or {}))


def _tagged(shapes: Mapping[str, Test]) -> Test:
    def test(value: Any) -> bool:
        kind = value.get("type") if type(value) is dict else None
        return type(kind) is str and kind in shapes and shapes[kind](value)

    return test


def _or_null(test: Test) -> Test:
    return lambda value: value is None or test(value)


def fits(value: Mapping[str, Any], shape: BlockShape) -> bool:
    """Return whether an object has a shape: nothing missing, nothing extra, everything as it must be."""
    return all(name in value and test(value[name]) for name, test in shape.needed.items()) and all(
        name in shape.needed
        or name == "type"
        or (name in shape.allowed and (item is None or shape.allowed[name](item)))
        for name, item in value.items()
    )


def _one_of(*values: str) -> Test:
    return lambda value: type(value) is str and value in values


string, boolean, mapping, array = _kind(str), _kind(bool), _kind(dict), _kind(list)


def is_count(value: Any) -> bool:
    """Return whether this is a whole number from 0 on."""
    return type(value) is int and value >= 0


def is_words(value: Any) -> bool:
    """Return whether this is a string that is not empty."""
    return type(value) is str and value != ""


def is_mark(value: Any) -> bool:
    """Return whether this is a mark of the cache."""
    return (
        type(value) is dict
        and value.get("type") == "ephemeral"
        and value.keys() <= {"type", "ttl"}
        and value.get("ttl", "5m") in ("5m", "1h")
        and type(value.get("ttl", "5m")) is str
    )


_spans = dict.fromkeys(("start_char_index", "end_char_index"), is_count)
_pages = dict.fromkeys(("start_page_number", "end_page_number"), is_count)
_blocks = dict.fromkeys(("start_block_index", "end_block_index"), is_count)
_of_document = {"cited_text": string, "document_index": is_count}
_named = {"document_title": string, "file_id": string}
is_citation = _tagged(
    {
        "char_location": _object({**_of_document, **_spans}, _named),
        "page_location": _object({**_of_document, **_pages}, _named),
        "content_block_location": _object({**_of_document, **_blocks}, _named),
        "search_result_location": _object(
            {"cited_text": string, "source": string, "search_result_index": is_count, **_blocks}, {"title": string}
        ),
        "web_search_result_location": _object(
            {"cited_text": string, "url": string, "encrypted_index": string}, {"title": string}
        ),
    }
)
is_caller = _tagged(
    {
        "direct": _object({}),
        "code_execution_20250825": _object({"tool_id": string}),
        "code_execution_20260120": _object({"tool_id": string}),
    }
)
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_by_url, _by_file = _object({"url": string}), _object({"file_id": string})
is_image_source = _tagged(
    {"base64": _object({"media_type": _one_of(*IMAGE_TYPES), "data": string}), "url": _by_url, "file": _by_file}
)
is_document_source = _tagged(
    {
        "base64": _object({"media_type": _one_of("application/pdf"), "data": string}),
        "text": _object({"media_type": _one_of("text/plain"), "data": string}),
        "content": _object({"content": _kind(str, list)}),
        "url": _by_url,
        "file": _by_file,
    }
)
SERVER_TOOLS = (
    "web_search", "web_fetch", "code_execution", "bash_code_execution", "text_editor_code_execution",
    "tool_search_tool_regex", "tool_search_tool_bm25", "advisor",
)  # fmt: skip
_marked = {"cache_control": is_mark}
_cited = {"citations": _object({}, {"enabled": boolean})}
_called = {"caller": is_caller}
_content = _kind(str, list)


def _is_server_content(value: Any) -> bool:
    return (
        value is None
        or type(value) in (dict, str)
        or (type(value) is list and all(type(each) is dict for each in value))
    )


def _server_result(**more: Test) -> BlockShape:
    return BlockShape(
        {"tool_use_id": _matching(SERVER_ID), "content": _is_server_content}, {"cache_control": is_mark, **more}
    )


SHAPES: dict[str, BlockShape] = {
    "text": BlockShape({"text": string}, {**_marked, "citations": _list_of(is_citation)}),
    "image": BlockShape(
        {"source": is_image_source},
        {**_marked, "transformations": _object({}, {"oversized_image": _one_of("downsize", "error")})},
    ),
    "document": BlockShape({"source": is_document_source}, {**_marked, **_cited, "title": string, "context": string}),
    "search_result": BlockShape({"source": string, "title": string, "content": array}, {**_marked, **_cited}),
    "thinking": BlockShape({"thinking": string, "signature": is_words}, {}),
    "redacted_thinking": BlockShape({"data": is_words}, {}),
    "tool_use": BlockShape(
        {"id": _matching(TOOL_ID), "name": is_words, "input": mapping}, {**_marked, **_called, "toolset_name": string}
    ),
    "tool_result": BlockShape(
        {"tool_use_id": _matching(TOOL_ID)},
        {**_marked, "content": _content, "is_error": boolean, "toolset_name": string},
    ),
    "server_tool_use": BlockShape(
        {"id": _matching(SERVER_ID), "name": _one_of(*SERVER_TOOLS), "input": mapping}, {**_marked, **_called}
    ),
    "web_search_tool_result": _server_result(**_called),
    "web_fetch_tool_result": _server_result(**_called),
    "code_execution_tool_result": _server_result(),
    "bash_code_execution_tool_result": _server_result(),
    "text_editor_code_execution_tool_result": _server_result(),
    "tool_search_tool_result": _server_result(),
    "advisor_tool_result": _server_result(),
    "container_upload": BlockShape({"file_id": string}, _marked),
    "mcp_tool_use": BlockShape(
        {"id": _matching(TOOL_ID), "name": string, "server_name": string, "input": mapping}, _marked
    ),
    "mcp_tool_result": BlockShape(
        {"tool_use_id": _matching(TOOL_ID)}, {**_marked, "content": _content, "is_error": boolean}
    ),
    "compaction": BlockShape(
        {},
        {
            **_marked,
            "content": is_words,
            "encrypted_content": string,
            "signature": string,
            "tool_changes": _list_of(mapping),
        },
    ),
    "tool_addition": BlockShape({"tool": mapping}, _marked),
    "tool_removal": BlockShape({"tool": mapping}, _marked),
    "mcp_tool_listing": BlockShape({"mcp_server_name": string, "tools": _or_null(_list_of(mapping))}, {}),
    "fallback": BlockShape({"from": mapping, "to": mapping}, {"trigger": mapping}),
}
"""Blocks of a message; some need a beta header."""
INNER: dict[str, BlockShape] = {
    **{name: SHAPES[name] for name in ("text", "image", "document", "search_result")},
    "tool_reference": BlockShape({"tool_name": string}, _marked),
    "browser_state": BlockShape({"tabs": _or_null(array)}, {**_marked, "state_changes": array}),
}
"""Blocks of a tool's result."""
PLAIN = {name: SHAPES[name] for name in ("text", "image")}
"""Blocks of a document, and of an MCP tool's result."""
ASSISTANTS = frozenset(("thinking", "redacted_thinking", "tool_use", "server_tool_use", "mcp_tool_use"))
"""Blocks that only a model says."""
ANSWER_ONLY = frozenset(
    ("parsed_output", "partial_json", "input_complete", "raw_input", "index", "id", "model", "usage", "stop_reason",
     "stop_sequence", "stop_details", "container", "diagnostics", "type", "_request_id", "context_management",
     "input_transformations", "caller", "created_at", "annotations")
)  # fmt: skip
"""Fields that answers have and requests may not have."""
SERVER_RESULTS = frozenset(name for name in SHAPES if name.endswith("_tool_result") and name != "mcp_tool_result")

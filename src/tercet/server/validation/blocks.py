"""The content blocks of a request as data: the fields of each type. Knows no meaning beyond single fields."""

from __future__ import annotations

from typing import Any

from tercet.server.validation.fields import (
    Field,
    Shape,
    anything,
    at_least,
    either,
    is_bool,
    is_list,
    is_object,
    is_string,
    is_text,
    list_of,
    matching,
    one_of,
    refusal,
    shaped,
    tagged,
)

TYPE = Field(anything, required=True)
STRING = Field(is_string)
BOOL = Field(is_bool)
OBJECT = Field(is_object)
COUNT = Field(at_least(0))
NEEDED_STRING = Field(is_string, required=True, nullable=False)
NEEDED_OBJECT = Field(is_object, required=True, nullable=False)

cache_mark = tagged({"ephemeral": {"type": TYPE, "ttl": Field(one_of("5m", "1h"), nullable=False)}})


def check_cache_mark(value: Any, path: str) -> None:
    """Check a `cache_control` object. Its tag is not a part of paths."""
    if type(value) is dict and len(value) == 1 and value.get("type") == "ephemeral":
        return
    if type(value) is not dict:
        raise refusal("type_object", path=path)
    if value.get("type") != "ephemeral":
        cache_mark(value, path)
    CACHE_SHAPE(value, path)


CACHE_SHAPE = shaped(type=TYPE, ttl=Field(one_of("5m", "1h"), nullable=False))
MARK = Field(check_cache_mark)
CITED = Field(shaped(enabled=BOOL))
CALLER = Field(
    tagged(
        {
            "direct": {"type": TYPE},
            "code_execution_20250825": {"type": TYPE, "tool_id": NEEDED_STRING},
            "code_execution_20260120": {"type": TYPE, "tool_id": NEEDED_STRING},
        }
    )
)

_DOCUMENT_CITATION: Shape = {
    "type": TYPE,
    "cited_text": NEEDED_STRING,
    "document_index": Field(at_least(0), required=True),
    "document_title": STRING,
    "file_id": STRING,
}


def _spans(*names: str) -> Shape:
    return {name: Field(at_least(0), required=True) for name in names}


CITATIONS: dict[str, Shape] = {
    "char_location": {**_DOCUMENT_CITATION, **_spans("start_char_index", "end_char_index")},
    "page_location": {**_DOCUMENT_CITATION, **_spans("start_page_number", "end_page_number")},
    "content_block_location": {**_DOCUMENT_CITATION, **_spans("start_block_index", "end_block_index")},
    "search_result_location": {
        "type": TYPE,
        "cited_text": NEEDED_STRING,
        "source": NEEDED_STRING,
        "title": STRING,
        **_spans("search_result_index", "start_block_index", "end_block_index"),
    },
    "web_search_result_location": {
        "type": TYPE,
        "cited_text": NEEDED_STRING,
        "url": NEEDED_STRING,
        "title": STRING,
        "encrypted_index": NEEDED_STRING,
    },
}

TEXT: Shape = {
    "type": TYPE,
    "text": NEEDED_STRING,
    "cache_control": MARK,
    "citations": Field(list_of(tagged(CITATIONS))),
}
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_URL = {"type": TYPE, "url": NEEDED_STRING}
_FILE = {"type": TYPE, "file_id": NEEDED_STRING}
IMAGE_SOURCES: dict[str, Shape] = {
    "base64": {
        "type": TYPE,
        "media_type": Field(one_of(*IMAGE_TYPES), required=True, nullable=False),
        "data": NEEDED_STRING,
    },
    "url": _URL,
    "file": _FILE,
}
IMAGE: Shape = {
    "type": TYPE,
    "source": Field(tagged(IMAGE_SOURCES), required=True, nullable=False),
    "cache_control": MARK,
    "transformations": Field(shaped(oversized_image=Field(one_of("downsize", "error")))),
}


def _media_type(value: str) -> Field:
    return Field(one_of(value), required=True, nullable=False)


INNER_BLOCKS: dict[str, Shape] = {"text": TEXT, "image": IMAGE}
inner_blocks = either((str, is_string), (list, list_of(tagged(INNER_BLOCKS))))
DOCUMENT_SOURCES: dict[str, Shape] = {
    "base64": {"type": TYPE, "media_type": _media_type("application/pdf"), "data": NEEDED_STRING},
    "text": {"type": TYPE, "media_type": _media_type("text/plain"), "data": NEEDED_STRING},
    "content": {"type": TYPE, "content": Field(inner_blocks, required=True, nullable=False)},
    "url": _URL,
    "file": _FILE,
}
DOCUMENT: Shape = {
    "type": TYPE,
    "source": Field(tagged(DOCUMENT_SOURCES), required=True, nullable=False),
    "title": STRING,
    "context": STRING,
    "citations": CITED,
    "cache_control": MARK,
}
SEARCH_RESULT: Shape = {
    "type": TYPE,
    "source": NEEDED_STRING,
    "title": NEEDED_STRING,
    "content": Field(list_of(tagged({"text": TEXT})), required=True, nullable=False),
    "citations": CITED,
    "cache_control": MARK,
}
TOOL_REFERENCE: Shape = {"type": TYPE, "tool_name": NEEDED_STRING, "cache_control": MARK}
BROWSER_STATE: Shape = {
    "type": TYPE,
    "tabs": Field(is_list, required=True),
    "state_changes": Field(is_list),
    "cache_control": MARK,
}
TOOL_RESULT_BLOCKS: dict[str, Shape] = {
    "text": TEXT,
    "image": IMAGE,
    "document": DOCUMENT,
    "search_result": SEARCH_RESULT,
    "tool_reference": TOOL_REFERENCE,
    "browser_state": BROWSER_STATE,
}
SERVER_TOOLS = (
    "web_search",
    "web_fetch",
    "code_execution",
    "bash_code_execution",
    "text_editor_code_execution",
    "tool_search_tool_regex",
    "tool_search_tool_bm25",
    "advisor",
)
TOOL_ID = Field(matching("^[a-zA-Z0-9_-]+$"), required=True, nullable=False)
SERVER_TOOL_ID = Field(matching("^srvtoolu_[a-zA-Z0-9_]+$"), required=True, nullable=False)


def _result(**more: Field) -> Shape:
    content = Field(either((dict, is_object), (list, list_of(is_object)), (str, is_string)), required=True)
    return {"type": TYPE, "tool_use_id": SERVER_TOOL_ID, "content": content, "cache_control": MARK, **more}


BLOCKS: dict[str, Shape] = {
    "text": TEXT,
    "image": IMAGE,
    "document": DOCUMENT,
    "search_result": SEARCH_RESULT,
    "thinking": {"type": TYPE, "thinking": NEEDED_STRING, "signature": NEEDED_STRING},
    "redacted_thinking": {"type": TYPE, "data": NEEDED_STRING},
    "tool_use": {
        "type": TYPE,
        "id": TOOL_ID,
        "name": Field(is_text, required=True, nullable=False),
        "input": NEEDED_OBJECT,
        "caller": CALLER,
        "toolset_name": STRING,
        "cache_control": MARK,
    },
    "tool_result": {
        "type": TYPE,
        "tool_use_id": TOOL_ID,
        "content": Field(either((str, is_string), (list, list_of(tagged(TOOL_RESULT_BLOCKS))))),
        "is_error": BOOL,
        "toolset_name": STRING,
        "cache_control": MARK,
    },
    "server_tool_use": {
        "type": TYPE,
        "id": SERVER_TOOL_ID,
        "name": Field(one_of(*SERVER_TOOLS), required=True, nullable=False),
        "input": NEEDED_OBJECT,
        "caller": CALLER,
        "cache_control": MARK,
    },
    "web_search_tool_result": _result(caller=CALLER),
    "web_fetch_tool_result": _result(caller=CALLER),
    "code_execution_tool_result": _result(),
    "bash_code_execution_tool_result": _result(),
    "text_editor_code_execution_tool_result": _result(),
    "tool_search_tool_result": _result(),
    "container_upload": {"type": TYPE, "file_id": NEEDED_STRING, "cache_control": MARK},
}
"""Blocks of the API proper."""

BETA_BLOCKS: dict[str, Shape] = {
    "advisor_tool_result": _result(),
    "mcp_tool_use": {
        "type": TYPE,
        "id": TOOL_ID,
        "name": NEEDED_STRING,
        "server_name": NEEDED_STRING,
        "input": NEEDED_OBJECT,
        "cache_control": MARK,
    },
    "mcp_tool_result": {
        "type": TYPE,
        "tool_use_id": TOOL_ID,
        "content": Field(inner_blocks),
        "is_error": BOOL,
        "cache_control": MARK,
    },
    "compaction": {
        "type": TYPE,
        "content": Field(is_text),
        "encrypted_content": STRING,
        "signature": STRING,
        "tool_changes": Field(list_of(is_object)),
        "cache_control": MARK,
    },
    "tool_addition": {"type": TYPE, "tool": NEEDED_OBJECT, "cache_control": MARK},
    "tool_removal": {"type": TYPE, "tool": NEEDED_OBJECT, "cache_control": MARK},
    "mcp_tool_listing": {
        "type": TYPE,
        "mcp_server_name": NEEDED_STRING,
        "tools": Field(list_of(is_object), required=True),
    },
    "fallback": {"type": TYPE, "from": NEEDED_OBJECT, "to": NEEDED_OBJECT, "trigger": OBJECT},
}
"""Blocks that need a beta header."""

ALL_BLOCKS = {**BLOCKS, **BETA_BLOCKS}

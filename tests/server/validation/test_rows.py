"""Every row of the table of refusals, provoked one by one over HTTP, with the exact words."""

from __future__ import annotations

import base64
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tercet.catalog import models
from tercet.server.errors import HTTPError
from tercet.server.run import LocalServer
from tercet.server.validation import ValidationContext, checked
from tercet.server.validation.check import check_shape
from tercet.server.validation.error_texts import TEXTS
from tercet.server.validation.tools import check_choice

OLD, NEW, FREE = "claude-sonnet-4-5-20250929", "claude-opus-5-5", "claude-haiku-4-5-20251001"
USER = {"role": "user", "content": "Hi"}
TOOL = {"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
CALL = {"type": "tool_use", "id": "toolu_A", "name": "get_weather", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_A", "content": "3"}
MARK = {"type": "ephemeral"}
DOCS = "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"


def said(role: str, *blocks: Any) -> dict[str, Any]:
    return {"role": role, "content": list(blocks)}


def text(value: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": value, **more}


def png(width: int, height: int) -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")).decode()


def image(data: str, media_type: str = "image/png", **more: Any) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}, **more}


def pdf(data: bytes) -> dict[str, Any]:
    source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(data).decode()}
    return {"type": "document", "source": source}


def many_pages(count: int) -> bytes:
    kids = " ".join(f"{n + 3} 0 R" for n in range(count))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode()]
    objects += [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"] * count
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return body + end.encode()


def shaped(schema: Any) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


def loop(*assistant: Any, results: tuple[Any, ...] = (RESULT,), **more: Any) -> dict[str, Any]:
    return {"tools": [TOOL], "messages": [USER, said("assistant", *assistant), said("user", *results)], **more}


REMOVE = object()
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("required", {"model": REMOVE}, "model: Field required"),
    ("required", {"messages": REMOVE}, "messages: Field required"),
    ("required", {"max_tokens": REMOVE}, "max_tokens: Field required"),
    ("required", {"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
    ("required", {"tools": [{"name": "a"}]}, "tools.0.custom.input_schema: Field required"),
    ("required", {"messages": [said("user", {"type": "image"})]}, "messages.0.content.0.image.source: Field required"),
    ("extra", {"max_token": 3}, "max_token: Extra inputs are not permitted"),
    ("extra", {"messages": [{**USER, "name": "Bo"}]}, "messages.0.name: Extra inputs are not permitted"),
    ("extra", {"tools": [{**TOOL, "parameters": {}}]}, "tools.0.custom.parameters: Extra inputs are not permitted"),
    (
        "extra",
        {"tools": [{"type": "bash_20250124", "name": "bash", "parameters": {}}]},
        "tools.0.bash_20250124.parameters: Extra inputs are not permitted",
    ),
    ("extra", {"context_management": {"edits": []}}, "context_management: Extra inputs are not permitted"),
    (
        "extra_beta",
        {"model": NEW, "thinking": {"type": "adaptive", "block_binding": {}}},
        "thinking.adaptive.block_binding: Extra inputs are not permitted",
    ),
    ("type", {"messages": "Hi"}, "messages: Input should be a valid list"),
    ("type", {"stop_sequences": [3]}, "stop_sequences.0: Input should be a valid string"),
    ("type", {"max_tokens": "12"}, "max_tokens: Input should be a valid integer"),
    ("type", {"max_tokens": True}, "max_tokens: Input should be a valid integer"),
    ("type_object", {"messages": ["Hi"]}, "messages.0: Input should be an object"),
    ("at_least", {"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
    (
        "at_least",
        {"thinking": {"type": "enabled", "budget_tokens": 1000}},
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    ("literal", {"service_tier": "fast"}, "service_tier: Input should be 'auto' or 'standard_only'"),
    (
        "literal",
        {"tools": [{"type": "text_editor_20250124", "name": "editor"}]},
        "tools.0.text_editor_20250124.name: Input should be 'str_replace_editor'",
    ),
    (
        "tag",
        {"thinking": {"type": "deep"}},
        "thinking: Input tag 'deep' found using 'type' does not match any of the expected tags: "
        "'adaptive', 'between_tools', 'disabled', 'enabled'",
    ),
    (
        "tag",
        {"messages": [said("user", {"type": "image", "source": {"type": "path"}})]},
        "messages.0.content.0.image.source: Input tag 'path' found using 'type' does not match any of the expected tags: "
        "'base64', 'file', 'url'",
    ),
    (
        "tag_missing",
        {"messages": [said("user", {"text": "Hi"})]},
        "messages.0.content.0: Unable to extract tag using discriminator 'type'",
    ),
    (
        "pattern",
        {"tools": [{**TOOL, "name": "get weather"}]},
        "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    ),
    (
        "pattern",
        loop({**CALL, "id": "a b"}),
        "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ),
    (
        "pattern",
        {
            "messages": [
                USER,
                said("assistant", {"type": "server_tool_use", "id": "x", "name": "web_search", "input": {}}),
            ]
        },
        "messages.1.content.0.server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'",
    ),
    (
        "too_long",
        {"tools": [{**TOOL, "name": "a" * 129}]},
        "tools.0.custom.name: String should have at most 128 characters",
    ),
    ("too_short", {"model": ""}, "model: String should have at least 1 character"),
    (
        "max_tokens_limit",
        {"model": FREE, "max_tokens": 999999},
        "max_tokens: 999999 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5-20251001",
    ),
    ("range", {"temperature": 1.5}, "temperature: range: 0..1"),
    ("range", {"top_p": -0.1}, "top_p: range: 0..1"),
    ("blank_stop", {"stop_sequences": ["\n"]}, "stop_sequences: each stop sequence must contain non-whitespace"),
    ("geo", {"inference_geo": "us"}, f"inference_geo: not supported for {OLD}"),
    ("speed", {"model": "claude-opus-4-7", "speed": "fast"}, "speed: 'fast' is not supported for claude-opus-4-7"),
    ("no_output_conflict", {"max_tokens": 0, "stream": True}, "max_tokens: 0 cannot be combined with stream"),
    ("no_messages", {"messages": []}, "messages: at least one message is required"),
    (
        "role",
        {"messages": [{"role": "bot", "content": "Hi"}]},
        "messages.0.role: Input should be 'user' or 'assistant'",
    ),
    (
        "system_role",
        {"messages": [{"role": "system", "content": "Be brief"}, USER]},
        'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an '
        "input message role.",
    ),
    (
        "empty_message",
        {"messages": [{"role": "user", "content": ""}]},
        "messages.0: all messages must have non-empty content except for the optional final assistant message",
    ),
    (
        "empty_message",
        {"messages": [USER, said("assistant"), USER]},
        "messages.1: all messages must have non-empty content except for the optional final assistant message",
    ),
    ("empty_text", {"messages": [said("user", text(""))]}, "messages: text content blocks must be non-empty"),
    ("empty_text", {"system": [text("")]}, "system: text content blocks must be non-empty"),
    (
        "blank_text",
        {"messages": [said("user", text(" \n"))]},
        "messages: text content blocks must contain non-whitespace text",
    ),
    (
        "blank_text",
        {"messages": [{"role": "user", "content": " "}]},
        "messages: text content blocks must contain non-whitespace text",
    ),
    ("blank_text", {"system": "  "}, "system: text content blocks must contain non-whitespace text"),
    (
        "trailing_space",
        {"messages": [USER, {"role": "assistant", "content": "The answer is "}]},
        "messages: final assistant content cannot end with trailing whitespace",
    ),
    (
        "prefill",
        {"model": NEW, "messages": [USER, {"role": "assistant", "content": "The"}]},
        "This model does not support assistant message prefill. The conversation must end with a user message.",
    ),
    (
        "prefill_thinking",
        {
            "messages": [USER, {"role": "assistant", "content": "The"}],
            "max_tokens": 2000,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        },
        "messages: an assistant message cannot be prefilled when thinking is enabled",
    ),
    (
        "mixed_citations",
        {
            "messages": [
                said(
                    "user",
                    {
                        "type": "document",
                        "source": {"type": "text", "media_type": "text/plain", "data": "a"},
                        "citations": {"enabled": True},
                    },
                    {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "b"}},
                )
            ]
        },
        "messages: citations must be enabled on all documents or none",
    ),
    (
        "cited_format",
        {
            "messages": [
                said(
                    "user",
                    {
                        "type": "document",
                        "source": {"type": "text", "media_type": "text/plain", "data": "a"},
                        "citations": {"enabled": True},
                    },
                )
            ],
            **shaped({"type": "object", "properties": {}, "additionalProperties": False}),
        },
        "output_config.format: cannot be combined with citations",
    ),
    ("tool_names", {"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
    (
        "schema_type",
        {"tools": [{"name": "a", "input_schema": {"type": "string"}}]},
        "tools.0.custom.input_schema.type: Input should be 'object'",
    ),
    (
        "schema_invalid",
        {"tools": [{"name": "a", "input_schema": {"type": "object", "properties": {"x": {"type": "text"}}}}]},
        "tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 "
        "(https://json-schema.org/draft/2020-12). Learn more about tool use at https://docs.claude.com/en/docs/tool-use.",
    ),
    (
        "choice_without_tools",
        {"tool_choice": {"type": "auto"}},
        "tool_choice may only be specified while providing tools.",
    ),
    (
        "choice_unknown",
        {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "web_search"}},
        "Tool 'web_search' not found in provided tools",
    ),
    (
        "all_deferred",
        {"tools": [{**TOOL, "defer_loading": True}]},
        "All tools have defer_loading: true. At least one tool must be loaded from the start.",
    ),
    (
        "example",
        {"tools": [{**TOOL, "input_examples": [{"city": "Oslo"}, {"city": 7}]}]},
        "tools.0.custom.input_examples.1: the example does not match the input_schema",
    ),
    (
        "use_without_result",
        {"tools": [TOOL], "messages": [USER, said("assistant", CALL, {**CALL, "id": "toolu_B"}), USER]},
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_A, toolu_B. Each "
        "`tool_use` block must have a corresponding `tool_result` block in the next message.",
    ),
    (
        "use_without_result",
        loop(CALL, results=(text("Here it is:"), RESULT)),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_A. Each "
        "`tool_use` block must have a corresponding `tool_result` block in the next message.",
    ),
    (
        "result_without_use",
        {"tools": [TOOL], "messages": [said("user", text("Hi"), RESULT)]},
        "messages.0.content.1: unexpected `tool_use_id` found in `tool_result` blocks: toolu_A. Each `tool_result` block "
        "must have a corresponding `tool_use` block in the previous message.",
    ),
    (
        "second_result",
        loop(CALL, results=(RESULT, RESULT)),
        "messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: toolu_A",
    ),
    (
        "empty_error",
        loop(CALL, results=({"type": "tool_result", "tool_use_id": "toolu_A", "is_error": True},)),
        "messages.2.content.0.tool_result: content cannot be empty if `is_error` is true",
    ),
    (
        "use_by_user",
        {"messages": [said("user", CALL)]},
        "messages.0: `tool_use` blocks can only be in `assistant` messages",
    ),
    (
        "use_twice",
        loop(CALL, CALL),
        "messages.1.content.1: `tool_use` ids must be unique",
    ),
    (
        "server_result_alone",
        {
            "messages": [
                USER,
                said("assistant", {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}),
                USER,
            ]
        },
        "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: srvtoolu_1. Each "
        "`web_search_tool_result` block must have a corresponding call before it.",
    ),
    (
        "server_use_alone",
        {
            "tools": [{"type": "web_search_20250305", "name": "web_search"}],
            "messages": [
                USER,
                said("assistant", {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}),
                USER,
            ],
        },
        "`web_search` tool use with id `srvtoolu_1` was found without a corresponding `web_search_tool_result` block",
    ),
    (
        "server_use_without_tool",
        {
            "messages": [
                USER,
                said("assistant", {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}),
                USER,
            ]
        },
        "`web_search` tool use with id `srvtoolu_1` was found without a corresponding `web_search_tool_result` block, but "
        "no `web_search` tool was provided",
    ),
    (
        "many_marks",
        {"messages": [said("user", *[text("a", cache_control=MARK)] * 5)]},
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    (
        "mark_order",
        {
            "system": [text("a", cache_control=MARK)],
            "messages": [said("user", text("a"), text("b", cache_control={"type": "ephemeral", "ttl": "1h"}))],
        },
        "messages.0.content.1.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
        "cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    ),
    (
        "mark_on_empty",
        {"messages": [said("user", text("", cache_control=MARK))]},
        "messages.0.content.0.text: cache_control cannot be set for empty text blocks",
    ),
    (
        "mark_on_empty",
        {"system": [text("", cache_control=MARK)]},
        "system.0: cache_control cannot be set for empty text blocks",
    ),
    (
        "mark_conflict",
        {
            "cache_control": {"type": "ephemeral", "ttl": "1h"},
            "messages": [said("user", text("a", cache_control=MARK))],
        },
        "cache_control: the ttl differs from the cache_control of the last block",
    ),
    (
        "both_sampled",
        {"temperature": 0.5, "top_p": 0.9},
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    ),
    ("deprecated", {"model": NEW, "temperature": 0.5}, "`temperature` is deprecated for this model."),
    ("deprecated", {"model": NEW, "top_k": 5}, "`top_k` is deprecated for this model."),
    (
        "thinking_temperature",
        {"temperature": 0.5, "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. Please consult our documentation "
        f"at {DOCS}#important-considerations-when-using-extended-thinking",
    ),
    (
        "thinking_top_p",
        {"top_p": 0.5, "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode. Please "
        f"consult our documentation at {DOCS}#important-considerations-when-using-extended-thinking",
    ),
    (
        "thinking_top_k",
        {"top_k": 5, "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        "`top_k` must be unset when thinking is enabled or in adaptive mode. Please consult our documentation at "
        f"{DOCS}#important-considerations-when-using-extended-thinking",
    ),
    (
        "budget_below_max",
        {"max_tokens": 1024, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
        f"{DOCS}#max-tokens-and-context-window-size",
    ),
    (
        "thinking_first",
        loop(CALL, max_tokens=2000, thinking={"type": "enabled", "budget_tokens": 1024}),
        "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is "
        "enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` "
        "and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this "
        f"requirement, disable `thinking`. Please consult our documentation at {DOCS}",
    ),
    (
        "thinking_forced",
        {
            "tools": [TOOL],
            "tool_choice": {"type": "any"},
            "max_tokens": 2000,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        },
        "Thinking may not be enabled when tool_choice forces tool use.",
    ),
    (
        "signature",
        {
            "messages": [
                USER,
                said("assistant", {"type": "thinking", "thinking": "Hm", "signature": "x"}, text("a")),
                USER,
            ]
        },
        "messages.1.content.0: Invalid `signature` in `thinking` block",
    ),
    (
        "redacted_data",
        {"messages": [USER, said("assistant", {"type": "redacted_thinking", "data": "x"}, text("a")), USER]},
        "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
    ),
    (
        "no_enabled",
        {"model": NEW, "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" '
        "to control thinking behavior.",
    ),
    (
        "no_disabled",
        {"model": NEW, "thinking": {"type": "disabled"}},
        '"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive mode when not specified; '
        'use "thinking.type.enabled" with "budget_tokens" for extended thinking.',
    ),
    ("no_adaptive", {"thinking": {"type": "adaptive"}}, "adaptive thinking is not supported on this model"),
    (
        "no_between_tools",
        {"thinking": {"type": "between_tools"}},
        '"thinking.type.between_tools" is not supported for this model.',
    ),
    (
        "thinking_effort",
        {"model": "claude-sonnet-5-5", "thinking": {"type": "between_tools"}, "output_config": {"effort": "max"}},
        "\"thinking.type.between_tools\" is not supported with effort level 'max'.",
    ),
    ("no_effort", {"output_config": {"effort": "high"}}, "This model does not support the effort parameter."),
    (
        "no_effort_level",
        {"model": "claude-opus-4-5", "output_config": {"effort": "xhigh"}},
        "This model does not support effort level 'xhigh'. Supported levels: low, medium, high.",
    ),
    ("image_unread", {"messages": [said("user", image("aGVsbG8="))]}, "Could not process image"),
    (
        "image_kind",
        {"messages": [said("user", image(png(9, 9), "image/jpeg"))]},
        "messages.0.content.0.image.source.base64: The image was specified using the image/jpeg media type, but the image "
        "appears to be a image/png image",
    ),
    (
        "image_pixels",
        {"messages": [said("user", text("a"), image(png(9000, 9)))]},
        "messages.0.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed size: 8000 pixels",
    ),
    (
        "many_image_pixels",
        {"messages": [said("user", *[image(png(2001, 9))] * 21)]},
        "messages.0.content.0.image.source.base64.data: At least one of the image dimensions exceed max allowed size for "
        "many-image requests: 2000 pixels",
    ),
    (
        "image_bytes",
        {"messages": [said("user", image("A" * (10 * 1024 * 1024 + 4)))]},
        "messages.0.content.0.image.source.base64: image exceeds 10 MB maximum: 10485764 bytes > 10485760 bytes",
    ),
    (
        "oversized",
        {"messages": [said("user", image(png(1920, 1080), transformations={"oversized_image": "error"}))]},
        "messages.0.content.0: image dimensions 1920x1080 exceed the maximum image size of a model named on this request and "
        "would be downsized to 1456x819; scale the image to at most 1456x819 or set the image's oversized_image setting to "
        '"downsize"',
    ),
    (
        "base64",
        {"messages": [said("user", image("%%%"))]},
        "messages.0.content.0.image.source.base64.data: Invalid base64 data",
    ),
    (
        "pdf_unread",
        {"messages": [said("user", pdf(b"hello"))]},
        "messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid.",
    ),
    (
        "pdf_unread",
        {"messages": [said("user", pdf(many_pages(1) + b"\ntrailer << /Root 1 0 R /Encrypt 5 0 R >>"))]},
        "messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid.",
    ),
    (
        "pdf_pages",
        {"messages": [said("user", pdf(many_pages(101)))]},
        "messages.0.content.0.pdf.source.base64.data: A maximum of 100 PDF pages may be provided.",
    ),
    (
        "prompt_too_long",
        {"messages": [{"role": "user", "content": "x" * 800_000}]},
        "prompt is too long: 228576 tokens > 200000 maximum",
    ),
]
OBJECT = {"type": "object", "properties": {}, "additionalProperties": False}
SCHEMAS: list[tuple[Any, str]] = [
    ({"type": "object", "properties": {}}, "For 'object' type, 'additionalProperties' must be explicitly set to false"),
    ({"anyOf": [OBJECT], "discriminator": {}}, "For 'anyOf', 'discriminator' is not supported"),
    (
        {**OBJECT, "required": [], "anyOf": [OBJECT]},
        "For 'anyOf', 'additionalProperties, properties, required, type' is not supported",
    ),
    ({"oneOf": [OBJECT]}, "Schema type 'oneOf' is not supported"),
    ({**OBJECT, "not": {}}, "Schema keyword 'not' is not supported"),
    (
        {"type": "array", "items": [OBJECT]},
        "Invalid schema: Array types must be specified with a single object schema for 'items'.",
    ),
    ({}, "Empty schema ({}) that accepts any JSON value is not supported."),
    ({"type": "array", "prefixItems": []}, "For 'array' type, property 'prefixItems' is not supported"),
    ({"type": "array", "contains": {}}, "For 'array' type, property 'contains' is not supported"),
    ({"type": "array", "maxItems": 3}, "For 'array' type, property 'maxItems' is not supported"),
    ({**OBJECT, "if": {}}, "For 'object' type, property 'if' is not supported"),
    ({"type": "integer", "minimum": 3}, "For 'integer' type, property 'minimum' is not supported"),
    (
        {"$defs": {"N": {**OBJECT, "properties": {"next": {"$ref": "#/$defs/N"}}}}, "$ref": "#/$defs/N"},
        "Circular reference detected in schema definitions: N -> N",
    ),
    ({"type": "string", "pattern": "(?=a)"}, "Unsupported regex feature in pattern field: (?=a)"),
]
ROLES: list[tuple[str, dict[str, Any], str]] = [
    (
        "first_role",
        {"messages": [{"role": "assistant", "content": "Hi"}, USER]},
        'messages: first message must use the "user" role',
    ),
    (
        "alternate",
        {"messages": [USER, USER]},
        'messages: roles must alternate between "user" and "assistant", but found multiple "user" roles in a row',
    ),
    (
        "tools_needed",
        {**loop(CALL), "tools": []},
        "Requests which include `tool_use` or `tool_result` blocks must define tools.",
    ),
]
BETA: list[tuple[str, dict[str, Any], str]] = [
    (
        "clear_thinking",
        {"context_management": {"edits": [{"type": "clear_thinking_20251015"}]}},
        "`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive",
    ),
    (
        "clear_thinking_first",
        {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}, {"type": "clear_thinking_20251015"}]}},
        "context_management.edits: `clear_thinking_20251015` must be the first edit",
    ),
    (
        "compact_trigger",
        {
            "context_management": {
                "edits": [{"type": "compact_20260112", "trigger": {"type": "input_tokens", "value": 3}}]
            }
        },
        "context_management.edits.0.compact_20260112.trigger.value: Input should be greater than or equal to 50000",
    ),
]
NEWEST: list[tuple[str, dict[str, Any], str]] = [
    ("sampling_2026", {"temperature": 1}, "temperature: not permitted with anthropic-version 2026-10-21"),
    (
        "document_in_assistant",
        {
            "messages": [
                USER,
                said(
                    "assistant",
                    {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}},
                ),
                USER,
            ]
        },
        "messages.1.content.0: document blocks are not permitted in assistant messages",
    ),
    (
        "citations_in_user",
        {
            "messages": [
                said(
                    "user",
                    text(
                        "a",
                        citations=[
                            {"type": "search_result_location", "cited_text": "a", "source": "s", "title": None}
                            | {"search_result_index": 0, "start_block_index": 0, "end_block_index": 1}
                        ],
                    ),
                )
            ]
        },
        "messages.0.content.0.text.citations: citations are not permitted on text in user messages",
    ),
]
ELSEWHERE = {
    "version_required", "version_unknown", "beta_unknown", "key_required", "key_invalid", "bearer_invalid", "no_permission", "page_unaware",  # test_access
    "too_few", "too_many", "custom_id_twice",  # test_batches
    "no_fallbacks", "fallback_twice", "fallback_target", "fallback",  # test_fallbacks
    "credit_with_fallbacks", "credit_malformed", "credit",  # test_fallback_credit
    "compaction_with_edits", "compaction_nothing_to_summarize", "compaction_incomplete_turn", "compaction_block_ambiguous",
    "compaction_block_misplaced", "compaction_content_mismatch", "compaction_signature_invalid",  # test_compaction
    "toolset_streaming", "context_exceeded", "thinking_modified", "binding", "choice_forced",  # below, by themselves
}  # fmt: skip


@pytest.fixture(scope="module")
def strict() -> Iterator[str]:
    with LocalServer(strict=True, clock=lambda: 1_795_000_000.0) as server:
        yield server.base_url


@pytest.fixture(scope="module")
def strict_roles() -> Iterator[str]:
    with LocalServer(strict=True, strict_roles=True, clock=lambda: 1_795_000_000.0) as server:
        yield server.base_url


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


def ask(
    http: httpx.Client, base_url: str, changes: dict[str, Any], version: str = "2023-06-01", beta: str = ""
) -> httpx.Response:
    request = {"model": OLD, "max_tokens": 100, "messages": [USER], **changes}
    body = {name: value for name, value in request.items() if value is not REMOVE}
    headers = {"x-api-key": "k", "anthropic-version": version, **({"anthropic-beta": beta} if beta else {})}
    return http.post(f"{base_url}/v1/messages", json=body, headers=headers)


def refused(answer: httpx.Response) -> str:
    found = answer.json()
    assert (answer.status_code, found["type"], found["error"]["type"]) == (400, "error", "invalid_request_error"), found
    assert found["request_id"] == answer.headers["request-id"]
    return str(found["error"]["message"])


def names(cases: list[tuple[str, dict[str, Any], str]]) -> list[str]:
    return [case[0] for case in cases]


@pytest.mark.parametrize(("row", "changes", "expected"), CASES, ids=names(CASES))
def test_the_row_is_refused_in_its_words(
    http: httpx.Client, strict: str, row: str, changes: dict[str, Any], expected: str
) -> None:
    assert refused(ask(http, strict, changes)) == expected


@pytest.mark.parametrize(("schema", "expected"), SCHEMAS)
def test_a_schema_outside_of_the_supported_part_is_refused(
    http: httpx.Client, strict: str, schema: Any, expected: str
) -> None:
    assert refused(ask(http, strict, shaped(schema))) == f"output_config.format.schema: {expected}"


@pytest.mark.parametrize(("row", "changes", "expected"), ROLES, ids=names(ROLES))
def test_the_row_is_refused_with_strict_roles_only(
    http: httpx.Client, strict: str, strict_roles: str, row: str, changes: dict[str, Any], expected: str
) -> None:
    assert refused(ask(http, strict_roles, changes)) == expected
    assert ask(http, strict, changes).status_code == 200


@pytest.mark.parametrize(("row", "changes", "expected"), BETA, ids=names(BETA))
def test_the_row_of_a_beta_feature_is_refused(
    http: httpx.Client, strict: str, row: str, changes: dict[str, Any], expected: str
) -> None:
    assert refused(ask(http, strict, changes, beta="context-management-2025-06-27")) == expected


@pytest.mark.parametrize(("row", "changes", "expected"), NEWEST, ids=names(NEWEST))
def test_the_newest_version_refuses_what_older_ones_take(
    http: httpx.Client, strict: str, row: str, changes: dict[str, Any], expected: str
) -> None:
    assert refused(ask(http, strict, changes, version="2026-10-21")) == expected
    assert ask(http, strict, changes).status_code == 200


def test_every_row_of_the_table_has_its_test() -> None:
    tested = {*names(CASES), *names(ROLES), *names(BETA), *names(NEWEST), "schema", *ELSEWHERE}
    assert tested == set(TEXTS)


WARNED = [
    case
    for case in CASES
    if TEXTS[case[0]].when == "strict" and case[0] not in ("signature", "redacted_data", "no_adaptive")
]


@pytest.fixture(scope="module")
def lenient() -> Iterator[str]:
    with LocalServer(clock=lambda: 1_795_000_000.0) as server:
        yield server.base_url


@pytest.mark.parametrize(("row", "changes", "expected"), WARNED, ids=names(WARNED))
def test_the_lenient_server_serves_it_and_warns(
    http: httpx.Client, lenient: str, row: str, changes: dict[str, Any], expected: str
) -> None:
    answer = ask(http, lenient, changes)
    assert (answer.status_code, answer.headers["tercet-warning"]) == (200, expected)


def test_a_changed_thinking_block_of_the_latest_answer_is_refused(http: httpx.Client, strict: str) -> None:
    asked = {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    content = ask(http, strict, asked).json()["content"]
    assert content[0]["type"] == "thinking"
    history = [USER, said("assistant", *content), USER]
    assert ask(http, strict, {**asked, "messages": history}).status_code == 200
    content[0]["thinking"] += " More."
    expected = (
        "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. "
        "These blocks must remain as they were in the original response."
    )
    assert refused(ask(http, strict, {**asked, "messages": [USER, said("assistant", *content), USER]})) == expected


def test_thinking_of_another_conversation_is_refused_by_the_newest_models(http: httpx.Client, strict: str) -> None:
    asked = {"model": NEW, "thinking": {"type": "adaptive"}, "max_tokens": 2000}
    content = ask(http, strict, asked).json()["content"]
    assert content[0]["type"] == "thinking"
    following = [said("assistant", *content), USER]
    assert ask(http, strict, {**asked, "messages": [USER, *following]}).status_code == 200
    elsewhere = {**asked, "messages": [{"role": "user", "content": "Something else"}, *following]}
    expected = (
        "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove "
        'the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'
    )
    assert refused(ask(http, strict, elsewhere)) == expected
    dropping = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
    beta = "thinking-binding-controls-2026-08-01"
    assert ask(http, strict, {**elsewhere, "thinking": dropping}, beta=beta).status_code == 200


def test_models_that_cannot_be_forced_refuse_a_forced_choice() -> None:
    facts = models.find("claude-mythos-preview")
    assert facts is not None
    assert facts.features.forced_tool_choice is False
    subject = ValidationContext(
        {"tools": [TOOL], "tool_choice": {"type": "any"}, "messages": [USER]}, facts=facts, strict=True
    )
    with pytest.raises(HTTPError) as caught:
        check_choice(subject)
    assert caught.value.message == 'tool_choice: type "tool" and "any" are not supported for this model.'


@pytest.mark.parametrize("kind", ["computer_toolset_20260801", "browser_toolset_20260801"])
def test_toolsets_do_not_go_with_fine_grained_streaming(http: httpx.Client, strict: str, kind: str) -> None:
    changes = {"model": NEW, "tools": [{"type": kind}]}
    beta = "fine-grained-tool-streaming-2025-05-14"
    assert refused(ask(http, strict, changes, beta=beta)) == f"tools.0.{kind}: cannot be combined with the beta {beta}"
    assert ask(http, strict, changes).status_code == 200


def test_older_models_refuse_max_tokens_beyond_their_context(http: httpx.Client, lenient: str) -> None:
    changes = {
        "model": "claude-3-7-sonnet-20250219",
        "max_tokens": 64000,
        "messages": [{"role": "user", "content": "x" * 560_000}],
    }
    expected = (
        "input length and `max_tokens` exceed context limit: 160004 + 64000 > 200000, decrease input length or `max_tokens` "
        "and try again"
    )
    assert refused(ask(http, lenient, changes)) == expected


def test_many_messages_are_checked_in_linear_time() -> None:
    turns = [
        {"role": "user", "content": "How are you today?"},
        {"role": "assistant", "content": [text("Fine, thank you.")]},
    ]

    def cost(messages: int) -> float:
        body = {"model": OLD, "max_tokens": 9, "messages": [*turns * (messages // 2), USER]}
        subject = ValidationContext(body, OLD, models.find(OLD), size=50 * messages)
        return min(timed(subject) for _ in range(5))

    assert cost(8000) < 40 * max(cost(1000), 1e-4)


def timed(subject: ValidationContext) -> float:
    begun = time.process_time()
    check_shape(subject)
    checked(subject)
    return time.process_time() - begun

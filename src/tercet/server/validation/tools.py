"""The definitions of tools, and the choice among them. Shapes are data; schemas of inputs are `schemas.py`'s business."""

from __future__ import annotations

from typing import Any

from tercet.server.validation.blocks import BOOL, COUNT, MARK, NEEDED_STRING, OBJECT, STRING, TYPE, check_cache_mark
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.fields import (
    SHOWN,
    Field,
    Shape,
    at_least,
    checked_object,
    is_object,
    is_string,
    list_of,
    matching,
    one_of,
    refusal,
    shaped,
)
from tercet.server.validation.schemas import check_input_schema

NAME = Field(matching("^[a-zA-Z0-9_-]{1,128}$", 128), required=True, nullable=False)
_OPTIONS: Shape = {
    "type": TYPE,
    "cache_control": MARK,
    "allowed_callers": Field(list_of(is_string)),
    "defer_loading": BOOL,
    "strict": BOOL,
}
_EXAMPLES: Shape = {**_OPTIONS, "input_examples": Field(list_of(is_object))}
CUSTOM: Shape = {
    **_EXAMPLES,
    "type": STRING,
    "name": NAME,
    "description": STRING,
    "input_schema": Field(is_object, required=True, nullable=False),
    "eager_input_streaming": BOOL,
}
_WEB: Shape = {
    **_OPTIONS,
    "allowed_domains": Field(list_of(is_string)),
    "blocked_domains": Field(list_of(is_string)),
    "max_uses": Field(at_least(1)),
}
_LOCATION = Field(shaped(type=TYPE, city=STRING, country=STRING, region=STRING, timezone=STRING))
_PIXELS = Field(at_least(1), required=True)
_COMPUTER: Shape = {**_EXAMPLES, "display_height_px": _PIXELS, "display_width_px": _PIXELS, "display_number": COUNT}
_FETCH: Shape = {**_WEB, "citations": OBJECT, "max_content_tokens": Field(at_least(1)), "url_sources": OBJECT}
_EXCLUDED = Field(one_of("full", "excluded"))
_TOOLSET: Shape = {"type": TYPE, "configs": OBJECT, "cache_control": MARK}

KINDS: dict[str, tuple[str | None, Shape]] = {
    "bash_20250124": ("bash", _EXAMPLES),
    "bash_20241022": ("bash", _EXAMPLES),
    "text_editor_20241022": ("str_replace_editor", _EXAMPLES),
    "text_editor_20250124": ("str_replace_editor", _EXAMPLES),
    "text_editor_20250429": ("str_replace_based_edit_tool", _EXAMPLES),
    "text_editor_20250728": ("str_replace_based_edit_tool", {**_EXAMPLES, "max_characters": Field(at_least(1))}),
    "code_execution_20250522": ("code_execution", _OPTIONS),
    "code_execution_20250825": ("code_execution", _OPTIONS),
    "code_execution_20260120": ("code_execution", _OPTIONS),
    "code_execution_20260521": ("code_execution", _OPTIONS),
    "web_search_20250305": ("web_search", {**_WEB, "user_location": _LOCATION}),
    "web_search_20260209": ("web_search", {**_WEB, "user_location": _LOCATION}),
    "web_search_20260318": ("web_search", {**_WEB, "user_location": _LOCATION, "response_inclusion": _EXCLUDED}),
    "web_fetch_20250910": ("web_fetch", _FETCH),
    "web_fetch_20260209": ("web_fetch", _FETCH),
    "web_fetch_20260309": ("web_fetch", {**_FETCH, "use_cache": BOOL}),
    "web_fetch_20260318": ("web_fetch", {**_FETCH, "use_cache": BOOL, "response_inclusion": _EXCLUDED}),
    "memory_20250818": ("memory", _EXAMPLES),
    "tool_search_tool_bm25_20251119": ("tool_search_tool_bm25", _OPTIONS),
    "tool_search_tool_bm25": ("tool_search_tool_bm25", _OPTIONS),
    "tool_search_tool_regex_20251119": ("tool_search_tool_regex", _OPTIONS),
    "tool_search_tool_regex": ("tool_search_tool_regex", _OPTIONS),
    "computer_20241022": ("computer", _COMPUTER),
    "computer_20250124": ("computer", _COMPUTER),
    "computer_20251124": ("computer", {**_COMPUTER, "enable_zoom": BOOL}),
    "advisor_20260301": (
        "advisor",
        {**_OPTIONS, "model": NEEDED_STRING, "caching": MARK, "max_tokens": COUNT, "max_uses": COUNT},
    ),
    "browser_toolset_20260801": (None, _TOOLSET),
    "computer_toolset_20260801": (None, _TOOLSET),
    "mcp_toolset": (
        None,
        {**_TOOLSET, "mcp_server_name": NEEDED_STRING, "default_config": OBJECT, "tools": Field(list_of(is_object))},
    ),
}
"""Type of an API-defined tool -> the name it must have (None: it has none), and its fields."""

MOST_STEPS = 50_000
"""Of holding a tool's examples against its schema; what takes more is not refused."""
FINE_GRAINED = "fine-grained-tool-streaming-2025-05-14"
DRIVEN = ("browser_toolset_20260801", "computer_toolset_20260801")
"""Toolsets that do not go with fine-grained streaming."""
NAMED: dict[str, Shape] = {
    kind: {**shape, "name": Field(one_of(name), required=True, nullable=False)} if name else shape
    for kind, (name, shape) in KINDS.items()
}


def check_tools(subject: ValidationContext) -> None:
    """Check every definition by itself, then that names are unique."""
    tools: list[Any] = subject.request.get("tools") or []
    names: set[str] = set()
    for n, tool in enumerate(tools):
        _check_tool(subject, n, tool)
        name = tool.get("name")
        if name in names:
            raise refusal("tool_names")
        if name is not None:
            names.add(name)
    if tools and all(tool.get("defer_loading") is True for tool in tools):
        raise refusal("all_deferred")


def _check_tool(subject: ValidationContext, n: int, tool: Any) -> None:
    if type(tool) is not dict:
        raise refusal("type_object", path=f"tools.{n}")
    kind = tool.get("type")
    if kind is None or kind == "custom":
        checked_object(tool, f"tools.{n}.custom", CUSTOM)
        check_input_schema(subject, n, tool)
        _check_examples(n, tool)
        return
    if type(kind) is not str or kind not in NAMED:
        expected = ", ".join(map(repr, sorted((*NAMED, "custom"))))
        raise refusal("tag", path=f"tools.{n}", tag=str(kind)[:SHOWN], expected=expected)
    checked_object(tool, f"tools.{n}.{kind}", NAMED[kind])
    if kind in DRIVEN and FINE_GRAINED in subject.betas:
        raise refusal("toolset_streaming", n=n, kind=kind)
    if tool.get("cache_control") is not None:
        check_cache_mark(tool["cache_control"], f"tools.{n}.{kind}.cache_control")


def _check_examples(n: int, tool: Any) -> None:
    """Check that every example fits the tool's own schema, as far as that can be told in a bounded number of steps."""
    if not tool.get("input_examples"):
        return
    from tercet.wire.json_schema import Checker  # only needed here

    check = Checker(tool["input_schema"], most_steps=MOST_STEPS)
    for i, example in enumerate(tool["input_examples"]):
        if not check.fits(example, tool["input_schema"]) and not check.is_exhausted:
            raise refusal("example", n=n, i=i)


def check_choice(subject: ValidationContext) -> None:
    """`tool_choice` needs tools, must name one of them, and may not force where the model cannot be forced."""
    choice = subject.part("tool_choice")
    kind = choice.get("type")
    if kind is None:
        return
    tools = subject.request.get("tools") or []
    if not tools and kind != "none" and not subject.request.get("mcp_servers"):
        raise refusal("choice_without_tools")
    if kind == "tool" and not any(tool.get("name") == choice["name"] or "name" not in tool for tool in tools):
        raise refusal("choice_unknown", name=choice["name"][:SHOWN])
    if kind in ("any", "tool") and subject.facts is not None and subject.facts.features.forced_tool_choice is False:
        subject.refuse("choice_forced")

"""Tools that search for tools, sets of tools, the advisor; the union of all tools; and the choice among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from tercet.wire.params.sources import CacheControlEphemeralParam
from tercet.wire.params.tools import (
    CodeExecutionTool20250522Param,
    CodeExecutionTool20250825Param,
    CodeExecutionTool20260120Param,
    CodeExecutionTool20260521Param,
    MemoryTool20250818Param,
    ToolBash20241022Param,
    ToolBash20250124Param,
    ToolComputerUse20241022Param,
    ToolComputerUse20250124Param,
    ToolComputerUse20251124Param,
    ToolOptionsParam,
    ToolParam,
    ToolTextEditor20241022Param,
    ToolTextEditor20250124Param,
    ToolTextEditor20250429Param,
    ToolTextEditor20250728Param,
    WebFetchTool20250910Param,
    WebFetchTool20260209Param,
    WebFetchTool20260309Param,
    WebFetchTool20260318Param,
    WebSearchTool20250305Param,
    WebSearchTool20260209Param,
    WebSearchTool20260318Param,
)
from tercet.wire.responses.models import Model
from tercet.wire.typing_compat import Iterable, Required, TypedDict


class ToolSearchToolBm25_20251119Param(ToolOptionsParam, total=False):  # noqa: N801 - the SDK's name
    """Finds deferred tools by words."""

    name: Required[Literal["tool_search_tool_bm25"]]
    type: Required[Literal["tool_search_tool_bm25_20251119", "tool_search_tool_bm25"]]


class ToolSearchToolRegex20251119Param(ToolOptionsParam, total=False):
    """Finds deferred tools by a regular expression."""

    name: Required[Literal["tool_search_tool_regex"]]
    type: Required[Literal["tool_search_tool_regex_20251119", "tool_search_tool_regex"]]


class AdvisorTool20260301Param(ToolOptionsParam, total=False):
    """Another model that the model may ask (beta `advisor-tool-2026-03-01`)."""

    name: Required[Literal["advisor"]]
    type: Required[Literal["advisor_20260301"]]
    model: Required[Model]
    caching: CacheControlEphemeralParam | None
    max_tokens: int | None
    max_uses: int | None


class ToolsetMemberConfigParam(TypedDict, total=False):
    """The settings of one tool of a set."""

    enabled: bool | None
    defer_loading: bool | None


class BrowserToolsetConfigsParam(TypedDict, total=False):
    """The tools of the browser, each switched by itself."""

    close_tab: ToolsetMemberConfigParam | None
    double_click: ToolsetMemberConfigParam | None
    file_upload: ToolsetMemberConfigParam | None
    find: ToolsetMemberConfigParam | None
    form_input: ToolsetMemberConfigParam | None
    get_page_text: ToolsetMemberConfigParam | None
    hold_key: ToolsetMemberConfigParam | None
    hover: ToolsetMemberConfigParam | None
    javascript_exec: ToolsetMemberConfigParam | None
    key: ToolsetMemberConfigParam | None
    left_click: ToolsetMemberConfigParam | None
    left_click_drag: ToolsetMemberConfigParam | None
    left_mouse_down: ToolsetMemberConfigParam | None
    left_mouse_up: ToolsetMemberConfigParam | None
    list_tabs: ToolsetMemberConfigParam | None
    middle_click: ToolsetMemberConfigParam | None
    mouse_move: ToolsetMemberConfigParam | None
    navigate: ToolsetMemberConfigParam | None
    new_tab: ToolsetMemberConfigParam | None
    read_console: ToolsetMemberConfigParam | None
    read_network: ToolsetMemberConfigParam | None
    read_page: ToolsetMemberConfigParam | None
    right_click: ToolsetMemberConfigParam | None
    screenshot: ToolsetMemberConfigParam | None
    scroll: ToolsetMemberConfigParam | None
    scroll_to: ToolsetMemberConfigParam | None
    switch_tab: ToolsetMemberConfigParam | None
    triple_click: ToolsetMemberConfigParam | None
    type: ToolsetMemberConfigParam | None
    wait: ToolsetMemberConfigParam | None
    zoom: ToolsetMemberConfigParam | None


class BrowserToolset20260801Param(TypedDict, total=False):
    """A browser that you run. Calls carry `toolset_name`, results a `browser_state` block."""

    type: Required[Literal["browser_toolset_20260801"]]
    configs: BrowserToolsetConfigsParam | None
    cache_control: CacheControlEphemeralParam | None


class ComputerToolsetConfigsParam(TypedDict, total=False):
    """The tools of the computer, each switched by itself."""

    cursor_position: ToolsetMemberConfigParam | None
    double_click: ToolsetMemberConfigParam | None
    hold_key: ToolsetMemberConfigParam | None
    key: ToolsetMemberConfigParam | None
    left_click: ToolsetMemberConfigParam | None
    left_click_drag: ToolsetMemberConfigParam | None
    left_mouse_down: ToolsetMemberConfigParam | None
    left_mouse_up: ToolsetMemberConfigParam | None
    middle_click: ToolsetMemberConfigParam | None
    mouse_move: ToolsetMemberConfigParam | None
    right_click: ToolsetMemberConfigParam | None
    screenshot: ToolsetMemberConfigParam | None
    scroll: ToolsetMemberConfigParam | None
    triple_click: ToolsetMemberConfigParam | None
    type: ToolsetMemberConfigParam | None
    wait: ToolsetMemberConfigParam | None
    zoom: ToolsetMemberConfigParam | None


class ComputerToolset20260801Param(TypedDict, total=False):
    """A screen, mouse and keyboard that you run, as a set of tools."""

    type: Required[Literal["computer_toolset_20260801"]]
    configs: ComputerToolsetConfigsParam | None
    cache_control: CacheControlEphemeralParam | None


class MCPToolConfigParam(TypedDict, total=False):
    """The settings of one tool of an MCP server."""

    enabled: bool
    defer_loading: bool


class MCPToolParam(TypedDict, total=False):
    """A tool of an MCP server, described ahead."""

    name: Required[str]
    input_schema: Required[Mapping[str, object]]
    description: str | None


class MCPToolsetParam(TypedDict, total=False):
    """The tools of a server in `mcp_servers` (beta `mcp-client-2025-11-20`)."""

    type: Required[Literal["mcp_toolset"]]
    mcp_server_name: Required[str]
    default_config: MCPToolConfigParam
    configs: Mapping[str, MCPToolConfigParam] | None
    tools: Iterable[MCPToolParam] | None
    cache_control: CacheControlEphemeralParam | None


ToolUnionParam: TypeAlias = (
    ToolParam
    | ToolBash20250124Param
    | CodeExecutionTool20250522Param
    | CodeExecutionTool20250825Param
    | CodeExecutionTool20260120Param
    | CodeExecutionTool20260521Param
    | BrowserToolset20260801Param
    | MemoryTool20250818Param
    | ComputerToolset20260801Param
    | ToolTextEditor20250124Param
    | ToolTextEditor20250429Param
    | ToolTextEditor20250728Param
    | WebSearchTool20250305Param
    | WebFetchTool20250910Param
    | WebSearchTool20260209Param
    | WebFetchTool20260209Param
    | WebFetchTool20260309Param
    | WebSearchTool20260318Param
    | WebFetchTool20260318Param
    | ToolSearchToolBm25_20251119Param
    | ToolSearchToolRegex20251119Param
    | ToolBash20241022Param
    | ToolTextEditor20241022Param
    | ToolComputerUse20241022Param
    | ToolComputerUse20250124Param
    | ToolComputerUse20251124Param
    | AdvisorTool20260301Param
    | MCPToolsetParam
)
"""Everything that `tools` may hold. The last seven need a beta header."""


class ToolChoiceAutoParam(TypedDict, total=False):
    """The model decides."""

    type: Required[Literal["auto"]]
    disable_parallel_tool_use: bool
    """At most one call in an answer."""


class ToolChoiceAnyParam(TypedDict, total=False):
    """The model must call a tool. Not together with `thinking.type` `enabled`."""

    type: Required[Literal["any"]]
    disable_parallel_tool_use: bool


class ToolChoiceToolParam(TypedDict, total=False):
    """The model must call this tool. Not together with `thinking.type` `enabled`."""

    type: Required[Literal["tool"]]
    name: Required[str]
    disable_parallel_tool_use: bool


class ToolChoiceNoneParam(TypedDict, total=False):
    """The model must not call tools."""

    type: Required[Literal["none"]]


ToolChoiceParam: TypeAlias = ToolChoiceAutoParam | ToolChoiceAnyParam | ToolChoiceToolParam | ToolChoiceNoneParam

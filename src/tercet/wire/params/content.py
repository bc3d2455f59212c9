"""The content blocks of a request: thinking, tool calls and their results, sent back or of your own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from tercet.wire.marks import SENT_KINDS
from tercet.wire.media_block import MediaBlock
from tercet.wire.params.results import ToolReferenceBlockParam, ToolUseCallerParam
from tercet.wire.params.sources import (
    CacheControlEphemeralParam,
    DocumentBlockParam,
    ImageBlockParam,
    SearchResultBlockParam,
    TextBlockParam,
)
from tercet.wire.params.toolsets import MCPToolParam
from tercet.wire.responses.blocks import TextBlock
from tercet.wire.typing_compat import Iterable, Required, TypedDict


class ThinkingBlockParam(TypedDict, total=False):
    """The model's reasoning, sent back unchanged, before the tool calls that followed it."""

    type: Required[Literal["thinking"]]
    thinking: Required[str]
    signature: Required[str]


class RedactedThinkingBlockParam(TypedDict, total=False):
    """The model's encrypted reasoning, sent back unchanged."""

    type: Required[Literal["redacted_thinking"]]
    data: Required[str]


class ToolUseBlockParam(TypedDict, total=False):
    """A call of one of your tools, sent back. The next message must answer every such call."""

    type: Required[Literal["tool_use"]]
    id: Required[str]
    name: Required[str]
    input: Required[Mapping[str, object]]
    caller: ToolUseCallerParam
    toolset_name: str | None
    cache_control: CacheControlEphemeralParam | None


class ServerToolUseBlockParam(TypedDict, total=False):
    """A call of a server tool, sent back."""

    type: Required[Literal["server_tool_use"]]
    id: Required[str]
    name: Required[
        Literal[
            "web_search",
            "web_fetch",
            "code_execution",
            "bash_code_execution",
            "text_editor_code_execution",
            "tool_search_tool_regex",
            "tool_search_tool_bm25",
            "advisor",
        ]
    ]
    input: Required[Mapping[str, object]]
    caller: ToolUseCallerParam
    cache_control: CacheControlEphemeralParam | None


class MCPToolUseBlockParam(TypedDict, total=False):
    """A call of a tool of an MCP server, sent back (beta)."""

    type: Required[Literal["mcp_tool_use"]]
    id: Required[str]
    name: Required[str]
    server_name: Required[str]
    input: Required[Mapping[str, object]]
    cache_control: CacheControlEphemeralParam | None


class ContainerUploadBlockParam(TypedDict, total=False):
    """An uploaded file, to be put into the code execution container."""

    type: Required[Literal["container_upload"]]
    file_id: Required[str]
    cache_control: CacheControlEphemeralParam | None


class BrowserStateTabEntryParam(TypedDict, total=False):
    """An open tab."""

    tab_id: Required[str]
    title: Required[str]
    url: Required[str]
    active: bool


class BrowserStateChangeTabOpenedParam(TypedDict, total=False):
    """A tab was opened."""

    type: Required[Literal["tab_opened"]]
    tab_id: Required[str]


class BrowserStateChangeDownloadStartedParam(TypedDict, total=False):
    """A download has begun."""

    type: Required[Literal["download_started"]]
    download_id: Required[str]
    url: Required[str]


class BrowserStateChangeDownloadCompletedParam(TypedDict, total=False):
    """A download is complete."""

    type: Required[Literal["download_completed"]]
    download_id: Required[str]
    url: Required[str]
    path: str | None
    size_bytes: int | None


class BrowserStateChangeDownloadFailedParam(TypedDict, total=False):
    """A download has failed."""

    type: Required[Literal["download_failed"]]
    download_id: Required[str]
    url: Required[str]
    error: str | None


BrowserStateChangeParam: TypeAlias = (
    BrowserStateChangeTabOpenedParam
    | BrowserStateChangeDownloadStartedParam
    | BrowserStateChangeDownloadCompletedParam
    | BrowserStateChangeDownloadFailedParam
)


class BrowserStateBlockParam(TypedDict, total=False):
    """The browser after a call of one of its tools."""

    type: Required[Literal["browser_state"]]
    tabs: Required[Iterable[BrowserStateTabEntryParam]]
    state_changes: Iterable[BrowserStateChangeParam] | None
    cache_control: CacheControlEphemeralParam | None


ToolResultContentParam: TypeAlias = Annotated[
    TextBlockParam
    | ImageBlockParam
    | SearchResultBlockParam
    | DocumentBlockParam
    | ToolReferenceBlockParam
    | BrowserStateBlockParam
    | TextBlock
    | MediaBlock,
    SENT_KINDS,
]


class ToolResultBlockParam(TypedDict, total=False):
    """Your answer to a `tool_use` block. All answers to one message stand together, before any text."""

    type: Required[Literal["tool_result"]]
    tool_use_id: Required[str]
    content: str | Iterable[ToolResultContentParam]
    is_error: bool
    """The tool failed; `content` says how, for the model to read."""
    toolset_name: str | None
    cache_control: CacheControlEphemeralParam | None


class AdvisorResultBlockParam(TypedDict, total=False):
    """The advisor's text (beta)."""

    type: Required[Literal["advisor_result"]]
    text: Required[str]
    stop_reason: str | None


class AdvisorRedactedResultBlockParam(TypedDict, total=False):
    """The advisor's text, encrypted (beta)."""

    type: Required[Literal["advisor_redacted_result"]]
    encrypted_content: Required[str]
    stop_reason: str | None


class AdvisorToolResultErrorParam(TypedDict, total=False):
    """The reason why the advisor said nothing (beta)."""

    type: Required[Literal["advisor_tool_result_error"]]
    error_code: Required[str]


class AdvisorToolResultBlockParam(TypedDict, total=False):
    """The advisor's answer, sent back (beta)."""

    type: Required[Literal["advisor_tool_result"]]
    tool_use_id: Required[str]
    content: Required[AdvisorToolResultErrorParam | AdvisorResultBlockParam | AdvisorRedactedResultBlockParam]
    cache_control: CacheControlEphemeralParam | None


class MCPToolListingBlockParam(TypedDict, total=False):
    """The tools of an MCP server, sent back (beta)."""

    type: Required[Literal["mcp_tool_listing"]]
    mcp_server_name: Required[str]
    tools: Required[Iterable[MCPToolParam]]


ModelBlockParam: TypeAlias = (
    ThinkingBlockParam
    | RedactedThinkingBlockParam
    | ToolUseBlockParam
    | ToolResultBlockParam
    | ServerToolUseBlockParam
    | ContainerUploadBlockParam
    | AdvisorToolResultBlockParam
    | MCPToolUseBlockParam
    | MCPToolListingBlockParam
)
"""The blocks of this file that a message may hold. From `AdvisorToolResultBlockParam` on they are beta."""

"""Beta content blocks that change the conversation itself, the union of all blocks, and messages."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from tercet.wire.marks import SENT_KINDS
from tercet.wire.media_block import MediaBlock
from tercet.wire.model import AnyModel
from tercet.wire.params.content import ModelBlockParam
from tercet.wire.params.results import (
    BashCodeExecutionToolResultBlockParam,
    CodeExecutionToolResultBlockParam,
    MCPToolResultBlockParam,
    TextEditorCodeExecutionToolResultBlockParam,
    ToolSearchToolResultBlockParam,
    WebFetchToolResultBlockParam,
    WebSearchToolResultBlockParam,
)
from tercet.wire.params.sources import (
    CacheControlEphemeralParam,
    DocumentBlockParam,
    ImageBlockParam,
    SearchResultBlockParam,
    TextBlockParam,
)
from tercet.wire.params.toolsets import ToolUnionParam
from tercet.wire.responses.content import ContentBlock
from tercet.wire.responses.models import Model
from tercet.wire.typing_compat import Iterable, PlainTypedDict, ReadOnly, Required, TypedDict


class ToolChangeToolReferenceParam(TypedDict, total=False):
    """One of the request's tools, by name (beta)."""

    type: Required[Literal["tool_reference"]]
    name: Required[str]


class ToolChangeMCPToolReferenceParam(TypedDict, total=False):
    """A tool of an MCP server, by name (beta)."""

    type: Required[Literal["mcp_tool_reference"]]
    name: Required[str]
    server_name: Required[str]


class ToolChangeMCPToolsetReferenceParam(TypedDict, total=False):
    """All tools of an MCP server (beta)."""

    type: Required[Literal["mcp_toolset_reference"]]
    server_name: Required[str]


class ToolChangeToolDefinitionParam(TypedDict, total=False):
    """A tool defined in the middle of the conversation (beta)."""

    type: Required[Literal["tool_definition"]]
    definition: Required[ToolUnionParam]


ToolChangeReferenceParam: TypeAlias = (
    ToolChangeToolReferenceParam | ToolChangeMCPToolReferenceParam | ToolChangeMCPToolsetReferenceParam
)


class ToolAdditionBlockParam(TypedDict, total=False):
    """From here on a tool is available (beta `mid-conversation-tool-changes-2026-07-01`)."""

    type: Required[Literal["tool_addition"]]
    tool: Required[ToolChangeReferenceParam | ToolChangeToolDefinitionParam]
    cache_control: CacheControlEphemeralParam | None


class ToolRemovalBlockParam(TypedDict, total=False):
    """From here on a tool is not available (beta `mid-conversation-tool-changes-2026-07-01`)."""

    type: Required[Literal["tool_removal"]]
    tool: Required[ToolChangeReferenceParam]
    cache_control: CacheControlEphemeralParam | None


class CompactionBlockParam(TypedDict, total=False):
    """A summary, sent back unchanged: what stands before the last one is dropped (beta)."""

    type: Required[Literal["compaction"]]
    content: str | None
    encrypted_content: str | None
    signature: str | None
    tool_changes: Iterable[ToolAdditionBlockParam | ToolRemovalBlockParam] | None
    cache_control: CacheControlEphemeralParam | None


class FallbackInfoParam(TypedDict, total=False):
    """A model that took part in a fallback (beta)."""

    model: Required[Model]


_FallbackFrom = PlainTypedDict("_FallbackFrom", {"from": Required[FallbackInfoParam]})  # no class body can say `from`


class FallbackBlockParam(_FallbackFrom, TypedDict, total=False):
    """The place where another model took over, sent back (beta)."""

    type: Required[Literal["fallback"]]
    to: Required[FallbackInfoParam]
    trigger: object


ContentBlockParam: TypeAlias = (
    TextBlockParam
    | ImageBlockParam
    | DocumentBlockParam
    | SearchResultBlockParam
    | ModelBlockParam
    | WebSearchToolResultBlockParam
    | WebFetchToolResultBlockParam
    | CodeExecutionToolResultBlockParam
    | BashCodeExecutionToolResultBlockParam
    | TextEditorCodeExecutionToolResultBlockParam
    | ToolSearchToolResultBlockParam
    | MCPToolResultBlockParam
    | ToolAdditionBlockParam
    | ToolRemovalBlockParam
    | CompactionBlockParam
    | FallbackBlockParam
)
"""Every kind of block that a message of a request may hold."""

MessageContentParam: TypeAlias = (
    str | Iterable[Annotated[ContentBlockParam | ContentBlock | MediaBlock | AnyModel, SENT_KINDS]]
)
"""Text, or blocks: your own dicts and blocks of answers, mixed as you like."""


class MessageParam(TypedDict, total=False):
    """One message of the conversation.

    `user` and `assistant` alternate, `user` first. An assistant message at the end is continued by the model, where
    the model allows that. `system` among the messages gives instructions from there on, in text, on newer models.
    """

    role: Required[ReadOnly[Literal["user", "assistant", "system"]]]
    content: Required[MessageContentParam]


class UserMessageParam(TypedDict, total=False):
    """A turn of the user."""

    role: Required[Literal["user"]]
    content: Required[MessageContentParam]


class AssistantMessageParam(TypedDict, total=False):
    """A turn of the model."""

    role: Required[Literal["assistant"]]
    content: Required[MessageContentParam]


class SystemMessageOutputConfigParam(TypedDict, total=False):
    """Output settings from here on (beta `mid-conversation-output-config-2026-07-01`)."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None


class SystemMessageParam(TypedDict, total=False):
    """Instructions in the middle of a conversation. The last two fields are beta."""

    role: Required[Literal["system"]]
    content: Required[MessageContentParam]
    clear_at: Literal["next_user_message", "never"] | None
    output_config: SystemMessageOutputConfigParam | None


AnyMessageParam: TypeAlias = MessageParam | UserMessageParam | AssistantMessageParam | SystemMessageParam
"""What `messages` may hold."""

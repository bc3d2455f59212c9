"""The content blocks that a model itself writes: text, thinking, tool calls. What server tools answer is in
`results.py`. Knows no messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from tercet.wire.marks import OTHER_KINDS
from tercet.wire.model import Model
from tercet.wire.responses.citations import TextCitation


class TextBlock(Model):
    """A piece of text, with the places that it cites, if documents with citations were sent."""

    __slots__ = ()
    type: Literal["text"]
    text: str
    citations: list[TextCitation] | None


class ThinkingBlock(Model):
    """The model's reasoning. `thinking` may be empty where the model does not show it; send the block back
    unchanged."""

    __slots__ = ()
    type: Literal["thinking"]
    thinking: str
    signature: str


class RedactedThinkingBlock(Model):
    """Reasoning that is not shown, encrypted. Send it back unchanged."""

    __slots__ = ()
    type: Literal["redacted_thinking"]
    data: str


class DirectCaller(Model):
    """The model called the tool itself."""

    __slots__ = ()
    type: Literal["direct"]


class ServerToolCaller(Model):
    """Code in the 2025-08-25 sandbox called the tool; `tool_id` is the id of that code execution."""

    __slots__ = ()
    type: Literal["code_execution_20250825"]
    tool_id: str


class ServerToolCaller20260120(Model):
    """Code in the 2026-01-20 sandbox called the tool; `tool_id` is the id of that code execution."""

    __slots__ = ()
    type: Literal["code_execution_20260120"]
    tool_id: str


ToolUseCaller: TypeAlias = Annotated[
    DirectCaller | ServerToolCaller | ServerToolCaller20260120,
    OTHER_KINDS,
]


class ToolCall(Model):
    """A block that calls a tool.

    When a stream ends inside a call, `input` holds what could be read of it, `input_complete` is False and
    `input_text` is the JSON text as far as it came. Do not run such a call.
    """

    __slots__ = ("_input_complete", "_input_text")
    _input_complete: bool
    _input_text: str | None
    id: str
    input: dict[str, Any]

    @property
    def input_complete(self) -> bool:
        """Return whether the whole input has come. True for every call that was not read from a cut stream."""
        return self._input_complete

    @property
    def input_text(self) -> str | None:
        """Return the input's JSON text as it was streamed, or None if the call was not read from a stream."""
        return self._input_text

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name == "_input_complete":
                return True
            return None if name == "_input_text" else super().__getattr__(name)


class ToolUseBlock(ToolCall):
    """A call of one of your tools. Answer it with a `tool_result` block that carries its `id`."""

    __slots__ = ()
    type: Literal["tool_use"]
    name: str
    caller: ToolUseCaller | None
    toolset_name: str | None


class ServerToolUseBlock(ToolCall):
    """A call of a tool that the API runs itself; its result follows as a block of its own."""

    __slots__ = ()
    type: Literal["server_tool_use"]
    name: Literal[
        "web_search",
        "web_fetch",
        "code_execution",
        "bash_code_execution",
        "text_editor_code_execution",
        "tool_search_tool_regex",
        "tool_search_tool_bm25",
        "advisor",
    ]
    caller: ToolUseCaller | None


class MCPToolUseBlock(ToolCall):
    """A call of a tool of an MCP server that the API is connected to (beta)."""

    __slots__ = ()
    type: Literal["mcp_tool_use"]
    name: str
    server_name: str


class ContainerUploadBlock(Model):
    """A file in the code execution container; download it with the files API."""

    __slots__ = ()
    type: Literal["container_upload"]
    file_id: str


class ToolChangeToolReference(Model):
    """One of the request's tools, by name (beta)."""

    __slots__ = ()
    type: Literal["tool_reference"]
    name: str


class ToolChangeMCPToolReference(Model):
    """A tool of an MCP server, by name (beta)."""

    __slots__ = ()
    type: Literal["mcp_tool_reference"]
    name: str
    server_name: str


class ToolChangeMCPToolsetReference(Model):
    """All tools of an MCP server (beta)."""

    __slots__ = ()
    type: Literal["mcp_toolset_reference"]
    server_name: str


class ToolChangeToolDefinition(Model):
    """A tool that was defined in the middle of the conversation (beta)."""

    __slots__ = ()
    type: Literal["tool_definition"]
    definition: dict[str, Any]


class ToolAdditionBlock(Model):
    """A tool became available at this point of the conversation (beta)."""

    __slots__ = ()
    type: Literal["tool_addition"]
    tool: (
        ToolChangeToolReference | ToolChangeMCPToolReference | ToolChangeMCPToolsetReference | ToolChangeToolDefinition
    )


class ToolRemovalBlock(Model):
    """A tool ceased to be available at this point of the conversation (beta)."""

    __slots__ = ()
    type: Literal["tool_removal"]
    tool: ToolChangeToolReference | ToolChangeMCPToolReference | ToolChangeMCPToolsetReference


class CompactionBlock(Model):
    """A summary that replaces everything before it (beta). `content` None means that compaction failed.

    Send it back unchanged: what stands before the last compaction block is then dropped by the API.
    """

    __slots__ = ()
    type: Literal["compaction"]
    content: str | None
    encrypted_content: str | None
    signature: str | None
    tool_changes: list[ToolAdditionBlock | ToolRemovalBlock] | None


class FallbackInfo(Model):
    """A model that took part in a fallback."""

    __slots__ = ()
    model: str


class FallbackRefusalTrigger(Model):
    """The refusal that made another model answer."""

    __slots__ = ()
    type: Literal["refusal"]
    category: str | None


class FallbackBlock(Model):
    """From here on another model answered, because the one asked first refused (beta).

    The JSON field `from` is read as `from_`, since `from` is a word of Python's own.
    """

    __slots__ = ()
    type: Literal["fallback"]
    to: FallbackInfo
    trigger: FallbackRefusalTrigger

    @property
    def from_(self) -> FallbackInfo:
        """Return the model that refused."""
        asked: FallbackInfo = FallbackInfo.wrap(self["from"])
        return asked


ModelBlock: TypeAlias = (
    ThinkingBlock
    | RedactedThinkingBlock
    | ToolUseBlock
    | ServerToolUseBlock
    | MCPToolUseBlock
    | ContainerUploadBlock
    | CompactionBlock
    | FallbackBlock
)
"""Every kind of block that a model itself writes, but text."""

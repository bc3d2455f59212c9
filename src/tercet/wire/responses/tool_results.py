"""The content blocks in which server tools answer: search, fetch, code execution, tool search, MCP, advisor."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from tercet.wire.model import Model
from tercet.wire.responses.blocks import TextBlock, ToolUseCaller
from tercet.wire.responses.citations import CitationsConfig


class WebSearchResultBlock(Model):
    """A page that was found. Its text is in `encrypted_content`, for the model only."""

    __slots__ = ()
    type: Literal["web_search_result"]
    url: str
    title: str
    encrypted_content: str
    page_age: str | None


class WebSearchToolResultError(Model):
    """The reason why a search gave nothing."""

    __slots__ = ()
    type: Literal["web_search_tool_result_error"]
    error_code: Literal[
        "invalid_tool_input",
        "unavailable",
        "max_uses_exceeded",
        "too_many_requests",
        "query_too_long",
        "request_too_large",
    ]


WebSearchToolResultBlockContent: TypeAlias = WebSearchToolResultError | list[WebSearchResultBlock]


class WebSearchToolResultBlock(Model):
    """The result of a web search: a list of pages, or an error."""

    __slots__ = ()
    type: Literal["web_search_tool_result"]
    tool_use_id: str
    content: WebSearchToolResultError | list[WebSearchResultBlock]
    caller: ToolUseCaller | None


class Base64PDFSource(Model):
    """A PDF's bytes in base64."""

    __slots__ = ()
    type: Literal["base64"]
    media_type: Literal["application/pdf"]
    data: str


class PlainTextSource(Model):
    """A document's text."""

    __slots__ = ()
    type: Literal["text"]
    media_type: Literal["text/plain"]
    data: str


class DocumentBlock(Model):
    """A document that was fetched."""

    __slots__ = ()
    type: Literal["document"]
    source: Base64PDFSource | PlainTextSource
    title: str | None
    citations: CitationsConfig | None


class WebFetchBlock(Model):
    """A page that was fetched."""

    __slots__ = ()
    type: Literal["web_fetch_result"]
    url: str
    content: DocumentBlock
    retrieved_at: str | None


class WebFetchToolResultErrorBlock(Model):
    """The reason why a page could not be fetched."""

    __slots__ = ()
    type: Literal["web_fetch_tool_result_error"]
    error_code: Literal[
        "invalid_tool_input",
        "url_too_long",
        "url_not_allowed",
        "url_not_in_prior_context",
        "url_not_accessible",
        "unsupported_content_type",
        "too_many_requests",
        "max_uses_exceeded",
        "unavailable",
        "content_too_large",
    ]


class WebFetchToolResultBlock(Model):
    """The result of a web fetch: the page, or an error."""

    __slots__ = ()
    type: Literal["web_fetch_tool_result"]
    tool_use_id: str
    content: WebFetchToolResultErrorBlock | WebFetchBlock
    caller: ToolUseCaller | None


class ToolReferenceBlock(Model):
    """A tool that the tool search found."""

    __slots__ = ()
    type: Literal["tool_reference"]
    tool_name: str


class ToolSearchToolSearchResultBlock(Model):
    """The tools that the tool search found."""

    __slots__ = ()
    type: Literal["tool_search_tool_search_result"]
    tool_references: list[ToolReferenceBlock]


class ToolSearchToolResultError(Model):
    """The reason why the tool search gave nothing."""

    __slots__ = ()
    type: Literal["tool_search_tool_result_error"]
    error_code: Literal["invalid_tool_input", "unavailable", "too_many_requests", "execution_time_exceeded"]
    error_message: str | None


class ToolSearchToolResultBlock(Model):
    """The result of a tool search."""

    __slots__ = ()
    type: Literal["tool_search_tool_result"]
    tool_use_id: str
    content: ToolSearchToolResultError | ToolSearchToolSearchResultBlock


class MCPToolResultBlock(Model):
    """The answer of an MCP server's tool (beta)."""

    __slots__ = ()
    type: Literal["mcp_tool_result"]
    tool_use_id: str
    is_error: bool
    content: str | list[TextBlock]


class MCPTool(Model):
    """A tool as an MCP server describes it (beta)."""

    __slots__ = ()
    name: str
    input_schema: dict[str, Any]
    description: str | None


class MCPToolListingBlock(Model):
    """The tools that an MCP server offers (beta)."""

    __slots__ = ()
    type: Literal["mcp_tool_listing"]
    mcp_server_name: str
    tools: list[MCPTool]


class AdvisorResultBlock(Model):
    """The advisor's text (beta)."""

    __slots__ = ()
    type: Literal["advisor_result"]
    text: str
    stop_reason: str | None


class AdvisorRedactedResultBlock(Model):
    """The advisor's text, encrypted (beta)."""

    __slots__ = ()
    type: Literal["advisor_redacted_result"]
    encrypted_content: str
    stop_reason: str | None


class AdvisorToolResultError(Model):
    """The reason why the advisor said nothing (beta)."""

    __slots__ = ()
    type: Literal["advisor_tool_result_error"]
    error_code: Literal[
        "max_uses_exceeded",
        "prompt_too_long",
        "too_many_requests",
        "overloaded",
        "unavailable",
        "execution_time_exceeded",
        "model_not_found",
    ]


class AdvisorToolResultBlock(Model):
    """The advisor tool's answer (beta)."""

    __slots__ = ()
    type: Literal["advisor_tool_result"]
    tool_use_id: str
    content: AdvisorToolResultError | AdvisorResultBlock | AdvisorRedactedResultBlock

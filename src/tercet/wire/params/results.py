"""The results of server tools, as they are sent back in an assistant message. Send them as they came."""

from __future__ import annotations

from typing import Literal, TypeAlias

from tercet.wire.params.sources import CacheControlEphemeralParam, DocumentBlockParam, TextBlockParam
from tercet.wire.typing_compat import Iterable, Required, TypedDict

WebSearchToolResultErrorCode: TypeAlias = Literal[
    "invalid_tool_input",
    "unavailable",
    "max_uses_exceeded",
    "too_many_requests",
    "query_too_long",
    "request_too_large",
]
WebFetchToolResultErrorCode: TypeAlias = Literal[
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
CodeExecutionToolResultErrorCode: TypeAlias = Literal[
    "invalid_tool_input", "unavailable", "too_many_requests", "execution_time_exceeded"
]
ToolSearchToolResultErrorCode: TypeAlias = Literal[
    "invalid_tool_input", "unavailable", "too_many_requests", "execution_time_exceeded"
]
BashCodeExecutionToolResultErrorCode: TypeAlias = Literal[
    "invalid_tool_input", "unavailable", "too_many_requests", "execution_time_exceeded", "output_file_too_large"
]
TextEditorCodeExecutionToolResultErrorCode: TypeAlias = Literal[
    "invalid_tool_input", "unavailable", "too_many_requests", "execution_time_exceeded", "file_not_found"
]


class DirectCallerParam(TypedDict, total=False):
    """The model called the tool itself."""

    type: Required[Literal["direct"]]


class ServerToolCallerParam(TypedDict, total=False):
    """Code in the 2025-08-25 sandbox called the tool."""

    type: Required[Literal["code_execution_20250825"]]
    tool_id: Required[str]


class ServerToolCaller20260120Param(TypedDict, total=False):
    """Code in the 2026-01-20 sandbox called the tool."""

    type: Required[Literal["code_execution_20260120"]]
    tool_id: Required[str]


ToolUseCallerParam: TypeAlias = DirectCallerParam | ServerToolCallerParam | ServerToolCaller20260120Param


class WebSearchResultBlockParam(TypedDict, total=False):
    """A page that the web search found."""

    type: Required[Literal["web_search_result"]]
    url: Required[str]
    title: Required[str]
    encrypted_content: Required[str]
    page_age: str | None


class WebSearchToolRequestErrorParam(TypedDict, total=False):
    """The reason why a web search gave nothing."""

    type: Required[Literal["web_search_tool_result_error"]]
    error_code: Required[WebSearchToolResultErrorCode]


WebSearchToolResultBlockParamContentParam: TypeAlias = (
    Iterable[WebSearchResultBlockParam] | WebSearchToolRequestErrorParam
)


class WebSearchToolResultBlockParam(TypedDict, total=False):
    """The result of a web search."""

    type: Required[Literal["web_search_tool_result"]]
    tool_use_id: Required[str]
    content: Required[WebSearchToolResultBlockParamContentParam]
    caller: ToolUseCallerParam
    cache_control: CacheControlEphemeralParam | None


class WebFetchBlockParam(TypedDict, total=False):
    """A page that was fetched."""

    type: Required[Literal["web_fetch_result"]]
    url: Required[str]
    content: Required[DocumentBlockParam]
    retrieved_at: str | None


class WebFetchToolResultErrorBlockParam(TypedDict, total=False):
    """The reason why a page could not be fetched."""

    type: Required[Literal["web_fetch_tool_result_error"]]
    error_code: Required[WebFetchToolResultErrorCode]


class WebFetchToolResultBlockParam(TypedDict, total=False):
    """The result of a web fetch."""

    type: Required[Literal["web_fetch_tool_result"]]
    tool_use_id: Required[str]
    content: Required[WebFetchToolResultErrorBlockParam | WebFetchBlockParam]
    caller: ToolUseCallerParam
    cache_control: CacheControlEphemeralParam | None


class CodeExecutionOutputBlockParam(TypedDict, total=False):
    """A file that the code made."""

    type: Required[Literal["code_execution_output"]]
    file_id: Required[str]


class CodeExecutionResultBlockParam(TypedDict, total=False):
    """The output of code: text and files."""

    type: Required[Literal["code_execution_result"]]
    stdout: Required[str]
    stderr: Required[str]
    return_code: Required[int]
    content: Required[Iterable[CodeExecutionOutputBlockParam]]


class EncryptedCodeExecutionResultBlockParam(TypedDict, total=False):
    """The output of code, encrypted."""

    type: Required[Literal["encrypted_code_execution_result"]]
    encrypted_stdout: Required[str]
    stderr: Required[str]
    return_code: Required[int]
    content: Required[Iterable[CodeExecutionOutputBlockParam]]


class CodeExecutionToolResultErrorParam(TypedDict, total=False):
    """The reason why the code did not run."""

    type: Required[Literal["code_execution_tool_result_error"]]
    error_code: Required[CodeExecutionToolResultErrorCode]


CodeExecutionToolResultBlockParamContentParam: TypeAlias = (
    CodeExecutionToolResultErrorParam | CodeExecutionResultBlockParam | EncryptedCodeExecutionResultBlockParam
)


class CodeExecutionToolResultBlockParam(TypedDict, total=False):
    """The code execution tool's answer."""

    type: Required[Literal["code_execution_tool_result"]]
    tool_use_id: Required[str]
    content: Required[CodeExecutionToolResultBlockParamContentParam]
    cache_control: CacheControlEphemeralParam | None


class BashCodeExecutionOutputBlockParam(TypedDict, total=False):
    """A file that the command made."""

    type: Required[Literal["bash_code_execution_output"]]
    file_id: Required[str]


class BashCodeExecutionResultBlockParam(TypedDict, total=False):
    """The output of a command: text and files."""

    type: Required[Literal["bash_code_execution_result"]]
    stdout: Required[str]
    stderr: Required[str]
    return_code: Required[int]
    content: Required[Iterable[BashCodeExecutionOutputBlockParam]]


class BashCodeExecutionToolResultErrorParam(TypedDict, total=False):
    """The reason why the command did not run."""

    type: Required[Literal["bash_code_execution_tool_result_error"]]
    error_code: Required[BashCodeExecutionToolResultErrorCode]


class BashCodeExecutionToolResultBlockParam(TypedDict, total=False):
    """The answer of the container's shell."""

    type: Required[Literal["bash_code_execution_tool_result"]]
    tool_use_id: Required[str]
    content: Required[BashCodeExecutionToolResultErrorParam | BashCodeExecutionResultBlockParam]
    cache_control: CacheControlEphemeralParam | None


class TextEditorCodeExecutionViewResultBlockParam(TypedDict, total=False):
    """A file's content, or a part of it."""

    type: Required[Literal["text_editor_code_execution_view_result"]]
    content: Required[str]
    file_type: Required[Literal["text", "image", "pdf"]]
    num_lines: int | None
    start_line: int | None
    total_lines: int | None


class TextEditorCodeExecutionCreateResultBlockParam(TypedDict, total=False):
    """A file was written."""

    type: Required[Literal["text_editor_code_execution_create_result"]]
    is_file_update: Required[bool]


class TextEditorCodeExecutionStrReplaceResultBlockParam(TypedDict, total=False):
    """A file was changed."""

    type: Required[Literal["text_editor_code_execution_str_replace_result"]]
    lines: Iterable[str] | None
    new_lines: int | None
    new_start: int | None
    old_lines: int | None
    old_start: int | None


class TextEditorCodeExecutionToolResultErrorParam(TypedDict, total=False):
    """The reason why the file was not read or changed."""

    type: Required[Literal["text_editor_code_execution_tool_result_error"]]
    error_code: Required[TextEditorCodeExecutionToolResultErrorCode]
    error_message: str | None


class TextEditorCodeExecutionToolResultBlockParam(TypedDict, total=False):
    """The answer of the container's file editor."""

    type: Required[Literal["text_editor_code_execution_tool_result"]]
    tool_use_id: Required[str]
    content: Required[
        TextEditorCodeExecutionToolResultErrorParam
        | TextEditorCodeExecutionViewResultBlockParam
        | TextEditorCodeExecutionCreateResultBlockParam
        | TextEditorCodeExecutionStrReplaceResultBlockParam
    ]
    cache_control: CacheControlEphemeralParam | None


class ToolReferenceBlockParam(TypedDict, total=False):
    """A tool that a tool search found, by name."""

    type: Required[Literal["tool_reference"]]
    tool_name: Required[str]
    cache_control: CacheControlEphemeralParam | None


class ToolSearchToolSearchResultBlockParam(TypedDict, total=False):
    """The tools that the tool search found."""

    type: Required[Literal["tool_search_tool_search_result"]]
    tool_references: Required[Iterable[ToolReferenceBlockParam]]


class ToolSearchToolResultErrorParam(TypedDict, total=False):
    """The reason why the tool search gave nothing."""

    type: Required[Literal["tool_search_tool_result_error"]]
    error_code: Required[ToolSearchToolResultErrorCode]
    error_message: str | None


class ToolSearchToolResultBlockParam(TypedDict, total=False):
    """The result of a tool search."""

    type: Required[Literal["tool_search_tool_result"]]
    tool_use_id: Required[str]
    content: Required[ToolSearchToolResultErrorParam | ToolSearchToolSearchResultBlockParam]
    cache_control: CacheControlEphemeralParam | None


class MCPToolResultBlockParam(TypedDict, total=False):
    """The answer of an MCP server's tool (beta)."""

    type: Required[Literal["mcp_tool_result"]]
    tool_use_id: Required[str]
    content: str | Iterable[TextBlockParam]
    is_error: bool
    cache_control: CacheControlEphemeralParam | None

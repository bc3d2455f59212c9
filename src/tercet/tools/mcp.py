"""MCP servers: their tools for the tool runner, and their values as content blocks, messages and files of the Claude API.

The package `mcp` is not imported, and the session is the user's; both of its generations' names of fields are read.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, Unpack
from urllib.parse import urlsplit

from tercet.tools.functions import BetaAsyncFunctionTool, BetaFunctionTool, ToolError, beta_async_tool, beta_tool
from tercet.tools.results import error_text

if TYPE_CHECKING:
    from tercet.tools.functions import BetaFunctionToolResultType, ToolOptions
    from tercet.wire.params.sources import CacheControlEphemeralParam

LONGEST_NAME = 128
IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def mcp_tool(tool: Any, client: Any, **options: Unpack[ToolOptions]) -> BetaFunctionTool[Any]:
    """Return a tool of `session.list_tools()` for the blocking tool runner, which must run in a thread of the session's event
    loop: `await anyio.to_thread.run_sync(runner.until_done)`. Input is checked against the server's schema first. Its calls
    run one after another unless `alone=False`, for which, as for `timeout=`, it must be made in the session's event loop."""
    loop = _running_loop()

    def call(**arguments: Any) -> BetaFunctionToolResultType:
        import anyio.from_thread

        known: dict[str, Any] = {} if loop is None else {"token": loop}
        return tool_result(anyio.from_thread.run(client.call_tool, tool.name, arguments, **known))

    return beta_tool(call, **_described(tool, {"alone": True, **options}))


async def mcp_tools(session: Any, server: str, **options: Unpack[ToolOptions]) -> list[BetaAsyncFunctionTool[Any]]:
    """Return all tools of an MCP session for async agents and tool runners, each named `server__tool`.

    Several servers may so have tools of one name. `options` are those of every one, such as `timeout=30`. A server that is gone
    is told to the model as an error of the call.
    """
    listed: list[Any] = []
    cursor: Any = None
    while True:
        page = await (session.list_tools() if cursor is None else session.list_tools(cursor=cursor))
        listed += page.tools
        before, cursor = cursor, field(page, "next_cursor")
        if not cursor or cursor == before:
            break
    return [_named_tool(tool, session, server, options) for tool in listed]


def _named_tool(tool: Any, session: Any, server: str, options: ToolOptions) -> BetaAsyncFunctionTool[Any]:
    async def call(**arguments: Any) -> BetaFunctionToolResultType:
        try:
            result = await session.call_tool(tool.name, arguments)
        except Exception as problem:
            said = error_text(problem)
            raise ToolError(f"the MCP server {server!r} could not run {tool.name!r}: {said}") from problem
        return tool_result(result)

    name = re.sub(r"[^a-zA-Z0-9_-]", "_", f"{server}__{tool.name}")[:LONGEST_NAME]
    return beta_async_tool(call, **_described(tool, {**options, "name": name}))


def _running_loop() -> Any:
    """Return what anyio calls this thread's event loop by, from threads that are not its own; None if none runs here."""
    import anyio.lowlevel

    try:
        return anyio.lowlevel.current_token()
    except Exception:  # anyio 4 raises its own, sniffio's or a RuntimeError
        return None


def async_mcp_tool(tool: Any, client: Any, **options: Unpack[ToolOptions]) -> BetaAsyncFunctionTool[Any]:
    """Return a tool of `session.list_tools()` for the async tool runner. Input is checked against the server's schema first."""

    async def call(**arguments: Any) -> BetaFunctionToolResultType:
        return tool_result(await client.call_tool(tool.name, arguments))

    return beta_async_tool(call, **_described(tool, options))


def _described(tool: Any, options: ToolOptions) -> ToolOptions:
    described: ToolOptions = {
        "name": tool.name,
        "description": tool.description,
        "input_schema": field(tool, "input_schema"),
    }
    return {**described, **options}


# --- values -----------------------------------------------------------------------------------------------------------


class UnsupportedMCPValueError(Exception):
    """The Claude API has no place for such a value."""


def field(value: Any, name: str) -> Any:
    """Return a field under its name of today, or of mcp before 2.0: `mime_type`, `mimeType`. None if it has neither."""
    first, *rest = name.split("_")
    older = first + "".join(word.capitalize() for word in rest)
    return getattr(value, name, getattr(value, older, None))


def mcp_content(content: Any, *, cache_control: CacheControlEphemeralParam | None = None) -> dict[str, Any]:
    """Return a content block of MCP: text, an image, or an embedded resource."""
    kind = getattr(content, "type", type(content).__name__)
    if kind == "text":
        return _cached({"type": "text", "text": content.text}, cache_control)
    if kind == "image":
        media_type = field(content, "mime_type")
        if media_type not in IMAGES:
            raise UnsupportedMCPValueError(f"Unsupported image MIME type: {media_type}")
        return _cached(_binary("image", media_type, content.data), cache_control)
    if kind == "resource":
        return _resource(content.resource, cache_control)
    raise UnsupportedMCPValueError(f"Unsupported MCP content type: {kind}")


def _cached(block: dict[str, Any], cache_control: Any) -> dict[str, Any]:
    return block if cache_control is None else {**block, "cache_control": cache_control}


def _binary(kind: str, media_type: str, data: str) -> dict[str, Any]:
    return {"type": kind, "source": {"type": "base64", "data": data, "media_type": media_type}}


def _resource(resource: Any, cache_control: Any) -> dict[str, Any]:
    media_type, blob = field(resource, "mime_type"), getattr(resource, "blob", None)
    if media_type in IMAGES or media_type == "application/pdf":
        if blob is None:
            raise UnsupportedMCPValueError(
                f"A resource of type {media_type} must have blob data, not text: {resource.uri}"
            )
        return _cached(_binary("image" if media_type in IMAGES else "document", media_type, blob), cache_control)
    if not _is_text(media_type):
        raise UnsupportedMCPValueError(f'Unsupported MIME type "{media_type}" for resource: {resource.uri}')
    data = resource.text if blob is None else base64.b64decode(blob).decode("utf-8")
    return _cached(
        {"type": "document", "source": {"type": "text", "data": data, "media_type": "text/plain"}}, cache_control
    )


def _is_text(media_type: str | None) -> bool:
    return media_type is None or media_type.startswith("text/")


def mcp_message(message: Any, *, cache_control: CacheControlEphemeralParam | None = None) -> dict[str, Any]:
    """Return a message of an MCP prompt."""
    return {"role": message.role, "content": [mcp_content(message.content, cache_control=cache_control)]}


def mcp_resource_to_content(result: Any, *, cache_control: CacheControlEphemeralParam | None = None) -> dict[str, Any]:
    """Return what `read_resource()` gave, as a content block: the first of its contents that the API can take."""
    for each in _contents(result):
        media_type = field(each, "mime_type")
        if _is_text(media_type) or media_type in IMAGES or media_type == "application/pdf":
            return _resource(each, cache_control)
    found = ", ".join(str(field(each, "mime_type")) for each in result.contents)
    raise UnsupportedMCPValueError(f"No supported MIME type found in resource contents. Available: {found}")


def mcp_resource_to_file(result: Any) -> tuple[str | None, bytes, str | None]:
    """Return what `read_resource()` gave, as a file for `files.upload()`: name, bytes, media type."""
    resource = _contents(result)[0]
    name = urlsplit(str(resource.uri)).path.rpartition("/")[2] or None
    blob = getattr(resource, "blob", None)
    content = resource.text.encode() if blob is None else base64.b64decode(blob)
    return name, content, field(resource, "mime_type")


def _contents(result: Any) -> Any:
    if not result.contents:
        raise UnsupportedMCPValueError("Resource contents array must contain at least one item")
    return result.contents


def tool_result(result: Any) -> BetaFunctionToolResultType:
    """Return what `call_tool()` gave, for the model to read. Raises ToolError if the server says that it is an error."""
    content: Any = [mcp_content(each) for each in result.content]
    if field(result, "is_error"):
        raise ToolError(content)
    structured = field(result, "structured_content")
    return content if content or structured is None else json.dumps(structured)

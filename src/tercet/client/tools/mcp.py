"""Tools of an MCP server as tools for the tool runner. The session with the server is the user's: from the package `mcp`,
which is not imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from tercet.client.tools.functions import BetaAsyncFunctionTool, BetaFunctionTool, beta_async_tool, beta_tool
from tercet.client.tools.mcp_values import field, tool_result

if TYPE_CHECKING:
    from tercet.client.tools.functions import BetaFunctionToolResultType, ToolOptions


def mcp_tool(tool: Any, client: Any, **options: Unpack[ToolOptions]) -> BetaFunctionTool[Any]:
    """A tool of `session.list_tools()` for the blocking tool runner, which must run in a thread of the session's event
    loop: `await anyio.to_thread.run_sync(runner.until_done)`. Input is checked against the server's schema first."""

    def call(**arguments: Any) -> BetaFunctionToolResultType:
        import anyio.from_thread

        return tool_result(anyio.from_thread.run(client.call_tool, tool.name, arguments))

    return beta_tool(call, **_described(tool, options))


def async_mcp_tool(tool: Any, client: Any, **options: Unpack[ToolOptions]) -> BetaAsyncFunctionTool[Any]:
    """A tool of `session.list_tools()` for the async tool runner. Input is checked against the server's schema first."""

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

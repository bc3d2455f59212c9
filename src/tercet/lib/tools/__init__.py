"""Tools and tool runners, under the names that code imports from the official SDK."""

from __future__ import annotations

from tercet.client.tools.functions import (
    BetaAsyncBuiltinFunctionTool,
    BetaAsyncFunctionTool,
    BetaBuiltinFunctionTool,
    BetaFunctionTool,
    BetaFunctionToolResultType,
    ToolError,
    beta_async_tool,
    beta_tool,
)
from tercet.client.tools.memory import BetaAbstractMemoryTool, BetaAsyncAbstractMemoryTool
from tercet.client.tools.runner import (
    BetaAsyncStreamingToolRunner,
    BetaAsyncToolRunner,
    BetaStreamingToolRunner,
    BetaToolRunner,
)

__all__ = [
    "BetaAbstractMemoryTool",
    "BetaAsyncAbstractMemoryTool",
    "BetaAsyncBuiltinFunctionTool",
    "BetaAsyncFunctionTool",
    "BetaAsyncStreamingToolRunner",
    "BetaAsyncToolRunner",
    "BetaBuiltinFunctionTool",
    "BetaFunctionTool",
    "BetaFunctionToolResultType",
    "BetaStreamingToolRunner",
    "BetaToolRunner",
    "ToolError",
    "beta_async_tool",
    "beta_tool",
]

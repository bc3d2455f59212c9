# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.tools`."""

from tercet.client.resources.tool_runners import (
    BetaAsyncStreamingToolRunner as BetaAsyncStreamingToolRunner,
    BetaStreamingToolRunner as BetaStreamingToolRunner,
)
from tercet.tools.functions import (
    BetaAsyncBuiltinFunctionTool as BetaAsyncBuiltinFunctionTool,
    BetaAsyncFunctionTool as BetaAsyncFunctionTool,
    BetaBuiltinFunctionTool as BetaBuiltinFunctionTool,
    BetaFunctionTool as BetaFunctionTool,
    BetaFunctionToolResultType as BetaFunctionToolResultType,
    ToolError as ToolError,
    beta_async_tool as beta_async_tool,
    beta_tool as beta_tool,
)
from tercet.tools.memory import (
    BetaAbstractMemoryTool as BetaAbstractMemoryTool,
    BetaAsyncAbstractMemoryTool as BetaAsyncAbstractMemoryTool,
)
from tercet.tools.runner import (
    BetaAsyncToolRunner as BetaAsyncToolRunner,
    BetaToolRunner as BetaToolRunner,
)
from tercet.lib.tools import _beta_functions as _beta_functions
from tercet.lib.tools import _beta_runner as _beta_runner
from tercet.lib.tools import mcp as mcp

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

# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.tools._beta_functions`."""

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

__all__ = [
    "BetaAsyncBuiltinFunctionTool",
    "BetaAsyncFunctionTool",
    "BetaBuiltinFunctionTool",
    "BetaFunctionTool",
    "BetaFunctionToolResultType",
    "ToolError",
    "beta_async_tool",
    "beta_tool",
]

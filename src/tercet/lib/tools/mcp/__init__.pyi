# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.tools.mcp`."""

from tercet.tools.mcp import (
    UnsupportedMCPValueError as UnsupportedMCPValueError,
    async_mcp_tool as async_mcp_tool,
    mcp_content as mcp_content,
    mcp_message as mcp_message,
    mcp_resource_to_content as mcp_resource_to_content,
    mcp_resource_to_file as mcp_resource_to_file,
    mcp_tool as mcp_tool,
)

__all__ = [
    "UnsupportedMCPValueError",
    "async_mcp_tool",
    "mcp_content",
    "mcp_message",
    "mcp_resource_to_content",
    "mcp_resource_to_file",
    "mcp_tool",
]

"""MCP servers' tools, prompts and resources, under the names that code imports from the official SDK."""

from __future__ import annotations

from tercet.client.tools.mcp import async_mcp_tool as async_mcp_tool
from tercet.client.tools.mcp import mcp_tool as mcp_tool
from tercet.client.tools.mcp_values import UnsupportedMCPValueError as UnsupportedMCPValueError
from tercet.client.tools.mcp_values import mcp_content as mcp_content
from tercet.client.tools.mcp_values import mcp_message as mcp_message
from tercet.client.tools.mcp_values import mcp_resource_to_content as mcp_resource_to_content
from tercet.client.tools.mcp_values import mcp_resource_to_file as mcp_resource_to_file

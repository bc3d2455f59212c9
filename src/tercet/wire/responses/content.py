"""The kinds of content blocks that a message of the API may hold, as one type."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from tercet.wire.marks import OTHER_KINDS
from tercet.wire.responses.blocks import ModelBlock, TextBlock
from tercet.wire.responses.code_execution import (
    BashCodeExecutionToolResultBlock,
    CodeExecutionToolResultBlock,
    TextEditorCodeExecutionToolResultBlock,
)
from tercet.wire.responses.tool_results import (
    AdvisorToolResultBlock,
    MCPToolListingBlock,
    MCPToolResultBlock,
    ToolSearchToolResultBlock,
    WebFetchToolResultBlock,
    WebSearchToolResultBlock,
)

OtherContentBlock: TypeAlias = (
    ModelBlock
    | WebSearchToolResultBlock
    | WebFetchToolResultBlock
    | CodeExecutionToolResultBlock
    | BashCodeExecutionToolResultBlock
    | TextEditorCodeExecutionToolResultBlock
    | ToolSearchToolResultBlock
    | AdvisorToolResultBlock
    | MCPToolResultBlock
    | MCPToolListingBlock
)
"""Every kind of block but text."""
ContentBlock: TypeAlias = Annotated[
    TextBlock | OtherContentBlock,
    OTHER_KINDS,
]
"""Every kind of block that a message may hold. A block of a kind that is not listed here is an `AnyModel`."""

# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.tools.memory`."""

from tercet.client.tools.memory import (
    BetaAbstractMemoryTool as BetaAbstractMemoryTool,
    BetaAsyncAbstractMemoryTool as BetaAsyncAbstractMemoryTool,
)
from tercet.client.tools.memory_directory import (
    BetaAsyncLocalFilesystemMemoryTool as BetaAsyncLocalFilesystemMemoryTool,
    BetaLocalFilesystemMemoryTool as BetaLocalFilesystemMemoryTool,
)

__all__ = [
    "BetaAbstractMemoryTool",
    "BetaAsyncAbstractMemoryTool",
    "BetaAsyncLocalFilesystemMemoryTool",
    "BetaLocalFilesystemMemoryTool",
]

"""The memory tool: a base for stores of your own, and a store on disk."""

from __future__ import annotations

from tercet.client.tools.memory import BetaAbstractMemoryTool as BetaAbstractMemoryTool
from tercet.client.tools.memory import BetaAsyncAbstractMemoryTool as BetaAsyncAbstractMemoryTool
from tercet.client.tools.memory_directory import (
    BetaAsyncLocalFilesystemMemoryTool as BetaAsyncLocalFilesystemMemoryTool,
)
from tercet.client.tools.memory_directory import BetaLocalFilesystemMemoryTool as BetaLocalFilesystemMemoryTool

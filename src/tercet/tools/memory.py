"""The memory tool: a base for stores of your own, and a store on disk."""

from __future__ import annotations

from tercet.client.memory_directory import BetaAsyncLocalFilesystemMemoryTool as BetaAsyncLocalFilesystemMemoryTool
from tercet.client.memory_directory import BetaLocalFilesystemMemoryTool as BetaLocalFilesystemMemoryTool
from tercet.client.memory_tool import BetaAbstractMemoryTool as BetaAbstractMemoryTool
from tercet.client.memory_tool import BetaAsyncAbstractMemoryTool as BetaAsyncAbstractMemoryTool

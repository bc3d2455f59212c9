"""The memory tool: subclass it, say how memories are kept, and give it to the tool runner. Keeps nothing itself.

The paths are the model's words: a store on disk must refuse those that lead out of its directory, links included.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from tercet.client.tools.functions import BetaAsyncBuiltinFunctionTool, BetaBuiltinFunctionTool
from tercet.wire.memory_commands import memory_command

if TYPE_CHECKING:
    from tercet.client.tools.functions import BetaFunctionToolResultType
    from tercet.wire.memory_commands import (
        AnyMemoryCommand,
        CreateCommand,
        DeleteCommand,
        InsertCommand,
        RenameCommand,
        StrReplaceCommand,
        ViewCommand,
    )
    from tercet.wire.params.sources import CacheControlEphemeralParam
    from tercet.wire.params.tools import MemoryTool20250818Param

NO_CLEARING = "this memory tool does not say how to clear everything: define clear_all_memory()"


def _definition(cache_control: Any) -> Any:
    made = {"type": "memory_20250818", "name": "memory"}
    return made if cache_control is None else {**made, "cache_control": cache_control}


class BetaAbstractMemoryTool(BetaBuiltinFunctionTool):
    """A store of memories for the model. Each method returns what the model reads; raise ToolError to refuse."""

    def __init__(self, *, cache_control: CacheControlEphemeralParam | None = None) -> None:
        self._cache_control = cache_control

    def to_dict(self) -> MemoryTool20250818Param:
        """The entry in `tools`."""
        made: MemoryTool20250818Param = _definition(self._cache_control)
        return made

    def call(self, input: object) -> BetaFunctionToolResultType:
        """Carry out what the model asks. ValueError if it is no command."""
        return self.execute(memory_command(input))

    def execute(self, command: AnyMemoryCommand) -> BetaFunctionToolResultType:
        """Carry out a command by the method of its name."""
        result: BetaFunctionToolResultType = getattr(self, command.command)(command)
        return result

    @abstractmethod
    def view(self, command: ViewCommand) -> BetaFunctionToolResultType:
        """Show a directory or a file."""

    @abstractmethod
    def create(self, command: CreateCommand) -> BetaFunctionToolResultType:
        """Write a file anew."""

    @abstractmethod
    def str_replace(self, command: StrReplaceCommand) -> BetaFunctionToolResultType:
        """Put one text in the place of another."""

    @abstractmethod
    def insert(self, command: InsertCommand) -> BetaFunctionToolResultType:
        """Put a text behind a line."""

    @abstractmethod
    def delete(self, command: DeleteCommand) -> BetaFunctionToolResultType:
        """Delete a file or a directory."""

    @abstractmethod
    def rename(self, command: RenameCommand) -> BetaFunctionToolResultType:
        """Give a file or a directory another path."""

    def clear_all_memory(self) -> BetaFunctionToolResultType:
        """Forget everything. For your program; the model cannot ask for it."""
        raise TypeError(NO_CLEARING)


class BetaAsyncAbstractMemoryTool(BetaAsyncBuiltinFunctionTool):
    """The async twin of `BetaAbstractMemoryTool`."""

    def __init__(self, *, cache_control: CacheControlEphemeralParam | None = None) -> None:
        self._cache_control = cache_control

    def to_dict(self) -> MemoryTool20250818Param:
        """The entry in `tools`."""
        made: MemoryTool20250818Param = _definition(self._cache_control)
        return made

    async def call(self, input: object) -> BetaFunctionToolResultType:
        """Carry out what the model asks. ValueError if it is no command."""
        return await self.execute(memory_command(input))

    async def execute(self, command: AnyMemoryCommand) -> BetaFunctionToolResultType:
        """Carry out a command by the method of its name."""
        result: BetaFunctionToolResultType = await getattr(self, command.command)(command)
        return result

    @abstractmethod
    async def view(self, command: ViewCommand) -> BetaFunctionToolResultType:
        """Show a directory or a file."""

    @abstractmethod
    async def create(self, command: CreateCommand) -> BetaFunctionToolResultType:
        """Write a file anew."""

    @abstractmethod
    async def str_replace(self, command: StrReplaceCommand) -> BetaFunctionToolResultType:
        """Put one text in the place of another."""

    @abstractmethod
    async def insert(self, command: InsertCommand) -> BetaFunctionToolResultType:
        """Put a text behind a line."""

    @abstractmethod
    async def delete(self, command: DeleteCommand) -> BetaFunctionToolResultType:
        """Delete a file or a directory."""

    @abstractmethod
    async def rename(self, command: RenameCommand) -> BetaFunctionToolResultType:
        """Give a file or a directory another path."""

    async def clear_all_memory(self) -> BetaFunctionToolResultType:
        """Forget everything. For your program; the model cannot ask for it."""
        raise TypeError(NO_CLEARING)

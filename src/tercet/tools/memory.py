"""The memory tool: a base for stores of your own, which says how memories are kept, and a store on disk.

The paths are the model's words: none leads out of the directory, and no link is followed. Files are for their owner alone,
and replaced whole.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tercet.platforms.base import run_in_thread
from tercet.tools.functions import BetaAsyncBuiltinFunctionTool, BetaBuiltinFunctionTool, ToolError
from tercet.tools.memory_texts import insert_text, replace_text, show_directory, show_lines
from tercet.wire.responses.memory_commands import (
    CreateCommand,
    DeleteCommand,
    InsertCommand,
    RenameCommand,
    StrReplaceCommand,
    ViewCommand,
    parse_memory_command,
)

if TYPE_CHECKING:
    from tercet.tools.functions import BetaFunctionToolResultType
    from tercet.wire.params.sources import CacheControlEphemeralParam
    from tercet.wire.params.tools import MemoryTool20250818Param
    from tercet.wire.responses.memory_commands import (
        AnyMemoryCommand,
        CreateCommand,
        DeleteCommand,
        InsertCommand,
        RenameCommand,
        StrReplaceCommand,
        ViewCommand,
    )


ROOT = "/memories"
DEEPEST = 2
LONGEST_NAME = 255
NO_CLEARING = "this memory tool does not say how to clear everything: define clear_all_memory()"


def _definition(cache_control: Any) -> Any:
    made = {"type": "memory_20250818", "name": "memory"}
    return made if cache_control is None else {**made, "cache_control": cache_control}


class BetaAbstractMemoryTool(BetaBuiltinFunctionTool):
    """A store of memories for the model. Each method returns what the model reads; raise ToolError to refuse."""

    alone = True
    """One command after the other: each may build upon what the one before has written."""

    def __init__(self, *, cache_control: CacheControlEphemeralParam | None = None) -> None:
        self._cache_control = cache_control

    def to_dict(self) -> MemoryTool20250818Param:
        """Return the entry in `tools`."""
        made: MemoryTool20250818Param = _definition(self._cache_control)
        return made

    def call(self, input: object) -> BetaFunctionToolResultType:
        """Carry out what the model asks. ValueError if it is no command."""
        return self.execute(parse_memory_command(input))

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

    alone = True

    def __init__(self, *, cache_control: CacheControlEphemeralParam | None = None) -> None:
        self._cache_control = cache_control

    def to_dict(self) -> MemoryTool20250818Param:
        """Return the entry in `tools`."""
        made: MemoryTool20250818Param = _definition(self._cache_control)
        return made

    async def call(self, input: object) -> BetaFunctionToolResultType:
        """Carry out what the model asks. ValueError if it is no command."""
        return await self.execute(parse_memory_command(input))

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


# --- on disk ----------------------------------------------------------------------------------------------------------


@contextmanager
def without_local_paths() -> Iterator[None]:
    """Tell the model what the system said, and never where: an OSError names the path on this machine."""
    try:
        yield
    except OSError as problem:
        said = os.strerror(problem.errno) if problem.errno else type(problem).__name__
        raise ToolError(f"The memory could not be read or written: {said}") from problem
    except UnicodeEncodeError as problem:
        raise ToolError("Paths and texts of memories must be Unicode text, without lone surrogates") from problem


class BetaLocalFilesystemMemoryTool(BetaAbstractMemoryTool):
    """Keeps memories in `base_path/memories`. One process at a time may write there."""

    def __init__(self, base_path: str | os.PathLike[str] = "./memory") -> None:
        super().__init__()
        self.base_path = Path(base_path)
        self.memory_root = self.base_path / "memories"
        self._make(self.memory_root)

    def execute(self, command: AnyMemoryCommand) -> BetaFunctionToolResultType:
        """Carry out a command. ToolError, without a local path, for whatever the file system does."""
        with without_local_paths():
            return super().execute(command)

    def _make(self, directory: Path) -> None:
        for each in reversed([directory, *directory.parents]):
            if not each.exists():
                each.mkdir(mode=0o700, exist_ok=True)

    def _place(self, path: str) -> Path:
        """Return where a path of the model's lies. Raises ToolError if that is not among the memories."""
        parts = path.removeprefix(ROOT).split("/") if path == ROOT or path.startswith(f"{ROOT}/") else None
        if parts is None:
            raise ToolError(f"Path must start with {ROOT}, got: {path}")
        place = self.memory_root
        for part in filter(None, parts):
            if part in (".", "..") or not part.isprintable() or "\\" in part or (os.name == "nt" and ":" in part):
                raise ToolError(f"Path {path} would escape {ROOT} directory")
            if len(part.encode()) > LONGEST_NAME:
                raise ToolError(f"A part of {path} is longer than {LONGEST_NAME} bytes")
            place = place / part
            if place.is_symlink():
                raise ToolError(f"Path {path} would escape {ROOT} directory via symlink")
        return place

    def _file(self, path: str) -> Path:
        place = self._place(path)
        if not place.exists():
            raise ToolError(f"The path {path} does not exist. Please provide a valid path.")
        if not place.is_file():
            raise ToolError(f"The path {path} is not a file.")
        return place

    def _text(self, path: str) -> str:
        try:
            return self._file(path).read_bytes().decode()
        except UnicodeDecodeError as error:
            raise ToolError(f"The file {path} is not UTF-8 text.") from error

    def _write(self, place: Path, text: str) -> None:
        """Put a whole file in the place of another: whoever reads sees the one or the other."""
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".")  # its mode is 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(place)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise

    def view(self, command: ViewCommand) -> str:
        """Show a directory, two levels deep, or a file's lines with their numbers."""
        place = self._place(command.path)
        if place.is_dir():
            return show_directory(command.path, [(place.stat().st_size, ""), *_entries(place)])
        return show_lines(command.path, self._text(command.path), command.view_range)

    def create(self, command: CreateCommand) -> str:
        """Write a new file. One that is there already stays."""
        place = self._place(command.path)
        if place.exists():
            raise ToolError(f"File {command.path} already exists")
        self._make_below(place.parent, command.path)
        self._write(place, command.file_text)
        return f"File created successfully at: {command.path}"

    def _make_below(self, directory: Path, path: str) -> None:
        if any(each.is_file() for each in (directory, *directory.parents)):
            raise ToolError(f"A part of {path} is a file, not a directory")
        self._make(directory)

    def str_replace(self, command: StrReplaceCommand) -> str:
        """Put one text in the place of another that stands there once."""
        text, said = replace_text(command.path, self._text(command.path), command.old_str, command.new_str)
        self._write(self._file(command.path), text)
        return said

    def insert(self, command: InsertCommand) -> str:
        """Put a text behind a line."""
        text = insert_text(self._text(command.path), command.insert_line, command.insert_text)
        self._write(self._file(command.path), text)
        return f"The file {command.path} has been edited."

    def delete(self, command: DeleteCommand) -> str:
        """Delete a file, or a directory with all in it."""
        place = self._movable(command.path, "delete")
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()
        return f"Successfully deleted {command.path}"

    def rename(self, command: RenameCommand) -> str:
        """Give a file or directory another path, which must be free."""
        old, new = self._movable(command.old_path, "rename"), self._place(command.new_path)
        if new.exists():
            raise ToolError(f"The destination {command.new_path} already exists")
        if new.is_relative_to(old):
            raise ToolError(f"Cannot move {command.old_path} into itself")
        self._make_below(new.parent, command.new_path)
        old.rename(new)
        return f"Successfully renamed {command.old_path} to {command.new_path}"

    def _movable(self, path: str, verb: str) -> Path:
        place = self._place(path)
        if place == self.memory_root:
            raise ToolError(f"Cannot {verb} the {ROOT} directory itself")
        if not place.exists():
            raise ToolError(f"The path {path} does not exist")
        return place

    def clear_all_memory(self) -> str:
        """Delete every memory."""
        shutil.rmtree(self.memory_root, ignore_errors=True)
        self._make(self.memory_root)
        return "All memory cleared"


def _entries(directory: Path, before: str = "", depth: int = 1) -> Iterator[tuple[int, str]]:
    """Return size and name of what a directory holds, and the directories in it. Hidden items and links are left out."""
    for item in sorted(directory.iterdir(), key=lambda each: each.name):
        found = item.lstat()
        if item.name.startswith(".") or not (stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)):
            continue
        is_directory = stat.S_ISDIR(found.st_mode)
        yield found.st_size, f"{before}{item.name}{'/' if is_directory else ''}"
        if is_directory and depth < DEEPEST:
            yield from _entries(item, f"{before}{item.name}/", depth + 1)


class BetaAsyncLocalFilesystemMemoryTool(BetaAsyncAbstractMemoryTool):
    """The async twin of `BetaLocalFilesystemMemoryTool`: files are read and written in a thread."""

    def __init__(self, base_path: str | os.PathLike[str] = "./memory") -> None:
        super().__init__()
        self._tool = BetaLocalFilesystemMemoryTool(base_path)
        self.base_path, self.memory_root = self._tool.base_path, self._tool.memory_root

    async def execute(self, command: AnyMemoryCommand) -> BetaFunctionToolResultType:
        """Carry out a command. ToolError, without a local path, for whatever the file system does."""
        with without_local_paths():
            return await super().execute(command)

    async def view(self, command: ViewCommand) -> str:
        """Show a directory, two levels deep, or a file's lines with their numbers."""
        return await run_in_thread(self._tool.view, command)

    async def create(self, command: CreateCommand) -> str:
        """Write a new file. One that is there already stays."""
        return await run_in_thread(self._tool.create, command)

    async def str_replace(self, command: StrReplaceCommand) -> str:
        """Put one text in the place of another that stands there once."""
        return await run_in_thread(self._tool.str_replace, command)

    async def insert(self, command: InsertCommand) -> str:
        """Put a text behind a line."""
        return await run_in_thread(self._tool.insert, command)

    async def delete(self, command: DeleteCommand) -> str:
        """Delete a file, or a directory with all in it."""
        return await run_in_thread(self._tool.delete, command)

    async def rename(self, command: RenameCommand) -> str:
        """Give a file or directory another path, which must be free."""
        return await run_in_thread(self._tool.rename, command)

    async def clear_all_memory(self) -> str:
        """Delete every memory."""
        return await run_in_thread(self._tool.clear_all_memory)

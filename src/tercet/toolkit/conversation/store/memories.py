"""An owner's memories in the store, as a backend of the API's memory tool: the model writes them, people read and delete them.

A file is a row; a directory is there as long as a file is in it. Each command is one transaction, so that two runs of one owner
lose nothing of each other.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tercet.flow.daemon_threads import run_in_daemon_thread
from tercet.toolkit.conversation.errors import ConversationError
from tercet.toolkit.conversation.store.database import ConversationFile
from tercet.tools.functions import ToolError
from tercet.tools.memory import (
    DEEPEST,
    LONGEST_NAME,
    ROOT,
    BetaAbstractMemoryTool,
    BetaAsyncAbstractMemoryTool,
)
from tercet.tools.memory_texts import insert_text, replace_text, show_directory, show_lines

if TYPE_CHECKING:
    from tercet.wire.responses.memory_commands import (
        AnyMemoryCommand,
        CreateCommand,
        DeleteCommand,
        InsertCommand,
        RenameCommand,
        StrReplaceCommand,
        ViewCommand,
    )

MOST_FILES = 1_000
MOST_BYTES = 4_000_000
"""Of one owner: what a model writes on and on fills no disk."""


class OwnerMemory(BetaAbstractMemoryTool):
    """The memories of one owner of a store, as a tool: `store.memory(owner="user-42")`."""

    def __init__(self, file: ConversationFile, owner: str) -> None:
        super().__init__()
        self._file, self._owner = file, owner

    def files(self) -> Mapping[str, str]:
        """Return every memory by its path."""
        with self._file.reading() as connection:
            return _Files(connection, self._owner).below(ROOT)

    def view(self, command: ViewCommand) -> str:
        """Show a directory, two levels deep, or a file's lines with their numbers."""
        path = checked_path(command.path)
        with _told(), self._file.reading() as connection:
            files = _Files(connection, self._owner)
            found = files.below(path)
            if path == ROOT or found:
                return show_directory(path, _entries(path, found))
            return show_lines(path, files.text(path), command.view_range)

    def create(self, command: CreateCommand) -> str:
        """Write a new file. One that is there already stays."""
        path = checked_path(command.path)
        with self._writing() as files:
            files.refuse_taken(path, f"File {path} already exists")
            files.put(path, command.file_text)
        return f"File created successfully at: {path}"

    def str_replace(self, command: StrReplaceCommand) -> str:
        """Put one text in the place of another that stands there once."""
        path = checked_path(command.path)
        with self._writing() as files:
            text, said = replace_text(path, files.text(path), command.old_str, command.new_str)
            files.put(path, text)
        return said

    def insert(self, command: InsertCommand) -> str:
        """Put a text behind a line."""
        path = checked_path(command.path)
        with self._writing() as files:
            files.put(path, insert_text(files.text(path), command.insert_line, command.insert_text))
        return f"The file {path} has been edited."

    def delete(self, command: DeleteCommand) -> str:
        """Delete a file, or a directory with all in it."""
        path = checked_path(command.path)
        with self._writing() as files:
            for each in files.movable(path, "delete"):
                files.remove(each)
        return f"Successfully deleted {path}"

    def rename(self, command: RenameCommand) -> str:
        """Give a file or directory another path, which must be free."""
        old, new = checked_path(command.old_path), checked_path(command.new_path)
        with self._writing() as files:
            moved = files.movable(old, "rename")
            files.refuse_taken(new, f"The destination {new} already exists")
            if new.startswith(f"{old}/"):
                raise ToolError(f"Cannot move {old} into itself")
            for each, text in moved.items():
                files.remove(each)
                files.put(new + each.removeprefix(old), text)
        return f"Successfully renamed {old} to {new}"

    def clear_all_memory(self) -> str:
        """Delete every memory of the owner. `store.delete(owner=…)` leaves no byte of them either."""
        with self._writing() as files:
            for each in files.below(ROOT):
                files.remove(each)
        return "All memory cleared"

    @contextmanager
    def _writing(self) -> Iterator[_Files]:
        with _told(), self._file.writing() as connection:
            yield _Files(connection, self._owner)


class AsyncOwnerMemory(BetaAsyncAbstractMemoryTool):
    """The async twin of `OwnerMemory`: the file is read and written in a thread."""

    def __init__(self, file: ConversationFile, owner: str) -> None:
        super().__init__()
        self._memory = OwnerMemory(file, owner)

    async def files(self) -> Mapping[str, str]:
        """Return every memory by its path."""
        return await run_in_daemon_thread(self._memory.files)

    async def _done(self, command: AnyMemoryCommand) -> Any:
        return await run_in_daemon_thread(lambda: self._memory.execute(command))

    async def view(self, command: ViewCommand) -> Any:
        """Show a directory, two levels deep, or a file's lines with their numbers."""
        return await self._done(command)

    async def create(self, command: CreateCommand) -> Any:
        """Write a new file. One that is there already stays."""
        return await self._done(command)

    async def str_replace(self, command: StrReplaceCommand) -> Any:
        """Put one text in the place of another that stands there once."""
        return await self._done(command)

    async def insert(self, command: InsertCommand) -> Any:
        """Put a text behind a line."""
        return await self._done(command)

    async def delete(self, command: DeleteCommand) -> Any:
        """Delete a file, or a directory with all in it."""
        return await self._done(command)

    async def rename(self, command: RenameCommand) -> Any:
        """Give a file or directory another path, which must be free."""
        return await self._done(command)

    async def clear_all_memory(self) -> str:
        """Delete every memory of the owner."""
        return await run_in_daemon_thread(self._memory.clear_all_memory)


class _Files:
    """The rows of one owner's memories, within a transaction."""

    def __init__(self, connection: sqlite3.Connection, owner: str) -> None:
        self._connection, self._owner = connection, owner

    def below(self, path: str) -> dict[str, str]:
        """Return the files in a directory, and in those within it."""
        rows = self._connection.execute(
            "select path, words from memories where owner = ? order by path", (self._owner,)
        )
        return {each: words for each, words in rows if each.startswith(f"{path}/")}

    def find(self, path: str) -> str | None:
        """Return the text of a file; None if there is none."""
        found = self._connection.execute(
            "select words from memories where owner = ? and path = ?", (self._owner, path)
        ).fetchone()
        return None if found is None else str(found[0])

    def text(self, path: str) -> str:
        """Return the text of a file. Raises ToolError if there is none."""
        text = self.find(path)
        if text is None:
            raise ToolError(f"The path {path} does not exist. Please provide a valid path.")
        return text

    def refuse_taken(self, path: str, said: str) -> None:
        """Raise ToolError if there is something at this path already, or a file on the way to it."""
        if path == ROOT or self.find(path) is not None or self.below(path):
            raise ToolError(said)
        parts = path.split("/")
        if any(self.find("/".join(parts[:end])) is not None for end in range(3, len(parts))):
            raise ToolError(f"A part of {path} is a file, not a directory")

    def movable(self, path: str, verb: str) -> dict[str, str]:
        """Return what stands at this path, a file or all in a directory. Raises ToolError if it cannot be moved."""
        if path == ROOT:
            raise ToolError(f"Cannot {verb} the {ROOT} directory itself")
        text = self.find(path)
        found = self.below(path) if text is None else {path: text}
        if not found:
            raise ToolError(f"The path {path} does not exist")
        return found

    def put(self, path: str, text: str) -> None:
        """Write a whole file. Raises ToolError beyond what an owner may keep."""
        self.remove(path)
        count, size = self._connection.execute(
            "select count(*), coalesce(sum(length(cast(words as blob))), 0) from memories where owner = ?",
            (self._owner,),
        ).fetchone()
        if count >= MOST_FILES or size + len(text.encode()) > MOST_BYTES:
            raise ToolError(
                f"The memory is full: it holds at most {MOST_FILES:,} files and {MOST_BYTES:,} bytes. Delete what is no "
                "longer needed."
            )
        self._connection.execute(
            "insert into memories(owner, path, words, at) values (?, ?, ?, ?)",
            (self._owner, path, text, time.time_ns() // 1_000_000),
        )

    def remove(self, path: str) -> None:
        """Delete a file, if it is there."""
        self._connection.execute("delete from memories where owner = ? and path = ?", (self._owner, path))


def checked_path(path: str) -> str:
    """Return a path of the model's in its plain form. Raises ToolError for one that is not among the memories."""
    if path != ROOT and not path.startswith(f"{ROOT}/"):
        raise ToolError(f"Path must start with {ROOT}, got: {path}")
    parts = [part for part in path.removeprefix(ROOT).split("/") if part]
    for part in parts:
        if part in (".", "..") or not part.isprintable() or "\\" in part:
            raise ToolError(f"Path {path} would escape {ROOT} directory")
        if len(part.encode()) > LONGEST_NAME:
            raise ToolError(f"A part of {path} is longer than {LONGEST_NAME} bytes")
    return "/".join([ROOT, *parts])


def _entries(directory: str, files: Mapping[str, str]) -> list[tuple[int, str]]:
    """Return size and name of a directory, of what is in it and in the directories there."""
    sizes: dict[str, int] = {"": 0}
    for path, text in files.items():
        size, parts = len(text.encode()), path.removeprefix(f"{directory}/").split("/")
        sizes[""] += size
        for depth in range(1, min(DEEPEST, len(parts)) + 1):
            name = "/".join(parts[:depth]) + ("/" if depth < len(parts) else "")
            sizes[name] = sizes.get(name, 0) + size
    return [(size, name) for name, size in sizes.items()]


@contextmanager
def _told() -> Iterator[None]:
    """Tell the model that it did not work, and never where: the error names a path on this machine."""
    try:
        yield
    except ConversationError as problem:
        raise ToolError("The memory could not be read or written") from problem
    except UnicodeEncodeError as problem:
        raise ToolError("Paths and texts of memories must be Unicode text, without lone surrogates") from problem

"""The memory tool's commands, as values. Knows no store: where memories are kept is the tool's matter."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec


class MemoryCommand(msgspec.Struct, frozen=True, tag_field="command", forbid_unknown_fields=True):
    """A command of any kind."""

    @property
    def command(self) -> str:
        """Return the command's name, such as `view`."""
        return str(self.__struct_config__.tag)


class ViewCommand(MemoryCommand, frozen=True, tag="view"):
    """Show a directory or a file."""

    path: str
    view_range: list[int] | None = None
    """The first line and the last, from 1; the whole file unless given."""


class CreateCommand(MemoryCommand, frozen=True, tag="create"):
    """Write a file anew."""

    path: str
    file_text: str


class StrReplaceCommand(MemoryCommand, frozen=True, tag="str_replace"):
    """Put one text in the place of another."""

    path: str
    old_str: str
    new_str: str


class InsertCommand(MemoryCommand, frozen=True, tag="insert"):
    """Put a text behind a line; line 0 is the beginning."""

    path: str
    insert_line: int
    insert_text: str


class DeleteCommand(MemoryCommand, frozen=True, tag="delete"):
    """Delete a file or a directory."""

    path: str


class RenameCommand(MemoryCommand, frozen=True, tag="rename"):
    """Give a file or a directory another path."""

    old_path: str
    new_path: str


AnyMemoryCommand: TypeAlias = (
    ViewCommand | CreateCommand | StrReplaceCommand | InsertCommand | DeleteCommand | RenameCommand
)


def parse_memory_command(value: Any) -> AnyMemoryCommand:
    """Return the command in a tool's input. ValueError for what is none, or has a field too few, too many, or of a
    wrong type."""
    command: AnyMemoryCommand = msgspec.convert(value, AnyMemoryCommand)
    return command

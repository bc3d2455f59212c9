"""The memory tool: the model's input becomes a command, and the command reaches the method of its name."""

from __future__ import annotations

from typing import Any

import pytest

from tercet.lib.tools import BetaAbstractMemoryTool, BetaAsyncAbstractMemoryTool
from tercet.types.beta import BetaMemoryTool20250818ViewCommand
from tercet.wire.responses.memory_commands import CreateCommand, ViewCommand, parse_memory_command

COMMANDS: list[dict[str, Any]] = [
    {"command": "view", "path": "/memories", "view_range": [1, 2]},
    {"command": "create", "path": "/memories/a", "file_text": "x"},
    {"command": "str_replace", "path": "/memories/a", "old_str": "x", "new_str": "y"},
    {"command": "insert", "path": "/memories/a", "insert_line": 0, "insert_text": "z"},
    {"command": "delete", "path": "/memories/a"},
    {"command": "rename", "old_path": "/memories/a", "new_path": "/memories/b"},
]
NAMES = [command["command"] for command in COMMANDS]


def told(self: Any, command: Any) -> str:
    return f"{command.command}: {command}"


async def told_later(self: Any, command: Any) -> str:
    return f"{command.command}: {command}"


Memory: Any = type("Memory", (BetaAbstractMemoryTool,), dict.fromkeys(NAMES, told))
AsyncMemory: Any = type("AsyncMemory", (BetaAsyncAbstractMemoryTool,), dict.fromkeys(NAMES, told_later))


@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
def test_each_command_reaches_its_method(command: dict[str, Any]) -> None:
    assert Memory().call(command) == f"{command['command']}: {parse_memory_command(command)}"


@pytest.mark.anyio
@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
async def test_each_command_reaches_its_async_method(command: dict[str, Any]) -> None:
    assert await AsyncMemory().call(command) == f"{command['command']}: {parse_memory_command(command)}"


def test_a_command_is_a_value_with_typed_fields() -> None:
    assert parse_memory_command(COMMANDS[0]) == ViewCommand("/memories", [1, 2])
    assert parse_memory_command(COMMANDS[1]) == CreateCommand(path="/memories/a", file_text="x")
    assert BetaMemoryTool20250818ViewCommand is ViewCommand


@pytest.mark.parametrize(
    "wrong",
    [
        {"command": "clear_all_memory"},
        {"command": "execute", "path": "/"},
        {"path": "/memories"},
        {"command": "view"},
        {"command": "view", "path": 5},
        {"command": "view", "path": "/memories", "mode": "all"},
        {"command": "insert", "path": "/memories/a", "insert_line": "0", "insert_text": "z"},
        "view",
        None,
    ],
)
def test_what_is_no_command_reaches_no_method(wrong: Any) -> None:
    with pytest.raises(ValueError):
        Memory().call(wrong)


def test_it_describes_itself() -> None:
    assert Memory().to_dict() == {"type": "memory_20250818", "name": "memory"}
    assert Memory(cache_control={"type": "ephemeral"}).to_dict()["cache_control"] == {"type": "ephemeral"}
    assert AsyncMemory().name == "memory"


@pytest.mark.anyio
async def test_clearing_needs_a_method_of_its_own() -> None:
    with pytest.raises(TypeError, match="define clear_all_memory"):
        Memory().clear_all_memory()
    with pytest.raises(TypeError, match="define clear_all_memory"):
        await AsyncMemory().clear_all_memory()


def test_a_store_must_say_how_each_command_is_carried_out() -> None:
    with pytest.raises(TypeError, match="abstract"):
        BetaAbstractMemoryTool()  # type: ignore[abstract]

"""Memories on disk: kept, changed and listed; no path of the model's leads out of the directory, and no link is followed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tercet.lib.tools import ToolError
from tercet.tools.memory import BetaAsyncLocalFilesystemMemoryTool, BetaLocalFilesystemMemoryTool


@pytest.fixture
def tool(tmp_path: Path) -> BetaLocalFilesystemMemoryTool:
    return BetaLocalFilesystemMemoryTool(tmp_path / "mine")


def create(tool: BetaLocalFilesystemMemoryTool, path: str, text: str = "secret\n") -> Any:
    return tool.call({"command": "create", "path": path, "file_text": text})


def test_memories_outlive_the_tool(tool: BetaLocalFilesystemMemoryTool) -> None:
    create(tool, "/memories/people/alice.md", "Likes tea.")
    again = BetaLocalFilesystemMemoryTool(tool.base_path)

    assert "Likes tea." in str(again.call({"command": "view", "path": "/memories/people/alice.md"}))


def test_a_directory_shows_two_levels_and_no_hidden_items(tool: BetaLocalFilesystemMemoryTool) -> None:
    for path in ("/memories/b.md", "/memories/a/one/two/three.md", "/memories/.hidden"):
        create(tool, path, "x" * 1536)
    lines = str(tool.call({"command": "view", "path": "/memories"})).splitlines()

    assert [line.partition("\t")[2] for line in lines[1:]] == [
        "/memories",
        "/memories/a/",
        "/memories/a/one/",
        "/memories/b.md",
    ]
    assert lines[-1] == "1.5K\t/memories/b.md"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "memories/a",
        "/memoriesx/a",
        "/memories/../outside",
        "/memories/a/../../outside",
        "/memories/./a",
        "/memories/a\x00b",
        "/memories/a\nb",
        "/memories/..\\outside",
        "/memories/" + "x" * 300,
    ],
)
@pytest.mark.parametrize("command", ["create", "view", "delete", "rename"])
def test_no_path_leads_out(tool: BetaLocalFilesystemMemoryTool, path: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "mine" / "outside").write_text("mine")
    rest = {"create": {"path": path, "file_text": "x"}, "rename": {"old_path": path, "new_path": "/memories/b"}}

    with pytest.raises(ToolError):
        tool.call({"command": command, **rest.get(command, {"path": path})})
    assert (tmp_path / "mine" / "outside").read_text() == "mine"


@pytest.mark.parametrize("to_directory", [True, False])
def test_no_link_is_followed(tool: BetaLocalFilesystemMemoryTool, tmp_path: Path, to_directory: bool) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text("mine")
    (tool.memory_root / "link").symlink_to(outside if to_directory else outside / "a")
    path = "/memories/link/a" if to_directory else "/memories/link"

    for command in (
        {"command": "view", "path": path},
        {"command": "str_replace", "path": path, "old_str": "mine", "new_str": "theirs"},
        {"command": "insert", "path": path, "insert_line": 0, "insert_text": "x"},
        {"command": "delete", "path": path},
        {"command": "create", "path": path + "/new", "file_text": "x"},
        {"command": "rename", "old_path": path, "new_path": "/memories/taken"},
    ):
        with pytest.raises(ToolError, match="via symlink"):
            tool.call(command)
    assert "link" not in str(tool.call({"command": "view", "path": "/memories"}))
    assert [each.name for each in outside.iterdir()] == ["a"]
    assert (outside / "a").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_memories_are_for_their_owner_alone(tool: BetaLocalFilesystemMemoryTool) -> None:
    create(tool, "/memories/a/b.md")
    tool.call({"command": "str_replace", "path": "/memories/a/b.md", "old_str": "secret", "new_str": "other"})

    assert (tool.memory_root / "a" / "b.md").stat().st_mode & 0o077 == 0
    assert (tool.memory_root / "a").stat().st_mode & 0o077 == 0


def test_a_failed_write_leaves_the_old_memory_and_nothing_beside_it(
    tool: BetaLocalFilesystemMemoryTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(tool, "/memories/a.md")

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        tool.call({"command": "insert", "path": "/memories/a.md", "insert_line": 0, "insert_text": "x"})

    assert [each.name for each in tool.memory_root.iterdir()] == ["a.md"]
    assert (tool.memory_root / "a.md").read_text() == "secret\n"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ({"command": "create", "path": "/memories/a.md/b.md", "file_text": "x"}, "is a file, not a directory"),
        ({"command": "rename", "old_path": "/memories/d", "new_path": "/memories/d/inner"}, "into itself"),
        ({"command": "view", "path": "/memories/binary"}, "not UTF-8"),
        ({"command": "view", "path": "/memories/d/c.md/x"}, "does not exist"),
    ],
)
def test_what_cannot_be_is_said(tool: BetaLocalFilesystemMemoryTool, command: Any, says: str) -> None:
    create(tool, "/memories/a.md")
    create(tool, "/memories/d/c.md")
    (tool.memory_root / "binary").write_bytes(b"\xff\xfe")

    with pytest.raises(ToolError, match=says):
        tool.call(command)


def test_everything_can_be_forgotten(tool: BetaLocalFilesystemMemoryTool) -> None:
    create(tool, "/memories/a/b.md")

    assert tool.clear_all_memory() == "All memory cleared"
    assert list(tool.memory_root.iterdir()) == []


@pytest.mark.anyio
async def test_the_async_tool_does_the_same(tmp_path: Path) -> None:
    tool = BetaAsyncLocalFilesystemMemoryTool(tmp_path)
    path = "/memories/a.md"
    said = [
        await tool.call(command)
        for command in (
            {"command": "create", "path": path, "file_text": "one\n"},
            {"command": "str_replace", "path": path, "old_str": "one", "new_str": "two"},
            {"command": "insert", "path": path, "insert_line": 1, "insert_text": "three"},
            {"command": "view", "path": path},
            {"command": "rename", "old_path": path, "new_path": "/memories/b.md"},
            {"command": "delete", "path": "/memories/b.md"},
        )
    ]

    assert "     1\ttwo\n     2\tthree" in str(said[3])
    assert await tool.clear_all_memory() == "All memory cleared"

"""Memories on disk: kept, changed and listed; no path of the model's leads out of the directory, and no link is followed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.lib.tools import ToolError
from tercet.tools.memory import BetaAsyncLocalFilesystemMemoryTool, BetaLocalFilesystemMemoryTool
from tercet.tools.results import failure_result, success_result
from tercet.types import ToolUseBlock


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
        raise OSError(errno.ENOSPC, "no space left", str(tool.memory_root))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ToolError, match=r"read or written: No space left on device$"):
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


parts = st.one_of(
    st.text(max_size=8),
    st.integers(1, 400).map(lambda length: "x" * length),
    st.sampled_from([".", "..", "\ud800", "\x00", "\\", "é" * 130, "a.md"]),
)
paths = st.one_of(
    st.lists(parts, max_size=4).map("/".join),
    st.lists(st.integers(1, 255), min_size=10, max_size=60).map(lambda sizes: "/".join("y" * size for size in sizes)),
).map("/memories/".__add__)
ERRNOS = [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EIO, errno.ENAMETOOLONG, errno.EDQUOT, 0, None]


@given(paths, paths, st.sampled_from(["view", "create", "str_replace", "insert", "delete", "rename"]))
@settings(deadline=None, max_examples=150)
def test_no_result_tells_the_local_folder_whatever_path_is_asked(
    tmp_path_factory: pytest.TempPathFactory, path: str, other: str, command: str
) -> None:
    base = tmp_path_factory.getbasetemp() / "local-folder"
    rest: dict[str, Any] = {
        "create": {"path": path, "file_text": other},
        "str_replace": {"path": path, "old_str": "x", "new_str": other},
        "insert": {"path": path, "insert_line": 0, "insert_text": other},
        "rename": {"old_path": path, "new_path": other},
    }
    asked = call({"command": command, **rest.get(command, {"path": path})})

    assert "local-folder" not in str(called(BetaLocalFilesystemMemoryTool(base), asked)["content"])


@pytest.mark.anyio
@pytest.mark.parametrize("number", ERRNOS)
@pytest.mark.parametrize("where", ["os.mkdir", "os.fsync", "tempfile.mkstemp", "os.replace"])
async def test_no_result_tells_the_local_folder_whatever_the_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int | None, where: str
) -> None:
    tool = BetaLocalFilesystemMemoryTool(tmp_path / "local-folder")
    later = BetaAsyncLocalFilesystemMemoryTool(tmp_path / "local-folder")
    create(tool, "/memories/a.md")
    problem = (
        OSError(f"failed at {tmp_path}")
        if number is None
        else OSError(number, "failed", str(tmp_path / "local-folder"))
    )

    def fails(*_: Any, **__: Any) -> Any:
        raise problem

    told = []
    with monkeypatch.context() as patched:
        patched.setattr(where, fails)
        for asked in (
            {"command": "view", "path": "/memories"},
            {"command": "view", "path": "/memories/a.md"},
            {"command": "create", "path": "/memories/d/b.md", "file_text": "x"},
            {"command": "insert", "path": "/memories/a.md", "insert_line": 0, "insert_text": "x"},
            {"command": "delete", "path": "/memories/a.md"},
        ):
            told.append(called(tool, call(asked)))
            try:
                told.append({"content": await later.call(asked)})
            except ToolError as refusal:
                told.append({"content": str(refusal)})

    assert any("The memory could not be read or written" in str(each["content"]) for each in told)
    assert str(tmp_path) not in str(told)


def call(asked: dict[str, Any]) -> Any:
    return ToolUseBlock({"type": "tool_use", "id": "toolu_1", "name": "memory", "input": asked})


def called(tool: BetaLocalFilesystemMemoryTool, asked: Any) -> Any:
    """What the model reads. Not logged here: the test's report cannot hold lone surrogates."""
    try:
        return success_result(asked, tool.call(asked.input))
    except Exception as problem:
        return failure_result(asked, problem)

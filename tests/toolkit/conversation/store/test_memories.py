"""An owner's memories in the store, as the API's memory tool sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tercet
from tercet.toolkit.conversation.store import memories
from tercet.tools.functions import ToolError
from tercet.tools.memory import BetaLocalFilesystemMemoryTool


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tercet.Conversations]:
    with tercet.Conversations(tmp_path / "chats.db") as store:
        yield store


def create(path: str, text: str = "x\n") -> dict[str, Any]:
    return {"command": "create", "path": path, "file_text": text}


def view(path: str = "/memories") -> dict[str, Any]:
    return {"command": "view", "path": path}


def test_what_one_run_remembers_another_reads_and_nobody_else(store: tercet.Conversations) -> None:
    store.memory(owner="u1").call(create("/memories/notes.md", "likes tea\nand toast\n"))
    again = tercet.Conversations(store.path)
    assert "     2\tand toast" in str(again.memory(owner="u1").call(view("/memories/notes.md")))
    assert again.memory(owner="u1").files() == {"/memories/notes.md": "likes tea\nand toast\n"}
    assert store.memory(owner="u2").files() == store.memory().files() == {}
    with pytest.raises(ToolError, match="does not exist"):
        store.memory(owner="u2").call(view("/memories/notes.md"))


def test_a_directory_is_shown_two_levels_deep(store: tercet.Conversations) -> None:
    memory = store.memory()
    for path in ("/memories/a.md", "/memories/d/b.md", "/memories/d/e/f/c.md"):
        memory.call(create(path))
    assert str(memory.call(view())).splitlines()[1:] == [
        "6B\t/memories",
        "2B\t/memories/a.md",
        "4B\t/memories/d/",
        "2B\t/memories/d/b.md",
        "2B\t/memories/d/e/",
    ]


def test_deleting_an_owner_leaves_no_byte_of_their_memories(store: tercet.Conversations) -> None:
    for owner in ("u1", "u2"):
        store.memory(owner=owner).call(create("/memories/notes.md", f"canary-of-{owner} " * 50))
    store.delete(owner="u1")
    found = b"".join(path.read_bytes() for path in Path(store.path).parent.iterdir())
    assert b"canary-of-u1" not in found
    assert b"canary-of-u2" in found
    assert store.memory(owner="u2").clear_all_memory() == "All memory cleared"
    assert store.memory(owner="u2").files() == {}


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/memories/../x", "/memories/a\0b", "/memories/" + "x" * 256, "/memoriesx", "/memories/a\\b"],
)
def test_paths_that_lead_elsewhere_are_refused(store: tercet.Conversations, path: str) -> None:
    with pytest.raises(ToolError):
        store.memory().call(create(path))


def test_what_a_model_writes_on_and_on_is_refused(store: tercet.Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memories, "MOST_FILES", 3)
    monkeypatch.setattr(memories, "MOST_BYTES", 100)
    memory = store.memory()
    memory.call(create("/memories/0", "ä" * 45))
    with pytest.raises(ToolError, match="The memory is full"):
        memory.call(create("/memories/1", "ä" * 6))
    memory.call(create("/memories/1"))
    memory.call(create("/memories/2"))
    with pytest.raises(ToolError, match="at most 3 files"):
        memory.call(create("/memories/3", ""))
    memory.call({"command": "rename", "old_path": "/memories/2", "new_path": "/memories/3"})
    assert set(memory.files()) == {"/memories/0", "/memories/1", "/memories/3"}


def test_the_model_is_not_told_where_the_file_lies(store: tercet.Conversations) -> None:
    memory = store.memory()
    store.close()
    for command in (view(), create("/memories/a")):
        with pytest.raises(ToolError, match=r"^The memory could not be read or written$"):
            memory.call(command)


def test_the_async_twin_does_the_same(store: tercet.Conversations) -> None:
    async def main() -> Any:
        memory = store.amemory(owner="u1")
        await memory.call(create("/memories/a"))
        await memory.call({"command": "insert", "path": "/memories/a", "insert_line": 1, "insert_text": "y"})
        await memory.call({"command": "str_replace", "path": "/memories/a", "old_str": "y", "new_str": "z"})
        await memory.call(create("/memories/b"))
        await memory.call({"command": "delete", "path": "/memories/b"})
        await memory.call({"command": "rename", "old_path": "/memories/a", "new_path": "/memories/c"})
        shown = await memory.call(view("/memories/c"))
        files = await memory.files()
        assert await memory.clear_all_memory() == "All memory cleared"
        return shown, files

    shown, files = asyncio.run(main())
    assert files == {"/memories/c": "x\nz\n"}
    assert "\tz" in shown
    assert store.memory(owner="u1").files() == {}


PATHS = st.sampled_from(["/memories", "/memories/a", "/memories/b", "/memories/d", "/memories/d/a", "/memories/d/e/a"])
TEXTS = st.sampled_from(["", "x", "x\ny\n", "x x"])
COMMANDS = st.one_of(
    st.builds(create, PATHS, TEXTS),
    st.builds(lambda path, old, new: {"command": "str_replace", "path": path, "old_str": old, "new_str": new}, PATHS, TEXTS, TEXTS),
    st.builds(lambda path, line, text: {"command": "insert", "path": path, "insert_line": line, "insert_text": text}, PATHS, st.integers(-1, 3), TEXTS),
    st.builds(lambda path: {"command": "delete", "path": path}, PATHS),
    st.builds(lambda old, new: {"command": "rename", "old_path": old, "new_path": new}, PATHS, PATHS),
)  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(commands=st.lists(COMMANDS, max_size=12))
def test_it_is_a_directory_of_files_as_the_one_on_disk_is(
    commands: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("memory")
    with tercet.Conversations(folder / "chats.db") as store:
        ours, disk = store.memory(), BetaLocalFilesystemMemoryTool(folder)
        for command in commands:
            told = []
            for memory in (ours, disk):
                try:
                    told.append(memory.call(command))
                except ToolError:
                    told.append(None)
            there = {
                str(path).removeprefix(str(folder)): path.read_text()
                for path in disk.memory_root.rglob("*")
                if path.is_file()
            }
            if told[0] != told[1]:  # empty directories stay on disk
                assert None in told
                return
            assert ours.files() == there

"""The memory tool on disk tells the model the same words as the official SDK's, whatever it is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests import official

LINES = "".join(f"line {number}\n" for number in range(1, 13))
COMMANDS: list[dict[str, Any]] = [
    {"command": "create", "path": "/memories/notes.txt", "file_text": LINES},
    {"command": "create", "path": "/memories/notes.txt", "file_text": "again"},
    {"command": "create", "path": "/memories/deep/er/plan.md", "file_text": "# Plan"},
    {"command": "create", "path": "/memories/empty", "file_text": ""},
    {"command": "create", "path": "/memories/.hidden", "file_text": "x"},
    {"command": "create", "path": "/elsewhere/a", "file_text": "x"},
    {"command": "view", "path": "/memories/notes.txt"},
    {"command": "view", "path": "/memories/notes.txt", "view_range": [2, 4]},
    {"command": "view", "path": "/memories/notes.txt", "view_range": [11, -1]},
    {"command": "view", "path": "/memories/notes.txt", "view_range": [-3, 2]},
    {"command": "view", "path": "/memories/empty"},
    {"command": "view", "path": "/memories/missing"},
    {"command": "str_replace", "path": "/memories/notes.txt", "old_str": "line 5\n", "new_str": "LINE 5\nand more\n"},
    {"command": "str_replace", "path": "/memories/notes.txt", "old_str": "line 1\n", "new_str": ""},
    {"command": "str_replace", "path": "/memories/notes.txt", "old_str": "nothing", "new_str": "x"},
    {"command": "str_replace", "path": "/memories/notes.txt", "old_str": "line", "new_str": "x"},
    {"command": "str_replace", "path": "/memories/missing", "old_str": "a", "new_str": "b"},
    {"command": "str_replace", "path": "/memories/deep", "old_str": "a", "new_str": "b"},
    {"command": "insert", "path": "/memories/notes.txt", "insert_line": 0, "insert_text": "first\n"},
    {"command": "insert", "path": "/memories/notes.txt", "insert_line": 3, "insert_text": "two\nlines"},
    {"command": "insert", "path": "/memories/notes.txt", "insert_line": 99, "insert_text": "x"},
    {"command": "insert", "path": "/memories/notes.txt", "insert_line": -1, "insert_text": "x"},
    {"command": "insert", "path": "/memories/empty", "insert_line": 0, "insert_text": "only"},
    {"command": "insert", "path": "/memories/missing", "insert_line": 0, "insert_text": "x"},
    {"command": "view", "path": "/memories/notes.txt"},
    {"command": "view", "path": "/memories/empty"},
    {"command": "rename", "old_path": "/memories/notes.txt", "new_path": "/memories/old/notes.txt"},
    {"command": "rename", "old_path": "/memories/old/notes.txt", "new_path": "/memories/empty"},
    {"command": "rename", "old_path": "/memories/missing", "new_path": "/memories/other"},
    {"command": "rename", "old_path": "/memories", "new_path": "/memories/other"},
    {"command": "view", "path": "/memories/old/notes.txt", "view_range": [1, 1]},
    {"command": "delete", "path": "/memories/deep"},
    {"command": "delete", "path": "/memories/deep"},
    {"command": "delete", "path": "/memories"},
    {"command": "view", "path": "/memories/deep"},
]


def told(python: str | Path, module: str) -> list[str]:
    program = Path(__file__).with_name("memories.py")
    command = [str(python), "-W", "ignore", str(program), module]
    done = subprocess.run(command, input=json.dumps(COMMANDS), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_the_same_commands_are_answered_in_the_same_words() -> None:
    if problem := official.ready():
        pytest.skip(f"the official SDK {official.VERSION} cannot be installed here: {problem}")
    theirs, ours = told(official.PYTHON, "anthropic"), told(sys.executable, "tercet")

    assert list(zip(COMMANDS, ours)) == list(zip(COMMANDS, theirs))

"""`tercet count`: tokens and price of each file; one that cannot be sent does not hide the others."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.terminal import Terminal, piped


def test_each_file_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello there")
    (tmp_path / "long.txt").write_text("Hello there, all of you. " * 100)

    done = piped(tmp_path, "count", "a.txt", "long.txt", "-", "--json", "--local", stdin=b"Hello")

    assert (done.returncode, done.stderr) == (0, "")
    tokens = [row["tokens"] for row in json.loads(done.stdout)]
    assert 0 < tokens[2] < tokens[1]
    assert tokens[0] < tokens[1]


def test_a_file_that_is_missing_is_told_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello there")

    done = piped(tmp_path, "count", "a.txt", "nothing.txt", "--local")
    assert done.returncode == 5
    assert "a.txt" in done.stdout
    assert "nothing.txt" in done.stderr
    assert done.stderr.count("\n") == 1
    assert piped(tmp_path, "count", "nothing.txt", "--local").returncode == 2
    assert piped(tmp_path, "count", "a.txt").returncode == 2


def test_in_a_terminal_it_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello there")
    terminal = Terminal(tmp_path, "count", "a.txt", "--local", columns=40)

    assert terminal.ended() == 0
    assert "a.txt" in terminal.shown

"""A verb that was added is listed, explains itself, and runs."""

from __future__ import annotations

import subprocess
import sys


def tercet(*arguments: str) -> str:
    program = [sys.executable, "-c", "from tercet.cli import main; main()", *arguments]
    return subprocess.run(program, capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_verb_is_listed_explained_and_run() -> None:
    assert "retirements" in tercet("--help")
    assert "List the models that end soon" in tercet("retirements", "--help")

    lines = tercet("retirements", "--first", "2").splitlines()

    assert len(lines) == 2
    assert lines == sorted(lines)
    assert lines[0].split()[1].startswith("claude-")

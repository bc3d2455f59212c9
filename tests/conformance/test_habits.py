"""What programs do with clients and answers comes to the same with both libraries, but for what the table lists."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests import official
from tests.conformance.documented import undocumented, unfounded

from tercet.server.run import LocalServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def told(python: str | Path, module: str, base_url: str) -> dict[str, Any]:
    program = Path(__file__).with_name("habits.py")
    command = [str(python), "-W", "ignore", str(program), module, base_url]
    environment = {**os.environ, "NO_PROXY": "*"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@cache
def both() -> tuple[dict[str, Any], dict[str, Any]]:
    if problem := official.ready():
        pytest.skip(f"the official SDK {official.VERSION} cannot be installed here: {problem}")
    with LocalServer() as server:
        return told(official.PYTHON, "anthropic", server.base_url), told(sys.executable, "tercet", server.base_url)


@cache
def differing() -> list[str]:
    theirs, ours = both()
    return [f"{name}: {theirs[name]} | {ours[name]}" for name in theirs if theirs[name] != ours[name]]


def names() -> list[str]:
    return [each.partition(": ")[0] for each in differing()]


def test_every_habit_is_kept_but_for_those_that_the_table_lists() -> None:
    unlisted = undocumented(names(), "Habits")

    assert [each for each in differing() if each.partition(": ")[0] in unlisted] == []


def test_every_row_of_the_table_differs_still() -> None:
    assert unfounded(names(), "Habits") == []

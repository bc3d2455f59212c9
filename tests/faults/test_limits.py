"""The suite itself: a check that hangs is wrong by name, and the rest is played; ignored signals stop nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.limits import limited

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="alarms as Unix has them")


def sound_then_hanging() -> Iterator[tuple[str, list[str]]]:
    yield "a sound part", []
    threading.Event().wait()
    yield "never", []


def sound_then_broken() -> Iterator[tuple[str, list[str]]]:
    yield "a sound part", []
    raise LookupError("of the check")


@pytest.mark.timeout(0)  # the limit under test is the same alarm
def test_a_check_that_hangs_is_wrong_and_named_by_what_came_before() -> None:
    found = list(limited("check", sound_then_hanging(), 0.2))

    assert found == [("a sound part", []), ("check, after a sound part", ["hangs: no end after 0.2 s"])]


@pytest.mark.timeout(0)
def test_a_check_that_breaks_is_wrong_and_ends_nothing_else() -> None:
    found = list(limited("check", sound_then_broken(), 20))

    assert found[1] == ("check, after a sound part", ["the check itself broke: LookupError: of the check"])


def program(text: str, *before: str) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-W", "ignore", "-c", text]
    return subprocess.run(command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, timeout=60)


def test_what_cannot_be_interrupted_is_named_and_its_program_ended() -> None:
    ended = program(
        "import threading\n"
        "from tests.faults.limits import tell\n"
        "def stubborn():\n"
        "    while True:\n"
        "        try: threading.Event().wait()\n"
        "        except BaseException: pass\n"
        "    yield\n"
        "tell('stubborn', stubborn(), 0.1)\n"
    )

    assert json.loads(ended.stdout)["problems"] == ["hangs: no end after 0.1 s"]
    assert ended.returncode == 4


def test_signals_are_played_where_a_script_has_begun_the_suite_in_its_background() -> None:
    ended = program(
        "from tests.faults import bodies, limits, worlds\n"
        "from tests.faults.server import FaultServer\n"
        "limits.listen_to_signals()\n"
        "found = worlds.interrupts(FaultServer(batch=bodies.batch), ['before the headers'])\n"
        "limits.tell('interrupts', (each for each, _ in zip(found, range(2))))\n",
        *("sh", "-c", "trap '' INT; exec \"$@\"", "sh"),
    )
    told = [json.loads(line) for line in ended.stdout.splitlines()]

    assert [each["problems"] for each in told] == [[], []], ended.stderr[-500:]

"""Type checkers read users' programs as users expect: right ones pass, and each mistake is found where it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PROGRAMS = (
    HERE / "programs.py",
    HERE / "raw_programs.py",
    HERE / "conversation_programs.py",
    HERE / "agent_programs.py",
)
MISTAKES = HERE / "mistakes.py"
Found = dict[Path, dict[int, str]]
"""Program -> line -> message."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def marked(path: Path) -> set[int]:
    """The lines that say that they hold a mistake."""
    return {number for number, line in enumerate(path.read_text().splitlines(), 1) if "# MISTAKE" in line}


def checked(*command: str) -> str:
    """What a type checker prints of all files together: most of its time goes into what they share."""
    files = [str(path) for path in (*PROGRAMS, MISTAKES)]
    done = subprocess.run(
        [sys.executable, "-m", *command, *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture(scope="module")
def mypy(cache: Path) -> Found:
    """What mypy in its strict mode sees."""
    found: Found = defaultdict(dict)
    text = checked("mypy", "--strict", "--cache-dir", str(cache), "--no-pretty")
    for path, line, message in re.findall(r"^(\S+):(\d+): error: (.*)$", text, re.MULTILINE):
        found[ROOT / path][int(line)] = message
    return found


@pytest.fixture(scope="module")
def pyright() -> Found:
    """What pyright in its strict mode sees."""
    found: Found = defaultdict(dict)
    for one in json.loads(checked("pyright", "--pythonpath", sys.executable, "--outputjson"))["generalDiagnostics"]:
        if one["severity"] == "error":
            found[Path(one["file"])][one["range"]["start"]["line"] + 1] = one["message"]
    return found


@pytest.mark.parametrize("programs", PROGRAMS, ids=lambda path: path.stem)
def test_mypy_finds_nothing_wrong_with_typical_programs(programs: Path, mypy: Found) -> None:
    assert mypy[programs] == {}


def test_mypy_finds_every_mistake_and_nothing_else(mypy: Found) -> None:
    assert set(mypy[MISTAKES]) == marked(MISTAKES)


@pytest.mark.parametrize("programs", PROGRAMS, ids=lambda path: path.stem)
def test_pyright_finds_nothing_wrong_with_typical_programs(programs: Path, pyright: Found) -> None:
    assert pyright[programs] == {}


def test_pyright_finds_every_mistake_and_nothing_else(pyright: Found) -> None:
    assert set(pyright[MISTAKES]) == marked(MISTAKES)


def test_mypy_knows_every_name_that_is_offered(cache: Path, tmp_path: Path) -> None:
    names = (HERE.parent / "compat" / "sdk_names.txt").read_text()
    lines = []
    for package, body in re.findall(r"^\[(.+)\]\noffered:\n((?:  .*\n)+)", names, re.MULTILINE):
        lines += [f"from {package} import {name} as {name}_{package.count('.')}" for name in body.split()]
    program = tmp_path / "every_name.py"
    program.write_text("\n".join(lines) + "\n")

    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), "--no-pretty", str(program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert len(lines) > 800
    assert [line for line in done.stdout.splitlines() if "every_name.py" in line and " error: " in line] == []

"""Type checkers read users' programs as users expect: right ones pass, and each mistake is found where it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PROGRAMS = (HERE / "programs.py", HERE / "raw_programs.py")
MISTAKES = HERE / "mistakes.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def marked(path: Path) -> set[int]:
    """The lines that say that they hold a mistake."""
    return {number for number, line in enumerate(path.read_text().splitlines(), 1) if "# MISTAKE" in line}


def mypy_errors(path: Path, cache: Path) -> dict[int, str]:
    """Line -> message, as mypy in its strict mode sees this file."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), "--no-pretty", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found = re.findall(rf"^{re.escape(str(path.relative_to(ROOT)))}:(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    return {int(line): message for line, message in found}


def pyright_errors(path: Path) -> dict[int, str]:
    """Line -> message, as pyright in its strict mode sees this file."""
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)["generalDiagnostics"]
    return {one["range"]["start"]["line"] + 1: one["message"] for one in report if one["severity"] == "error"}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.parametrize("programs", PROGRAMS, ids=lambda path: path.stem)
def test_mypy_finds_nothing_wrong_with_typical_programs(programs: Path, cache: Path) -> None:
    assert mypy_errors(programs, cache) == {}


def test_mypy_finds_every_mistake_and_nothing_else(cache: Path) -> None:
    assert set(mypy_errors(MISTAKES, cache)) == marked(MISTAKES)


@pytest.mark.parametrize("programs", PROGRAMS, ids=lambda path: path.stem)
def test_pyright_finds_nothing_wrong_with_typical_programs(programs: Path) -> None:
    assert pyright_errors(programs) == {}


def test_pyright_finds_every_mistake_and_nothing_else() -> None:
    assert set(pyright_errors(MISTAKES)) == marked(MISTAKES)


def test_mypy_knows_every_name_that_is_offered(cache: Path, tmp_path: Path) -> None:
    names = (HERE.parent / "types" / "sdk_names.txt").read_text()
    lines = []
    for package, body in re.findall(r"^\[(.+)\]\noffered:\n((?:  .*\n)+)", names, re.MULTILINE):
        lines += [f"from {package} import {name} as {name}_{package.count('.')}" for name in body.split()]
    program = tmp_path / "every_name.py"
    program.write_text("\n".join(lines) + "\n")

    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), "--no-pretty", str(program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert len(lines) > 800
    assert [line for line in done.stdout.splitlines() if "every_name.py" in line and " error: " in line] == []

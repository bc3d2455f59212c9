"""What pages and docstrings walk through is there, under the name that they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OLD_NAMES = {"glossary.md"}
SAMPLES = ("a/b.py", "a/test_b.py", "test_flow.py")
NAMED = re.compile(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.py)`")


@pytest.fixture(scope="module")
def files() -> list[str]:
    rooms = ("src", "tests", "tools", "bench", "examples", "docs")
    return ["/" + path.relative_to(ROOT).as_posix() for room in rooms for path in (ROOT / room).rglob("*.py")]


def gone(text: str, files: list[str]) -> list[str]:
    """Return the modules that a text names and nobody has."""
    named = [name for name in NAMED.findall(text) if not name.endswith(SAMPLES)]
    return [name for name in named if not any(file.endswith(f"/{name}") for file in files)]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in OLD_NAMES], ids=lambda path: path.stem)
def test_every_module_that_a_page_names_exists(page: Path, files: list[str]) -> None:
    assert gone(page.read_text(), files) == []


@pytest.mark.parametrize("room", ["src", "tests", "tools", "bench"])
def test_every_module_that_a_docstring_names_exists(room: str, files: list[str]) -> None:
    found = {path.relative_to(ROOT).as_posix(): gone(path.read_text(), files) for path in (ROOT / room).rglob("*.py")}

    assert {path: names for path, names in found.items() if names} == {}

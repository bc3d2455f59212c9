"""What the architecture page walks through is there, under the name that it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "docs" / "architecture.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
NAMED = re.compile(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.py)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_module_that_a_page_names_exists(page: Path) -> None:
    files = ["/" + path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if ".venv" not in path.parts]

    named = [name for name in NAMED.findall(page.read_text()) if not name.endswith(("a/b.py", "a/test_b.py"))]

    assert [name for name in named if not any(file.endswith(f"/{name}") for file in files)] == []

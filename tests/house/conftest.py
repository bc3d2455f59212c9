"""The tools that measure the house are programs in a folder of their own; here their modules are found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOOLS = str(Path(__file__).parents[2] / "tools")


@pytest.fixture(autouse=True, scope="session")
def tools_are_found() -> Iterator[None]:
    """Put `tools/` on the path for as long as these tests run."""
    sys.path.insert(0, TOOLS)
    yield
    sys.path.remove(TOOLS)

"""What docs/compatibility.md says about differences, as the tests read it: every difference has a row, every row a difference.

The first cell of a row holds patterns in backticks, as `fnmatch` reads them; the table is found by its heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"
ABSENT = "(absent)"


@cache
def patterns(heading: str) -> list[str]:
    """The patterns of the table under this heading."""
    _, found, rest = PAGE.read_text(encoding="utf-8").partition(f"\n### {heading}\n")
    assert found, f"docs/compatibility.md has no table {heading!r}"
    rows = [line for line in rest.partition("\n#")[0].splitlines() if line.startswith("| `")]
    return [pattern for row in rows for pattern in re.findall("`([^`]+)`", row.split(" | ")[0])]


def undocumented(found: Iterable[str], heading: str) -> list[str]:
    """The differences that no row tells of."""
    return sorted({each for each in found if not any(matches(each, pattern) for pattern in patterns(heading))})


def unfounded(found: Iterable[str], heading: str) -> list[str]:
    """The patterns that no difference matches any more."""
    differences = set(found)
    return [pattern for pattern in patterns(heading) if not any(matches(each, pattern) for each in differences)]


def matches(difference: str, pattern: str) -> bool:
    return fnmatchcase(difference, pattern.replace("[]", "[[]]"))


def differences(official: Any, ours: Any, where: str = "") -> list[str]:
    """Where two values of JSON differ: the paths of the leaves, positions in lists left out."""
    if isinstance(official, dict) and isinstance(ours, dict):
        keys = [*official, *(key for key in ours if key not in official)]
        return [
            each
            for key in keys
            for each in differences(official.get(key, ABSENT), ours.get(key, ABSENT), f"{where}.{key}".lstrip("."))
        ]
    if isinstance(official, list) and isinstance(ours, list):
        found = [] if len(official) == len(ours) else [f"{where}.length"]
        return found + [each for pair in zip(official, ours, strict=False) for each in differences(*pair, f"{where}[]")]
    return [] if official == ours and type(official) is type(ours) else [where]

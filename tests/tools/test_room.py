"""The rooms of tools and schemas: no module of theirs imports one that imports it, be it for type checkers alone."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"


def imported(path: Path) -> set[str]:
    """Every module that is named in an import, wherever that stands."""
    found = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom) and node.module]
    return {str(node.module) for node in found}


def test_there_is_no_import_circle() -> None:
    modules = {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts): imported(path)
        for room in ("tools", "schema")
        for path in (SOURCE / "tercet" / room).glob("*.py")
    }
    assert len(modules) > 10
    TopologicalSorter({name: names & modules.keys() for name, names in modules.items()}).prepare()

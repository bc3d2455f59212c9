"""The modules of wire and catalog stand in an order: none imports another that leads back to it."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import tercet

PACKAGE = Path(tercet.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for room in ("wire", "catalog")
    for path in (PACKAGE / room).rglob("*.py")
}


def imported_by(path: Path) -> set[str]:
    """Return the modules that a file imports, within functions and for type checkers, too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{name.name}" for name in node.names]
            found.update(name if name in MODULES else node.module for name in inner)
    return found & MODULES.keys()


def test_no_import_leads_back_within_functions_and_for_type_checkers_neither() -> None:
    graph = {name: imported_by(path) for name, path in MODULES.items()}

    assert len(graph["tercet.wire.stream.decoder"]) >= 3
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)

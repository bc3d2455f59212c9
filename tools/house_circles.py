"""Import circles of the house, between its rooms and within them, by what it takes to see them.

Three kinds of import are told apart: those that run when a module is loaded, those inside of functions, and those for
type checkers alone. A circle is a set of modules (or rooms) each of which reaches all others.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from house_figures import Source

Kind = Literal["run time", "in functions", "type checking"]
KINDS: tuple[Kind, ...] = ("run time", "in functions", "type checking")
Graph = dict[str, set[str]]

LAZY = {"tercet"}
"""The front door: it finds every public name by a table of strings, when it is first touched."""


def module_of(source: Source) -> str:
    """Return the dotted name of a module."""
    return ".".join(["tercet", *source.path.removesuffix(".py").removesuffix("__init__").strip("/").split("/")]).rstrip(
        "."
    )


def room_of(module: str) -> str:
    """Return the room of a module: the part below `tercet`."""
    return module.split(".")[1] if "." in module else module


def _for_checkers(node: ast.If) -> bool:
    return "TYPE_CHECKING" in ast.unparse(node.test) and not isinstance(node.test, ast.UnaryOp)


def imports(node: ast.AST, kind: Kind = "run time") -> Iterator[tuple[Kind, ast.Import | ast.ImportFrom]]:
    """Yield every import below a node, with its kind."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield kind, child
        elif isinstance(child, ast.If) and _for_checkers(child):
            for each in child.body:
                yield from imports(ast.Module([each], []), "type checking")
            for each in child.orelse:
                yield from imports(ast.Module([each], []), kind)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imports(child, "in functions" if kind == "run time" else kind)
        else:
            yield from imports(child, kind)


def graphs(house: list[Source]) -> dict[Kind, Graph]:
    """Return for each kind which module imports which. Each kind includes the ones before it."""
    known = {module_of(source) for source in house}
    found: dict[Kind, Graph] = {kind: defaultdict(set) for kind in KINDS}
    for source in house:
        here = module_of(source)
        for kind, node in imports(source.tree):
            for target in _targets(node, known):
                for wider in KINDS[KINDS.index(kind) :]:
                    if target != here:
                        found[wider][here].add(target)
    return found


def _targets(node: ast.Import | ast.ImportFrom, known: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names if each.name in known)
        return
    for each in node.names:
        below = f"{node.module}.{each.name}"
        if below in known:
            yield below
        elif node.module in known:
            yield str(node.module)


def circles(graph: Graph) -> list[list[str]]:
    """Return the sets of nodes that reach one another (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []
    for start in sorted(graph):
        if start in index:
            continue
        work = [(start, iter(sorted(graph[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            node, following = work[-1]
            step = next(following, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    ring, stack[at:] = stack[at:], []
                    found.append(sorted(ring))
            elif step not in index:
                index[step] = low[step] = len(index)
                stack.append(step)
                work.append((step, iter(sorted(graph.get(step, ())))))
            elif step in stack:
                low[node] = min(low[node], index[step])
    return [ring for ring in found if len(ring) > 1]


def by_room(graph: Graph) -> Graph:
    """Return which room imports which."""
    rooms: Graph = defaultdict(set)
    for here, targets in graph.items():
        if here not in LAZY:
            rooms[room_of(here)] |= {room_of(each) for each in targets if each not in LAZY} - {room_of(here)}
    return rooms


def arrows(graph: Graph, from_room: str, to_room: str) -> list[str]:
    """Return the imports that lead from one room to another, to be shown."""
    return [
        f"{here} -> {there}"
        for here, targets in sorted(graph.items())
        for there in sorted(targets)
        if room_of(here) == from_room and room_of(there) == to_room
    ]


def all_circles(house: list[Source]) -> dict[str, list[str]]:
    """Return the circles between rooms and within rooms for each kind, as lines to be shown."""
    found: dict[str, list[str]] = {}
    for kind, graph in graphs(house).items():
        found[f"between rooms, {kind}"] = [" <-> ".join(ring) for ring in circles(by_room(graph))]
        within = [ring for ring in circles(graph) if len({room_of(each) for each in ring}) == 1]
        found[f"within rooms, {kind}"] = [f"{len(ring)}: {', '.join(ring)}" for ring in within]
    return found

"""References within a schema: where they lead, and whether one leads back to itself. Follows local ones only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DEFINITIONS = ("$defs", "definitions")
STEPS_BETWEEN = {"items": "[]"}
OWN_WORDS = frozenset({"properties", "anyOf", "oneOf", "allOf", "prefixItems"})
"""Steps that say nothing to a reader of a path."""
LITERAL = frozenset({"enum", "const", "default", "examples"})
"""Keywords whose values are data, even if they look like references."""


def check_references(schema: Mapping[str, Any]) -> None:
    """Raise ValueError if a reference leads elsewhere, nowhere, or back to where it came from. Linear in the schema."""
    targets = {
        f"#/{home}/{escaped(name)}": part
        for home in DEFINITIONS
        if isinstance(schema.get(home), Mapping)
        for name, part in schema[home].items()
    }
    body = {key: part for key, part in schema.items() if key not in DEFINITIONS}
    edges = {start: list(_references(part)) for start, part in {"": body, **targets}.items()}
    for found in edges.values():
        for path, reference in found:
            if reference not in targets:
                raise ValueError(_leads_nowhere(path, reference))
    _refuse_circles(edges)


def _leads_nowhere(path: str, reference: str) -> str:
    if reference == "#":
        return f"the schema is recursive: ${path} is the whole again. {_NO_RECURSION}"
    return f"${path} refers to {reference!r}, which is no definition of this schema ($defs); the API follows no others"


_NO_RECURSION = (
    "The API takes no recursive schemas: nest as many levels as you need, or use a list of items with parent ids"
)


def _refuse_circles(edges: Mapping[str, list[tuple[str, str]]]) -> None:
    """Depth-first, each definition entered once."""
    done: set[str] = set()
    for start in edges:
        trail: list[tuple[str, Iterator[tuple[str, str]]]] = [] if start in done else [(start, iter(edges[start]))]
        taken: list[str] = []
        on_trail = {start}
        while trail:
            name, rest = trail[-1]
            path, following = next(rest, (None, ""))
            if path is None:
                done.add(name)
                on_trail.discard(name)
                trail.pop()
                del taken[-1:]
            elif following in on_trail:
                way = "".join([*taken, path])
                raise ValueError(f"the schema is recursive: ${way} is {short(following)} again. {_NO_RECURSION}")
            elif following not in done:
                trail.append((following, iter(edges[following])))
                on_trail.add(following)
                taken.append(path)


def _references(part: Any) -> Iterator[tuple[str, str]]:
    """Each reference in a schema with its place, such as `.children[]`. Does not recurse."""
    waiting: list[tuple[str, Any]] = [("", part)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, list | tuple):
            waiting.extend((path, item) for item in value)
        elif isinstance(value, Mapping):
            if isinstance(value.get("$ref"), str):
                yield path, value["$ref"]
            for key, item in value.items():
                if key not in LITERAL and isinstance(item, Mapping | list | tuple):
                    waiting.append((path + step(key), item))


def step(key: str) -> str:
    """One step of a path, as people write it."""
    return STEPS_BETWEEN.get(key) or ("" if key in OWN_WORDS else f".{key}")


def short(reference: str) -> str:
    """The name of a definition, from a reference to it."""
    return reference.rpartition("/")[2]


def escaped(name: str) -> str:
    """A key within a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")

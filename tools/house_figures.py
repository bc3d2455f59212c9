"""Figures of the house that can be read off its source: sizes, names, docstrings. Runs nothing of it.

A file that a generator wrote says so in its head, and is counted apart. Lines are lines of the file; a function's lines
go from its `def` to its end, without its docstring.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "src" / "tercet"
MADE = "Made by tools/generate.py"
LONGEST_FUNCTION, LONGEST_FILE = 40, 400
RIDDLES = re.compile(r"(what|who|whom|whose|whoever|whatever|where|how|that which|those who)\b", re.IGNORECASE)
NOUNS = re.compile(
    r"(the|a|an|all|every|each|one|its|their|his|this|these|seconds|from|of|with|in|for)\b", re.IGNORECASE
)
"""Words that begin no verb phrase. Properties may begin with one: they are things, not acts."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef | ast.Module

SHARED_NAMES: dict[str, str] = {}
"""Class name -> the reason why several classes may bear it."""


class Source(NamedTuple):
    """A module of the house: its path below `src/tercet`, its text, and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @property
    def made(self) -> bool:
        """Whether a generator wrote it."""
        return MADE in self.text[:400]


def sources(house: Path = HOUSE) -> list[Source]:
    """Return every module of the house, in the order of their paths."""
    found = []
    for path in sorted(house.rglob("*.py")):
        text = path.read_text()
        found.append(Source(path.relative_to(house).as_posix(), text, ast.parse(text)))
    return found


def functions(source: Source) -> Iterator[Function]:
    """Yield every function of a module, methods and inner ones included."""
    return (node for node in ast.walk(source.tree) if isinstance(node, Function))


def long_functions(house: list[Source]) -> list[str]:
    """Return the functions of more than 40 lines."""
    return [
        f"{source.path}:{each.lineno} {each.name} ({length})"
        for source in house
        for each in functions(source)
        if (length := _length(each)) > LONGEST_FUNCTION
    ]


def _length(function: Function) -> int:
    first, *rest = function.body
    documented = ast.get_docstring(function) is not None and bool(rest)
    words = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - words


def long_files(house: list[Source]) -> list[str]:
    """Return the files of more than 400 lines."""
    return [f"{source.path} ({source.lines})" for source in house if source.lines > LONGEST_FILE]


def shared_names(house: list[Source]) -> list[str]:
    """Return the class names that several classes bear without a reason in `SHARED_NAMES`."""
    homes: dict[str, list[str]] = defaultdict(list)
    for source in house:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(f"{source.path}:{node.lineno}")
    return [
        f"{name}: {', '.join(at)}" for name, at in sorted(homes.items()) if len(at) > 1 and name not in SHARED_NAMES
    ]


def _documented(source: Source) -> Iterator[tuple[Documented, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, Documented) and (doc := ast.get_docstring(node)):
            yield node, doc


def riddles(house: list[Source]) -> list[str]:
    """Return the docstrings that ask instead of saying: "What …", "Who …", "Where …", "How …"."""
    return [
        f"{source.path}:{getattr(node, 'lineno', 1)} {doc.splitlines()[0][:70]}"
        for source in house
        for node, doc in _documented(source)
        if RIDDLES.match(doc)
    ]


def verbless(house: list[Source]) -> list[str]:
    """Return the functions whose docstring begins with no verb. Properties and fixtures name things, and are left out."""
    return [
        f"{source.path}:{node.lineno} {doc.splitlines()[0][:70]}"
        for source in house
        for node, doc in _documented(source)
        if isinstance(node, Function) and not _is_property(node) and (RIDDLES.match(doc) or NOUNS.match(doc))
    ]


def _is_property(function: Function) -> bool:
    return any(
        ast.unparse(each).endswith(("property", "cached_attribute", ".setter")) for each in function.decorator_list
    )


def sizes(house: list[Source]) -> dict[str, int]:
    """Return how many files and lines are written by hand, how many are made, and the median file."""
    by_hand = [source.lines for source in house if not source.made]
    made = [source.lines for source in house if source.made]
    return {
        "files by hand": len(by_hand),
        "lines by hand": sum(by_hand),
        "median lines a file": int(median(by_hand)),
        "files made": len(made) + sum(1 for _ in HOUSE.rglob("*.pyi")),
    }

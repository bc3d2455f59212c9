"""Tests mirror the tree: `src/tercet/a/b.py` has `tests/a/test_b.py`, or a line in `tests/covered_by.toml`.

A line names a module, or a folder with a slash at its end, and the tests that cover it. Lines that are needed no more
are errors too, so that the list only gets shorter. Modules that define nothing need no test.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from house_figures import HOUSE, ROOT, Source, sources

TESTS = ROOT / "tests"
LIST = TESTS / "covered_by.toml"
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def needs_test(source: Source) -> bool:
    """Whether a module is written by hand and defines something, or holds data of its own."""
    defines = any(isinstance(node, DEFINITIONS) for node in ast.walk(source.tree))
    return not source.made and (defines or not source.path.endswith(("__init__.py", "_version.py")))


def test_of(path: str) -> str:
    """Return where the test of a module belongs: `flow/test_retry.py` of `flow/retry.py`, `test_flow.py` of `flow`."""
    folder, _, name = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")
    return f"{folder}/test_{name}.py".lstrip("/")


def problems(house: list[Source], covered: dict[str, list[str]], tests: Path) -> Iterator[str]:
    """Yield a sentence for each module without tests, and for each line of the list that is wrong."""
    used: set[str] = set()
    for source in house:
        if not needs_test(source) or (tests / test_of(source.path)).exists():
            continue
        names = [source.path, *(f"{folder}/" for folder in _folders(source.path))]
        line = next((name for name in names if name in covered), None)
        if line is None:
            yield (
                f"src/tercet/{source.path} has no test: write tests/{test_of(source.path)}, or say in tests/covered_by.toml "
                f'which tests cover it: "{source.path}" = ["…"]'
            )
        else:
            used.add(line)
    for line, files in covered.items():
        if line not in used:
            yield f"tests/covered_by.toml: {line} has a test of its own name or is gone: remove its line"
        yield from (
            f"tests/covered_by.toml: {line}: tests/{each} is gone" for each in files if not (tests / each).exists()
        )
        if not files:
            yield f"tests/covered_by.toml: {line}: name the tests that cover it"


def _folders(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[:length]) for length in range(len(parts), 0, -1))


def check() -> list[str]:
    """Return what is wrong with the mirror."""
    return list(problems(sources(HOUSE), tomllib.loads(LIST.read_text()), TESTS))


if __name__ == "__main__":
    wrong = check()
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(bool(wrong))

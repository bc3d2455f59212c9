"""The measure of the house, as one table: `make house`. `--json` prints the same as data; `--check` is for `make lint`.

The figures come from `house_figures.py` (sizes, names, docstrings), `house_circles.py` (imports), `house_paths.py` (hops
of five calls) and `house_changes.py` (files that five changes touch). `--check` looks at what must be nothing, and
takes a second: circles between rooms, class names borne twice, functions over 40 lines. `-v` lists what was counted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import house_circles
import house_figures as figures

HOPS_GOAL = {"a  blocking create": 18, "d  server request": 26, "e  tool runner, two requests": 30}
"""How many files a call may pass through."""
FILES_GOAL = 3
"""How many hand-written files of the package a change may touch."""
NOTHING = {
    "class names borne twice, unexplained": (figures.shared_names, "give one of them the field's own word"),
    "functions over 40 lines": (figures.long_functions, "cut it where its story has a paragraph"),
}
"""What there must be none of -> how it is found, and what to do."""


class Row(NamedTuple):
    """A line of the table: what is measured, how much it is, how much it should be, and what was counted."""

    measure: str
    value: int
    goal: int | None
    counted: list[str]

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "ok" if self.value <= self.goal else "MISSED"


def source_rows(house: list[figures.Source]) -> Iterator[Row]:
    """Yield what the source alone says."""
    for measure, value in figures.sizes(house).items():
        yield Row(measure, value, None, [])
    for measure, (find, _) in NOTHING.items():
        yield _row(measure, find(house), 0)
    yield _row("files over 400 lines", figures.long_files(house), 0)
    yield _row("docstrings that ask (What, Who, Where, How)", figures.riddles(house), 0)
    yield _row("functions whose docstring begins with no verb", figures.verbless(house), 0)
    for kind, circles in house_circles.all_circles(house).items():
        yield _row(f"circles {kind}", circles, 0)


def _row(measure: str, counted: list[str], goal: int) -> Row:
    return Row(measure, len(counted), goal, counted)


def path_rows() -> Iterator[Row]:
    """Yield how many files each of the five calls passes through, and how often it changes file."""
    from house_paths import paths

    for name, path in paths().items():
        yield Row(f"files of path {name}", len(path.files), HOPS_GOAL.get(name), list(path.files))
        yield Row(f"hops of path {name}", path.hops, None, [])


def change_rows() -> Iterator[Row]:
    """Yield how many files each of the five changes touches. A change whose tests fail counts as 99."""
    from house_changes import CHANGES, carry_out

    for name in CHANGES:
        proof = carry_out(name)
        touched = [*proof.by_hand, *(f"({path}: made)" for path in proof.made), *(f"({path})" for path in proof.tests)]
        counted = touched if proof.passed else [*touched, proof.output[-2000:]]
        yield Row(
            f"files for a new {name.replace('_', ' ')}", len(proof.by_hand) if proof.passed else 99, FILES_GOAL, counted
        )


def check(house: list[figures.Source]) -> int:
    """Print what there must be none of, with what to do, and return the exit status."""
    wrong = [f"{each}: {advice}" for find, advice in NOTHING.values() for each in find(house)]
    for kind, circles in house_circles.all_circles(house).items():
        if kind.startswith("between"):
            wrong += [f"Rooms import one another ({kind}): {each}; turn one arrow round" for each in circles]
    print("\n".join(wrong), end="\n" if wrong else "")
    return int(bool(wrong))


def table(rows: list[Row], *, listed: bool) -> None:
    """Print the rows, each with what was counted if `listed`."""
    for row in rows:
        goal = "" if row.goal is None else f"goal {row.goal}"
        print(f"{row.measure:52} {row.value:7,} {goal:>9}  {row.verdict}".rstrip())
        if listed or (row.value == 99 and row.verdict == "MISSED"):
            print(*(f"    {each}" for each in row.counted), sep="\n")


def main(arguments: list[str]) -> int:
    """Measure, and print."""
    house = figures.sources()
    if "--check" in arguments:
        return check(house)
    parts: list[Callable[[], Iterator[Row]]] = [lambda: source_rows(house), path_rows]
    if "--quick" not in arguments:
        parts.append(change_rows)
    rows = [row for part in parts for row in part()]
    if "--json" in arguments:
        shown: list[dict[str, Any]] = [{**row._asdict(), "verdict": row.verdict} for row in rows]
        print(json.dumps(shown, indent=1))
    else:
        table(rows, listed="-v" in arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

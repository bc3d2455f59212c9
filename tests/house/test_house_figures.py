"""What the source says of itself: long functions, names borne twice, docstrings that ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def figures() -> Any:
    import house_figures

    return house_figures


def house(figures: Any, folder: Path, **files: str) -> list[Any]:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return figures.sources(folder)


def test_a_function_of_forty_lines_passes_and_one_more_does_not(figures: Any, tmp_path: Path) -> None:
    fits = 'def fits():\n    """Return\n    nothing."""\n' + "    x = 1\n" * 39
    long = "def long():\n" + "    x = 1\n" * 40

    assert figures.long_functions(house(figures, tmp_path, a=fits, b=long)) == ["b.py:1 long (41)"]


def test_a_class_name_borne_twice_is_found_also_inside_of_others(figures: Any, tmp_path: Path) -> None:
    found = figures.shared_names(house(figures, tmp_path, a="class Span: ...\n", b="class B:\n    class Span: ...\n"))

    assert found == ["Span: a.py:1, b.py:2"]


@pytest.mark.parametrize(
    ("doc", "asks"),
    [
        ("What stands around every request.", True),
        ("Whom to ask in its place.", True),
        ("How often a failed attempt is repeated.", True),
        ("Whether the input is whole.", False),
        ("Return the whole input.", False),
        ("Whatsapp messages are sent.", False),
    ],
)
def test_docstrings_that_ask_are_told_from_those_that_say(figures: Any, tmp_path: Path, doc: str, asks: bool) -> None:
    files = house(figures, tmp_path, a=f'def f():\n    """{doc}"""\n')

    assert bool(figures.riddles(files)) is asks


def test_a_property_may_begin_with_a_noun_and_a_function_may_not(figures: Any, tmp_path: Path) -> None:
    text = (
        'class A:\n    @property\n    def b(self):\n        """The key."""\n    def c(self):\n        """The key."""\n'
    )

    assert figures.verbless(house(figures, tmp_path, a=text)) == ["a.py:5 The key."]


def test_a_file_that_a_generator_made_is_counted_apart(figures: Any, tmp_path: Path) -> None:
    files = house(figures, tmp_path, a="x = 1\n", b=f'"""{figures.MADE}, which says from what."""\n')

    assert figures.sizes(files)["files by hand"] == 1

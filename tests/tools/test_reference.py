"""docs/reference.md: every public name is on it, with what it holds."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest

import tercet
from tercet.compat import homes

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference.md").read_text()


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(ROOT / "tools"), *sys.path])
    return import_module("reference")


def test_every_public_name_and_every_type_has_a_row() -> None:
    rows = set(re.findall(r"^\| `(\w+)", PAGE, re.MULTILINE))
    types = {name for path in ("types", "types.beta", "types.messages") for name in homes(path)}
    errors = {name for name in types if issubclass(kind(name), BaseException)}  # of codes: each says its code alone

    assert set(tercet.__all__) - {"types", "__version__"} <= rows
    assert types - errors <= rows


def kind(name: str) -> type:
    """The class that a name means; `object` for an alias."""
    value = getattr(tercet.types, name, None) or getattr(tercet.types.beta, name, object)
    return value if isinstance(value, type) else object


@pytest.mark.parametrize(
    ("row"),
    [
        "| `max_tokens` | `Required[int]` | The most tokens to answer with",
        "| `RateLimitError` | `APIStatusError` | HTTP 429: too much at once",
        "| `BetaTextBlock` | the same as `TextBlock` | |",
        "| `CitationCharLocation` | `type: Literal['char_location'], cited_text: str",
    ],
)
def test_arguments_exceptions_and_types_say_what_they_are(row: str) -> None:
    assert row in PAGE


def test_methods_are_shown_in_all_their_forms_with_what_they_raise() -> None:
    create = PAGE.partition("### client.messages.create\n")[2].partition("### ")[0]

    assert create.count("    client.messages.create(") == 3
    assert "Raises TypeError or ValueError for wrong arguments before anything is sent" in create


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        (Literal["a", "b"] | None, "Literal['a', 'b'] | None"),
        (list[int | str], "list[int | str]"),
        (Callable[["int", str], Any], "Callable[[int, str], Any]"),
        (2.5, "2.5"),
    ],
)
def test_an_alias_is_spelled_as_one_writes_it(reference: ModuleType, alias: object, text: str) -> None:
    assert reference.spelled(alias) == text

"""The page docs/validation.md says what the table says, and the table says what is tested."""

from __future__ import annotations

from pathlib import Path

from tercet.server.validation.document import MARKS, WHEN, document
from tercet.server.validation.error_texts import TEXTS

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"


def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text() == document(), (
        "write it anew: python -m tercet.server.validation.document > docs/validation.md"
    )


def test_every_row_is_marked_and_shown() -> None:
    shown = PAGE.read_text()
    for row in TEXTS.values():
        assert row.mark in MARKS
        assert row.when in WHEN
        assert row.text.replace("|", "\\|") in shown

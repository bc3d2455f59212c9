"""`tercet models`: the catalog as a table that fits, and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal, piped


def test_models_are_listed_with_their_prices(tmp_path: Path) -> None:
    rows = json.loads(piped(tmp_path, "models", "--json", "--local").stdout)
    found = {row["id"]: row for row in rows}

    assert (found["claude-sonnet-4-6"]["input"], found["claude-sonnet-4-6"]["status"]) == ("3", "active")
    assert "retired" not in {row["status"] for row in rows}
    assert len(json.loads(piped(tmp_path, "models", "--json", "--all").stdout)) > len(rows)


def test_a_price_of_the_project_counts(tmp_path: Path) -> None:
    (tmp_path / "tercet.toml").write_text('[prices."claude-sonnet-4-6"]\ninput = 1.5\noutput = 4\n')
    rows = json.loads(piped(tmp_path, "models", "--json").stdout)

    assert next(row for row in rows if row["id"] == "claude-sonnet-4-6")["input"] == "1.5"


@pytest.mark.parametrize("columns", [40, 160])
def test_the_table_fits_the_terminal(columns: int, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "models", columns=columns, env={"NO_COLOR": "1"})

    assert terminal.ended() == 0
    assert "claude-sonnet-4-6" in terminal.shown
    assert max(map(len, re.sub(r"\x1b\[\d*m", "", terminal.shown).splitlines())) <= columns

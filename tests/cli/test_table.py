"""A table fits the terminal that it is printed in, and says what it leaves out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from tests.toolkit.ledger.journals import entry, journal

import tercet
from tercet.cli.table import LEFT_OUT_FIRST, table_of


@pytest.fixture
def ledger(tmp_path: Path) -> tercet.Ledger:
    dated = "claude-haiku-4-5-20251001"
    failed = {
        "status": 529,
        "error": "OverloadedError",
        "error_of_call": "OverloadedError",
        "nano_usd": 0,
        "low": 0,
        "high": 0,
    }
    said = {
        "tags": {"user": "Bjørn", "app": "報告"},
        "job": "nightly",
        "request_id": "req_011CTfH",
        "cache_read": 90_000,
    }
    lines = [entry(n, model_asked=dated, model_served=dated, **said, **(failed if n % 2 else {})) for n in range(6)]
    journal(tmp_path / "c.db", *lines)
    return tercet.Ledger(tmp_path / "c.db")


def printed(rows: object, width: int | None) -> tuple[list[str], list[str]]:
    table, left_out = table_of(rows, width)  # type: ignore[arg-type]
    out = io.StringIO()
    Console(file=out, width=width or 10_000).print(table)
    return out.getvalue().splitlines(), left_out


@pytest.mark.parametrize("width", [64, 80, 100, 120, 200, 400])
@pytest.mark.parametrize("asked", ["calls", "cost"])
def test_each_row_is_one_line_at_any_width(ledger: tercet.Ledger, asked: str, width: int) -> None:
    rows = ledger.calls() if asked == "calls" else ledger.cost(by=("day", "model", "user"))
    lines, left_out = printed(rows, width)

    assert len(lines) == len(rows) + 1
    assert all(len(line) <= width for line in lines)
    assert "usd" in lines[0].split()
    assert "model" in lines[0].split()
    assert not set(left_out) & set(lines[0].split())


def test_the_least_telling_columns_go_first(ledger: tercet.Ledger) -> None:
    lines, left_out = printed(ledger.calls(), 80)

    assert left_out == [name for name in LEFT_OUT_FIRST if name in left_out]
    assert "error" in lines[0].split()
    assert lines[1].startswith("11-20 12:00:05  haiku-4-5 ")


def test_without_an_edge_nothing_is_left_out_or_cut(ledger: tercet.Ledger) -> None:
    lines, left_out = printed(ledger.calls(), None)

    assert left_out == []
    assert "2026-11-20T12:00:05.000Z" in lines[1]
    assert "claude-haiku-4-5-20251001" in lines[1]
    assert "app=報告 user=Bjørn" in lines[1]

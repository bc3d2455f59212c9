"""Prices of the past change by an act alone, which says what it changed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.toolkit.ledger.journals import entry, journal

import tercet


@pytest.fixture
def book(tmp_path: Path) -> tercet.Ledger:
    right = 1000 * 3000 + 1800 * 15_000
    journal(
        tmp_path / "calls.db",
        entry(0, nano_usd=right, low=right, high=right),
        entry(1, nano_usd=5, low=5, high=5),
        entry(2, nano_usd=None, low=0, high=None, certainty=2),
        entry(3, nano_usd=None, low=1, high=9, certainty=1),
        entry(4, nano_usd=0, low=0, high=0, status=429, input=None, output=None, error="RateLimitError"),
        entry(5, model_served="moon-1", nano_usd=7),
        entry(6, nano_usd=5, low=5, high=5, at=0, tier="batch", kind="batch"),
    )
    return tercet.Ledger(tmp_path / "calls.db")


def test_a_trial_tells_what_would_change_and_changes_nothing(book: tercet.Ledger) -> None:
    before = book.sql("select id, nano_usd from calls")
    rows = book.reprice(dry_run=True, since="2026-11-01")

    assert rows == [
        {"model": "claude-sonnet-4-6", "price_day": 20261120, "attempts": 2, "usd_before": Decimal("0.000000005"), "usd_after": Decimal("0.06")}
    ]  # fmt: skip
    assert book.sql("select id, nano_usd from calls") == before


def test_rows_get_the_price_of_their_own_day_and_the_sums_follow(book: tercet.Ledger) -> None:
    assert book.cost(by=(), since="2026-11-01")[0]["usd"] == Decimal("0.030000012")

    told = book.reprice()
    assert sum(row["attempts"] for row in told) == 3
    assert {row["id"]: row["nano_usd"] for row in book.sql("select id, nano_usd from calls")} == {
        "call-0": 30_000_000, "call-1": 30_000_000, "call-2": 30_000_000, "call-3": None, "call-4": 0, "call-5": 7, "call-6": 15_000_000,
    }  # fmt: skip
    assert book.cost(by="month", since="2026-11-01")[0]["usd"] == Decimal("0.090000007")
    assert book.reprice() == []
    assert "nothing has another price now" in repr(book.reprice())

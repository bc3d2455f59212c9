"""Caching and batches are held against list prices by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.toolkit.ledger.journals import entry, journal

import tercet


def saved(folder: Path, *lines: Any) -> dict[str, tuple[int | None, Decimal]]:
    journal(folder / "calls.db", *lines)
    return {row["source"]: (row["tokens"], row["usd"]) for row in tercet.Ledger(folder / "calls.db").savings()}


def test_reads_save_nine_tenths_and_writes_lose_a_quarter_or_the_whole(tmp_path: Path) -> None:
    # Sonnet 4.6: $3 a million; read at 0.30, written at 3.75 and at 6.
    found = saved(
        tmp_path,
        entry(0, cache_read=1_000_000, cache_5m=0, cache_1h=0, input=0),
        entry(1, cache_5m=100_000, cache_1h=10_000),
    )

    assert found["cache reads"] == (1_000_000, Decimal("2.70"))
    assert found["cache writes"] == (110_000, Decimal("-0.105"))
    assert found["total"] == (None, Decimal("2.595"))


def test_a_batch_saves_half_of_what_it_would_have_cost(tmp_path: Path) -> None:
    found = saved(tmp_path, entry(0, kind="batch", tier="batch", input=1_000_000, output=100_000))

    assert found["batches"] == (1_100_000, Decimal("2.25"))


def test_a_cache_that_is_only_written_is_a_loss(tmp_path: Path) -> None:
    assert saved(tmp_path, entry(0, cache_5m=1_000_000))["total"][1] < 0


def test_long_prompts_have_their_own_prices(tmp_path: Path) -> None:
    # Sonnet 4.5: $3 a million, $6 for prompts over 200,000 tokens; read at 0.30 and 0.60.
    model = {"model_asked": "claude-sonnet-4-5", "model_served": "claude-sonnet-4-5"}
    found = saved(
        tmp_path, entry(0, input=0, cache_read=300_000, **model), entry(1, input=0, cache_read=100_000, **model)
    )

    assert found["cache reads"] == (400_000, Decimal("1.89"))


def test_models_without_a_price_are_told(tmp_path: Path) -> None:
    journal(tmp_path / "c.db", entry(0, model_asked="moon-1", model_served="moon-1"), entry(1, cache_read=5))
    rows = tercet.Ledger(tmp_path / "c.db").savings()

    assert rows.notes == ("1 attempt has no known price, and is not in this",)


def test_nothing_called_saves_nothing(tmp_path: Path) -> None:
    assert saved(tmp_path, entry(0)) == {}

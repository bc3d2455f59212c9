"""An alert is told once a share and period, whoever looks and however often."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.toolkit.ledger.journals import entry, journal, text

import tercet
from tercet.toolkit.ledger import alerts

NOON = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


def book(path: Path, now: datetime = NOON) -> tercet.Ledger:
    return tercet.Ledger(path, clock=lambda: now)


def test_each_share_is_told_once_across_restarts_and_again_the_next_day(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    file = journal(path, entry(0, nano_usd=11_000_000_000))
    told: list[Any] = []
    for _ in range(2):
        with book(path) as ledger:
            ledger.alert(usd=20, per="day", at=(0.5, 0.8, 1), tell=told.append)
    assert [(each.share, each.spent, each.period) for each in told] == [(Decimal("0.5"), 11, "2026-11-20")]
    assert str(told[0]) == "$11.00 of $20.00 are spent in the day of 2026-11-20 (50% reached)."

    with file.open("ab") as more:
        more.write(text(entry(1, nano_usd=9_500_000_000)))
    with book(path) as ledger:
        ledger.alert(usd=20, per="day", at=(0.5, 0.8, 1), tell=told.append)
        ledger.alert(usd=20, per="month", at=[1], tell=told.append)
    assert [str(each.share) for each in told[1:]] == ["0.8", "1", "1"]

    with book(path, NOON + timedelta(days=1)) as ledger:
        ledger.alert(usd=20, per="day", tell=told.append)
        ledger.alert(usd=20, per="week", at=[1], tell=told.append)
    assert [each.period for each in told[4:]] == ["2026-11-16"]


def test_what_comes_later_is_told_by_the_thread_that_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "EVERY", 0.01)
    path, told = tmp_path / "c.db", threading.Event()
    with book(path) as ledger:
        ledger.alert(usd=0.01, tell=lambda _: told.set(), user="u1")
        assert not told.is_set()
        journal(path, entry(0, tags={"user": "u1"}))
        assert told.wait(30)


def test_in_a_with_block_lines_are_merged_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "EVERY", 0.01)
    path, merged = tmp_path / "c.db", threading.Event()
    merge = tercet.Ledger.merge

    def told(ledger: tercet.Ledger) -> int:
        lines = merge(ledger)
        if lines:
            merged.set()
        return lines

    monkeypatch.setattr(tercet.Ledger, "merge", told)
    journal(path, entry(0))
    with book(path):
        assert merged.wait(30)


def test_an_error_of_tell_ends_no_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "EVERY", 0.01)
    told = threading.Event()

    def tell(alert: Any) -> None:
        if alert.share == 1:
            raise OSError("no mail")
        told.set()

    path = tmp_path / "c.db"
    with book(path) as ledger:
        ledger.alert(usd=1, at=[1, 2], tell=tell)
        journal(path, entry(0, nano_usd=3_000_000_000))
        assert told.wait(30)


def test_a_ledger_that_nobody_holds_is_not_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "EVERY", 0.01)
    ledger = book(tmp_path / "c.db")
    ledger.alert(usd=1, tell=print)
    thread = ledger._watch._thread
    del ledger

    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"usd": 0}, "usd is 0; a number above 0"), ({"usd": "much"}, "usd is 'much'"), ({"usd": float("nan")}, "usd is nan"), ({"per": "hour"}, "per is 'hour'; day, week, month"),
        ({"at": ()}, "at is empty"), ({"at": (-1,)}, "at is -1"), ({"at": "abc"}, "at is 'abc'"), ({"at": 5}, "at is 5"), ({"tell": None}, "tell is None"), ({"tz": "X/Y"}, "no zone"),
    ],
)  # fmt: skip
def test_what_makes_no_alert_is_told(tmp_path: Path, bad: dict[str, Any], said: str) -> None:
    with pytest.raises(tercet.LedgerError, match=said):
        book(tmp_path / "c.db").alert(**{"usd": 1, "tell": print, **bad})

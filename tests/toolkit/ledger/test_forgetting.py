"""Of somebody who is forgotten no byte is left in any file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.toolkit.ledger.journals import dead_pid, entry, journal, text

import tercet

SECRET = "u1-katherine"


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_byte_is_left_in_table_pages_journals_and_alerts(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    lines = [entry(n, tags={"user": SECRET if n % 3 else "u2"}, request_id=f"req-{SECRET}" if n % 3 else None) for n in range(3000)]  # fmt: skip
    living = journal(path, *lines[:1500])
    journal(path, *lines[1500:], pid=dead_pid())
    ledger = tercet.Ledger(path)
    ledger.alert(usd=1, tell=lambda _: None, user=SECRET)
    ledger.close()
    size = living.stat().st_size
    assert SECRET.encode() in bytes_of(tmp_path)

    assert ledger.forget(user=SECRET) == 2000
    assert SECRET.encode() not in bytes_of(tmp_path)
    assert living.stat().st_size == size
    assert ledger.cost(by="user")[0]["calls"] == 1000

    with living.open("ab") as file:
        file.write(text(entry(9000, tags={"user": "u3"})))
    assert ledger.cost(by=())[0]["calls"] == 1001
    assert ledger.lost == 0


def test_whatever_rows_are_chosen_by_can_be_forgotten(tmp_path: Path) -> None:
    journal(tmp_path / "c.db", entry(0, job="a"), entry(1, conversation="b"), entry(2, tags={'od"d': "x"}), entry(3))
    ledger = tercet.Ledger(tmp_path / "c.db")

    assert [ledger.forget(job="a"), ledger.forget(conversation="b"), ledger.forget(**{'od"d': "x"})] == [1, 1, 1]
    assert [row["id"] for row in ledger.calls()] == ["call-3"]
    assert ledger.forget(user="nobody") == 0


def test_nobody_is_not_everybody(tmp_path: Path) -> None:
    with pytest.raises(tercet.LedgerError, match="forget needs to know whom"):
        tercet.Ledger(tmp_path / "c.db").forget()
    with pytest.raises(tercet.LedgerError, match="None would be everybody without a name"):
        tercet.Ledger(tmp_path / "c.db").forget(user=None)


def test_alerts_about_others_are_not_told_again(tmp_path: Path) -> None:
    journal(tmp_path / "c.db", entry(0, tags={"user": "u1"}), entry(1, tags={"user": "u12"}))
    told: list[object] = []
    for _ in range(2):
        with tercet.Ledger(tmp_path / "c.db", clock=lambda: datetime(2026, 11, 20, 14, tzinfo=UTC)) as ledger:
            ledger.alert(usd=0.01, at=[1], tell=told.append, user="u12")
            ledger.forget(user="u1")

    assert len(told) == 1

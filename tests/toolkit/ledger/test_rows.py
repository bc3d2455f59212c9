"""Rows print themselves as a table; what others wrote moves no cursor and closes no tag."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tercet.toolkit.ledger.rows import SHOWN, Rows, dollars


def test_rows_are_a_table_with_numbers_to_the_right() -> None:
    rows = Rows([{"day": "2026-11-01", "calls": 1200, "usd": Decimal("3.5")}, {"day": None, "calls": 7, "usd": None}], ["day", "calls", "usd"], ["a note"])  # fmt: skip

    assert repr(rows).splitlines() == [
        "day         calls    usd",
        "2026-11-01  1,200  $3.50",
        "–               7      –",
        "a note",
    ]
    assert rows[0]["calls"] == 1200


def test_no_rows_say_so() -> None:
    assert repr(Rows([], ["a", "b"])) == "a  b\nno rows"
    assert Rows([], ["a"]) == []


def test_many_rows_are_counted() -> None:
    assert repr(Rows([{"n": n} for n in range(SHOWN + 5)], ["n"])).endswith("… and 5 more")


def test_hostile_text_stays_text() -> None:
    rows = Rows([{"user": "<script>\x1b[2J\u202e"}], ["user"])

    assert "\x1b" not in repr(rows)
    assert "<script>" not in rows._repr_html_()
    assert "\u202e" not in repr(rows) + rows._repr_html_()


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0.00"), ("1234.567", "$1,234.57"), ("0.054399", "$0.0544"), ("0.00123", "$0.001230"), ("0.000000005", "$0.000000005"), ("-2", "-$2.00")],
)  # fmt: skip
def test_money_has_as_many_places_as_it_needs(amount: str, text: str) -> None:
    assert dollars(Decimal(amount)) == text

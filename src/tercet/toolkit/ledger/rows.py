"""Rows of an answer: a list of mappings that prints itself as a table, in a terminal and in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Any

SHOWN = 60
"""Rows that are printed; more are counted."""
_WIDEST = 40


class Rows(list[dict[str, Any]]):
    """Hold the rows of an answer, the names of their columns, and what has to be said about them (`notes`)."""

    def __init__(self, rows: Iterable[dict[str, Any]], columns: Sequence[str], notes: Sequence[str] = ()) -> None:
        super().__init__(rows)
        self.columns = tuple(columns)
        self.notes = tuple(notes)

    def __repr__(self) -> str:
        shown = [self.columns, *([text_of(name, row[name]) for name in self.columns] for row in self[:SHOWN])]
        cells = [[_short(cell) for cell in line] for line in shown]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        right = [_is_number(self, name) for name in self.columns]
        lines = [
            "  ".join(
                cell.rjust(width) if number else cell.ljust(width)
                for cell, width, number in zip(line, widths, right, strict=True)
            ).rstrip()
            for line in cells
        ]
        return "\n".join([*lines, *self._last_words()])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(text_of(name, row[name]))}</td>" for name in self.columns) + "</tr>"
            for row in self[:SHOWN]
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._last_words())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"

    def _last_words(self) -> list[str]:
        more = [f"… and {len(self) - SHOWN:,} more"] if len(self) > SHOWN else []
        return [*more, *([] if self else ["no rows"]), *self.notes]


def text_of(name: str, value: Any) -> str:
    """Return a value as it is shown: money with its currency, numbers in threes, unknown as a dash."""
    if value is None:
        return "–"
    if isinstance(value, Decimal) or (name.endswith("usd") and isinstance(value, float)):
        return dollars(Decimal(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    # What users and models wrote moves no cursor.
    return "".join(c if c.isprintable() else "�" for c in str(value))


def dollars(amount: Decimal) -> str:
    """Return an amount as people read it: cents where there are some, more places where there are none."""
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    places = 2 if size >= 1 or size == 0 else 4 if size >= Decimal("0.01") else 6 if size >= Decimal("0.0001") else 9
    return f"{sign}${size:,.{places}f}"


def _short(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 1]}…"


def _is_number(rows: Rows, name: str) -> bool:
    values = [row[name] for row in rows[:SHOWN] if row[name] is not None]
    return bool(values) and all(isinstance(value, (int, float, Decimal)) for value in values)

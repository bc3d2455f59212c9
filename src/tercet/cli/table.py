"""Rows as a table of a terminal: what does not fit its width is left out, the least telling columns first, and named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from tercet.toolkit.ledger.rows import Rows

LEFT_OUT_FIRST = (
    "origin", "request_id", "id", "attempt", "first_ms", "error_code", "cache_5m", "cache_1h", "attempts", "item", "conversation",
    "low_usd", "high_usd", "kind", "p50_ms", "stop_reason", "job", "tags", "status", "cache_read", "p95_ms", "input", "ms", "output",
)  # fmt: skip
"""Columns that a narrow terminal does without, in this order; others are folded if there is no room."""
_DATED = re.compile(r"-20\d{6}$")
GAP = 2


def table_of(rows: Rows, width: int | None) -> tuple[Table, list[str]]:
    """Return a table, and the columns that it leaves out. Those in which nothing stands are none; None: it has no edge."""
    from rich.table import Table
    from rich.text import Text

    held = [name for name in rows.columns if any(row[name] not in (None, 0, {}) for row in rows)]
    names, left_out = held, list[str]()
    cells = _cells(rows, held, short=False)
    if width is not None and _width(cells, held) > width:
        cells = _cells(rows, held, short=True)
        names, left_out = _fitting(cells, held, width)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0), collapse_padding=True)
    for name in names:
        numbers = any(isinstance(row[name], int | float | Decimal) for row in rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for place in range(len(rows)):
        table.add_row(*(Text(cells[name][place]) for name in names))
    return table, left_out


def _fitting(cells: dict[str, list[str]], held: Sequence[str], width: int) -> tuple[list[str], list[str]]:
    names, left_out = list(held), list[str]()
    for name in LEFT_OUT_FIRST:
        if _width(cells, names) <= width:
            break
        if name in names:
            names.remove(name)
            left_out.append(name)
    return names, left_out


def _width(cells: dict[str, list[str]], names: Sequence[str]) -> int:
    from rich.cells import cell_len

    return sum(max(map(cell_len, [name, *cells[name]])) + GAP for name in names) - GAP


def _cells(rows: Rows, names: Sequence[str], *, short: bool) -> dict[str, list[str]]:
    return {name: [_cell(name, row[name], short) for row in rows] for name in names}


def _cell(name: str, value: Any, short: bool) -> str:
    from tercet.toolkit.ledger.rows import text_of

    if name == "tags" and isinstance(value, dict):
        value = " ".join(f"{tag}={text}" for tag, text in value.items())
    text = text_of(name, value)
    if short and name == "time":
        return text[5:19].replace("T", " ")
    if short and name.startswith("model"):
        return _DATED.sub("", text).removeprefix("claude-")
    return text

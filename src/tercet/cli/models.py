"""`tercet models`: the known models with limits and prices. Asks nobody."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import click

from tercet.cli.settings import use_project

LEFT_OUT_FIRST = ("best for", "$ read", "status", "output", "context")
"""Columns that a narrow terminal does without, in this order."""


@click.command()
@click.option("--all", "shows_all", is_flag=True, help="Retired models, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of objects, money as decimal text.")
def models(shows_all: bool, as_json: bool) -> None:
    """List models, with limits and prices in US dollars per million tokens, your own prices included."""
    from tercet.catalog.listing import models as known

    use_project()
    rows = known(date.today()).where(lambda each: shows_all or each["status"] != "retired")
    if as_json:
        click.echo(json.dumps([{name: _plain(value) for name, value in row.items()} for row in rows], indent=2))
        return
    _print(rows)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _print(rows: Any) -> None:
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table

    from tercet.catalog.listing import COLUMNS, shown_value

    console = Console()
    shown = {head: [shown_value(row[name]) for row in rows] for name, head in COLUMNS.items()}
    if console.is_terminal:
        for head in LEFT_OUT_FIRST:
            if sum(max(map(cell_len, [name, *cells])) + 2 for name, cells in shown.items()) - 2 <= console.width:
                break
            del shown[head]
    else:
        console = Console(width=10_000)  # a file or a pipe has no edge to fold at
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), collapse_padding=True)
    for head in shown:
        table.add_column(head, justify="left" if head in ("id", "status", "best for") else "right", overflow="fold")
    for cells in zip(*shown.values(), strict=True):
        table.add_row(*cells)
    console.print(table, markup=False)

"""`tercet cost` and `tercet logs`: what calls cost and how they went, from a ledger. Prints; asks `tercet.Ledger`."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from tercet.cli.on_local import is_local
from tercet.cli.options import BadValue

if TYPE_CHECKING:
    from tercet.toolkit.ledger.ledger import Ledger
    from tercet.toolkit.ledger.rows import Rows

ORIGINS = ("api", "local", "all")


class TryLater(click.ClickException):
    """A ledger that somebody else holds, said in one line."""

    exit_code = 75


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return the command with the options that both verbs have."""
    options = (
        click.option("--ledger", "path", metavar="PATH", help="The ledger; else TERCET_LEDGER, [ledger] of tercet.toml, your data folder's."),
        click.option("--since", metavar="WHEN", help="From then on: today, yesterday, monday, 2026-11-01 or a time."),
        click.option("--until", metavar="WHEN", help="Before then."),
        click.option("--origin", type=click.Choice(ORIGINS), default=lambda: "local" if is_local() else "api",
                     show_default="api", help="Calls that the API answered, or a local API."),
        click.option("--tz", metavar="ZONE", help="The zone of days: local, Europe/Oslo; UTC unless given."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of objects, money as decimal text."),
        click.option("--csv", "as_csv", is_flag=True, help="Print CSV."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@common_options
@click.option("--by", default="day,model", show_default=True, metavar="NAMES",
              help="Groups: day, week, month, hour, model, user, job, kind, error, or a tag.")  # fmt: skip
@click.option("--html", "page", metavar="FILE", help="Write a page with plots instead.")
def cost(path: str | None, by: str, page: str | None, **asked: Any) -> None:
    """Say what calls cost, by day and model."""
    kind = output_kind(asked)
    if page is not None:
        if kind != "table":
            raise BadValue("--html writes a file; --json and --csv print: give one of them")
        read_ledger(path, lambda ledger: ledger.page(page, **asked))
        click.echo(f"Wrote {page}", err=True)
        return
    show(read_ledger(path, lambda ledger: ledger.cost(by=by, **asked)), kind)


@click.command()
@common_options
@click.option("--errors", is_flag=True, help="Those that failed alone.")
@click.option("--slow", is_flag=True, help="The slowest first.")
@click.option(
    "--bodies", is_flag=True, help="With what was sent and what came, where the ledger keeps it; as JSON unless --csv."
)
@click.option("-n", "--limit", default=50, show_default=True, type=click.IntRange(min=1), metavar="N", help="How many.")
def logs(path: str | None, errors: bool, slow: bool, bodies: bool, limit: int, **asked: Any) -> None:
    """List calls, the newest first: one line for every attempt."""
    kind = output_kind(asked)
    which: dict[str, Any] = {"errors": errors, "slow": slow, "bodies": bodies, "limit": limit}
    rows = read_ledger(path, lambda ledger: ledger.calls(**which, **asked))
    show(rows, "json" if bodies and kind == "table" else kind)


def output_kind(asked: dict[str, Any]) -> str:
    """Take `--json` and `--csv` out of the options, and return which it is."""
    as_json, as_csv = asked.pop("as_json"), asked.pop("as_csv")
    if as_json and as_csv:
        raise BadValue("--json and --csv are two forms of the same rows: give one of them")
    return "json" if as_json else "csv" if as_csv else "table"


def read_ledger(path: str | None, ask: Callable[[Ledger], Any]) -> Any:
    """Ask the ledger. What it cannot answer ends the command with 2, a ledger that is held by others with 75."""
    from tercet.cli.settings import use_project
    from tercet.toolkit.ledger.errors import LedgerBusyError, LedgerError
    from tercet.toolkit.ledger.ledger import Ledger

    of_project = use_project()
    place = path or os.environ.get("TERCET_LEDGER") or of_project
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            found = ask(Ledger(place))
        except LedgerBusyError as error:
            raise TryLater(str(error)) from None
        except LedgerError as error:
            raise BadValue(str(error)) from None
    for each in told:
        click.echo(f"Warning: {each.message}", err=True)
    return found


def show(rows: Rows, kind: str) -> None:
    """Print rows as JSON, as CSV, or as a table. Notes go to stderr, so that what is piped on is rows alone."""
    try:
        {"json": write_json, "csv": write_csv, "table": write_table}[kind](rows)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; nothing more is written when the interpreter ends
        with suppress(OSError):
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115 - it stands in for stdout until the process ends
    for note in rows.notes:
        click.echo(note, err=True)


def write_json(rows: Rows) -> None:
    """Print a list of objects."""
    print(json.dumps([{name: plain_value(row[name]) for name in rows.columns} for row in rows], indent=2))


def write_csv(rows: Rows) -> None:
    """Print a head and a line a row. What is not known is empty."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rows.columns)
    for row in rows:
        writer.writerow(["" if row[name] is None else _cell(plain_value(row[name])) for name in rows.columns])


def _cell(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula: tags and names of models were written by others."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) and not _is_money(value)
    return f"'{value}" if is_formula else value


def _is_money(text: str) -> bool:
    return text.replace(".", "", 1).removeprefix("-").isdecimal()


def write_table(rows: Rows) -> None:
    """Print a table that fits the terminal; columns in which nothing stands are left out."""
    if not rows:
        click.echo("no rows")
        return
    from rich.console import Console

    from tercet.cli.table import table_of

    console = Console()
    table, left_out = table_of(rows, console.width if console.is_terminal else None)
    if not console.is_terminal:
        console = Console(width=10_000)  # a file or a pipe has no edge to fold at
    console.print(table)
    if left_out:
        click.echo(f"Not shown, for want of width: {', '.join(left_out)} (--json and --csv have all)", err=True)


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it: money as decimal text, times as they are written."""
    return (
        format(value, "f")
        if isinstance(value, Decimal)
        else value
        if isinstance(value, str | int | float | bool | None)
        else str(value)
    )

"""`tercet count`: the input tokens of files, counted by the API, which takes nothing for that."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from tercet.cli.defaults import setting
from tercet.cli.exits import SOME_FAILED, USAGE
from tercet.cli.options import BadValue
from tercet.cli.question import block_of, checked_text

STDIN = "-"


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("-m", "--model", metavar="MODEL", help="Whose tokens; else as tercet ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of objects, money as decimal text.")
def count(files: tuple[str, ...], model: str | None, as_json: bool) -> int:
    """Count the input tokens of each FILE, a message of its own, and what they cost; - is stdin."""
    from tercet.cli.asking import make_client

    name = setting("model", model).value
    client = make_client()
    rows = [_row(client, file, name) for file in files]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        _print(rows)
    failed = [row for row in rows if row["error"] is not None]
    return 0 if not failed else SOME_FAILED if len(failed) < len(rows) else USAGE


def _row(client: Any, file: str, model: str) -> dict[str, Any]:
    """Return the tokens of one file. A file that cannot be sent is a row, too: the others are still told."""
    row: dict[str, Any] = {"file": file, "model": model, "tokens": None, "usd": None, "error": None}
    try:
        content = _content(file, model)
    except BadValue as error:
        return {**row, "error": " ".join(error.format_message().split())}
    tokens = client.messages.count_tokens(model=model, messages=[{"role": "user", "content": content}]).input_tokens
    return {**row, "tokens": tokens, "usd": _price(model, tokens)}


def _content(file: str, model: str) -> Any:
    if file != STDIN:
        return [block_of(file, model)]
    try:
        text = checked_text(sys.stdin.buffer.read().decode("utf-8-sig"), "stdin")
    except UnicodeDecodeError:
        raise BadValue("stdin holds bytes that are no UTF-8 text") from None
    if not text.strip():
        raise BadValue("stdin is empty")
    return text


def _price(model: str, tokens: int) -> str | None:
    from tercet.catalog.cost import price

    usd = price(model, {"input_tokens": tokens, "output_tokens": 0})
    return None if usd is None else format(usd, "f")


def _print(rows: list[dict[str, Any]]) -> None:
    counted = [row for row in rows if row["error"] is None]
    wide = max((len(f"{row['tokens']:,}") for row in counted), default=0)
    for row in counted:
        usd = "" if row["usd"] is None else f"  ${row['usd']}"
        click.echo(f"{row['tokens']:>{wide},}{usd}  {row['file']}")
    for row in rows:
        if row["error"] is not None:
            click.echo(f"Error: {row['error']}", err=True)

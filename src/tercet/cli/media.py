"""`tercet media`: what would be sent of images and documents, and what it would cost. Sends nothing, fetches nothing."""

from __future__ import annotations

import json
from typing import Any

import click

from tercet.cli.defaults import setting
from tercet.cli.exits import ANSWERED, SOME_FAILED, USAGE

MEGABYTE, KILOBYTE = 1_000_000, 1_000


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("-m", "--model", metavar="MODEL", help="Whose view, limits and prices; else as tercet ask.")
@click.option("--tokens", type=click.IntRange(min=1), metavar="N", help="The most that an image may cost.")
@click.option("--pages", metavar="PAGES", help="Pages of PDFs: 1-20, or 1-3,7.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of objects, money as decimal text.")
def media(files: tuple[str, ...], model: str | None, tokens: int | None, pages: str | None, as_json: bool) -> int:
    """Say what would be sent of images and documents: type, size, tokens and cost."""
    name = setting("model", model).value
    rows = [_row(file, name, tokens, pages) for file in files]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        _print_table(rows)
    failed = sum(row["error"] is not None for row in rows)
    return ANSWERED if not failed else SOME_FAILED if failed < len(rows) else USAGE


def _row(file: str, model: str, tokens: int | None, pages: str | None) -> dict[str, Any]:
    """Return what would be sent of one file. An error is a row, too: the others are still told."""
    row: dict[str, Any] = dict.fromkeys(("file", "type", "width", "height", "pages", "bytes", "tokens", "usd", "error"))
    row["file"] = file
    try:
        block = _block(file, model, tokens, pages)
    except (OSError, ValueError) as problem:
        return {**row, "error": " ".join(str(problem).split())}
    source = block["source"]
    data = source.get("data")
    if data is not None and not isinstance(data, str):
        row["error"] = data.reason
    elif data is not None:
        row["bytes"] = len(data) if source["type"] == "base64" else len(data.encode())
    row["type"] = source.get("media_type")
    row["width"], row["height"] = getattr(block, "width", None), getattr(block, "height", None)
    held = getattr(block, "pages", None)
    row["pages"] = len(held) if held is not None else None
    return {**row, "tokens": block.tokens, "usd": _price(model, block.tokens)}


def _block(file: str, model: str, tokens: int | None, pages: str | None) -> Any:
    from tercet.toolkit.media.documents import document
    from tercet.toolkit.media.images import image
    from tercet.toolkit.media.kinds import CONVERTED, SENT, kind_of
    from tercet.toolkit.media.sources import is_address, read_source

    if is_address(file):
        raise ValueError("is an address: give a file that is here")
    data = read_source(file, "image").data or b""
    if kind_of(data) in SENT or kind_of(data) in CONVERTED:
        return image(file, model=model, tokens=tokens)
    return document(file, model=model, pages=pages if kind_of(data) == "pdf" else None)


def _price(model: str, tokens: int | None) -> str | None:
    from tercet.catalog.cost import price

    usd = price(model, {"input_tokens": tokens, "output_tokens": 0}) if tokens is not None else None
    return None if usd is None else format(usd, "f")


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("file", "type", "size", "pages", "bytes", "tokens", "usd"):
        table.add_column(name, justify="left" if name in ("file", "type") else "right", overflow="fold")
    for row in rows:
        if row["type"]:
            table.add_row(*map(Text, _cells(row)))
    if table.row_count:
        console = Console()
        if not console.is_terminal:
            console = Console(width=10_000)  # a file or a pipe has no edge to fold at
        console.print(table)
    for row in rows:
        if row["error"]:
            click.echo(f"Error: {row['file']}: {row['error']}", err=True)


def _cells(row: dict[str, Any]) -> list[str]:
    """Return a row as it is shown; what nobody knows is empty."""
    size = f"{row['width']} × {row['height']}" if row["width"] else ""
    pages = "" if row["pages"] is None else str(row["pages"])
    held = "" if row["bytes"] is None else _bytes(row["bytes"])
    tokens = "" if row["tokens"] is None else f"{row['tokens']:,}"
    return [row["file"], row["type"], size, pages, held, tokens, row["usd"] or ""]


def _bytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{size / KILOBYTE:.1f} KB"

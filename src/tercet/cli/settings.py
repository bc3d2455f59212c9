"""What a project says of itself in `tercet.toml`: the ledger it writes, and prices of its own. Knows no command.

The file is that of the working directory or of the nearest directory above it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tercet.cli.options import BadValue

NAME = "tercet.toml"


def project_file(start: Path) -> Path | None:
    """Return the `tercet.toml` that holds in a directory, if there is one."""
    return next((file for folder in (start, *start.parents) if (file := folder / NAME).is_file()), None)


def read_settings(file: Path | None) -> dict[str, dict[str, Any]]:
    """Return the tables of a project's file."""
    if file is None:
        return {}
    try:
        read = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadValue(f"{file} cannot be read: {error}") from None
    return {name: table for name, table in read.items() if isinstance(table, dict)}


def use_project(start: Path | None = None) -> Path | None:
    """Lay the project's prices over the catalog, and return where its ledger is; None if it does not say."""
    file = project_file(start or Path.cwd())
    tables = read_settings(file)
    if file is None:
        return None
    if tables.get("prices"):
        from tercet.catalog import load_prices

        try:
            load_prices({"prices": tables["prices"]})
        except ValueError as error:
            raise BadValue(f"{file}: {error}") from None
    place = tables.get("ledger", {}).get("path")
    if place is None:
        return None
    if not isinstance(place, str) or not place.strip():
        raise BadValue(f"{file}: path of [ledger] must be the path of a file, not {place!r}")
    return file.parent / Path(place).expanduser()

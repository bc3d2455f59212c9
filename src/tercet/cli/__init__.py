"""The `tercet` command, one file a subcommand. Uses public names only."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. Needs the `cli` extra, and says so when it is missing."""
    try:
        from tercet.cli.commands import run
    except ModuleNotFoundError as missing:
        if missing.name not in ("click", "rich"):
            raise
        sys.exit(f"The tercet command needs {missing.name!r}: install it with  pip install 'tercet[cli]'")
    sys.exit(run())

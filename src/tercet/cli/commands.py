"""The command group: what `tercet --help` lists."""

from __future__ import annotations

import click

from tercet._version import __version__
from tercet.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="tercet")
def tercet() -> None:
    """Tercet: the Claude API for Python. A client, a toolkit, and a local API to try them on."""


tercet.add_command(serve)

"""The command group: what `tercet --help` lists, and how errors are said."""

from __future__ import annotations

import click

from tercet._version import __version__
from tercet.cli.ledger import cost, logs
from tercet.cli.serve import serve

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="tercet")
def tercet() -> None:
    """Tercet: the Claude API for Python. A client, a toolkit, and a local API to try them on."""


tercet.add_command(cost)
tercet.add_command(logs)
tercet.add_command(serve)


def run() -> int:
    """Run the command that was typed. Returns the exit code: 0, 1 for what failed, 2 for what cannot be understood."""
    try:
        return int(tercet.main(prog_name="tercet", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as nothing:
        nothing.show()
        return nothing.exit_code
    except click.ClickException as problem:
        _say(problem)
        return problem.exit_code
    except click.Abort:
        return INTERRUPTED


def _say(problem: click.ClickException) -> None:
    """Print what is wrong in one line, and where help is."""
    context = getattr(problem, "ctx", None)
    hint = f" See {context.command_path} --help." if context is not None else ""
    click.echo(f"Error: {' '.join(problem.format_message().split())}{hint}", err=True)

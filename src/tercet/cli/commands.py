"""The command group: what `tercet --help` lists, and how errors are said. A verb is loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

from tercet._version import __version__

INTERRUPTED = 130
VERBS = {
    "batch": "batch",
    "bulk": "bulk",
    "cost": "ledger",
    "logs": "ledger",
    "media": "media",
    "serve": "serve",
}
"""Verbs -> the modules here that have a command of that name."""


class VerbGroup(click.Group):
    """A group that imports no verb before it is asked for: `tercet cost` needs neither client nor server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs, in the order of the help."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the verb, or None if there is none of this name."""
        if cmd_name not in VERBS:
            return None
        found = getattr(import_module(f"tercet.cli.{VERBS[cmd_name]}"), cmd_name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="tercet")
def tercet() -> None:
    """Tercet: the Claude API for Python. A client, a toolkit, and a local API to try them on."""


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

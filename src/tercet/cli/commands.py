"""The command group: what `tercet --help` lists, and how errors are said. A verb is loaded when it is asked for."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from tercet._version import __version__
from tercet.cli.exits import ANSWERED, INTERRUPTED, USAGE, complain, exit_code, one_line, sentence
from tercet.cli.on_local import with_local_option

VERBS = {
    "batch": "batch",
    "ask": "ask",
    "bulk": "bulk",
    "chat": "chat",
    "cost": "ledger",
    "count": "count",
    "doctor": "doctor",
    "logs": "ledger",
    "media": "media",
    "models": "models",
    "serve": "serve",
}
"""Verbs -> the modules here that have a command of that name."""
QUESTION = "ask"


class FailedCommand(click.ClickException):
    """An error of the library in one sentence, with the exit code that belongs to it."""

    def __init__(self, said: str, code: int) -> None:
        super().__init__(said)
        self.exit_code = code  # type: ignore[misc]  # click reads it from the instance


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
        return with_local_option(found, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb. A reader that has gone (`| head`) ends it as wanted; click would call that a failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            leave_stdout()
            return ANSWERED
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            code = exit_code(error)
            if code is None:  # nobody expects it: its traceback is worth reading
                raise
            raise FailedCommand(sentence(error), code) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb. One argument with a space in it is a question; a word that is no verb never is."""
        first = args[0]
        if first in VERBS:
            return super().resolve_command(ctx, args)
        if is_question(args):
            return QUESTION, self.get_command(ctx, QUESTION), [*args[1:], "--", first]
        raise click.UsageError(f"There is no command {one_line(first)!r:.80}.{_nearest(first)}", ctx)


def is_question(args: list[str]) -> bool:
    """Return whether what was typed is one argument of several words, and no command that was quoted whole."""
    words = args[0].split()
    if len(words) < 2 or (words[0] in VERBS and words[1].startswith("-")):
        return False
    return all(each == "--local" for each in args[1:])


def _nearest(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word.split()[0].lower() if word.split() else "", VERBS, 1, 0.5)
    told = f" Did you mean: tercet {near[0]}?" if near else ""
    return f'{told} A question is one argument of several words, or: tercet ask "…".'


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="tercet")
def tercet() -> None:
    """Tercet: the Claude API for Python. A client, a toolkit, and a local API to try them on.

    A question needs no command: tercet "why is the sky blue?"
    """


def run() -> int:
    """Run the command that was typed, and return its exit code (`exits.py`). What goes wrong is one line on stderr."""
    _prepare()
    try:
        code = int(tercet.main(prog_name="tercet", standalone_mode=False) or ANSWERED)
        sys.stdout.flush()
        return code
    except click.exceptions.NoArgsIsHelpError as nothing:
        nothing.show()
        return nothing.exit_code
    except click.ClickException as problem:
        _say(problem)
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else USAGE


def leave_stdout() -> None:
    """Write nothing more to a reader that has gone: `| head` has seen enough."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _prepare() -> None:
    """Let output pass in every locale, and warnings be one line each."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    warnings.showwarning = _warn  # type: ignore[assignment]


def _warn(message: Warning | str, *about: Any) -> None:
    with suppress(OSError):
        click.echo(f"Warning: {one_line(str(message))}", err=True)


def _say(problem: click.ClickException) -> None:
    """Print what is wrong in one line, and where help is."""
    context = getattr(problem, "ctx", None)
    hint = f" See {context.command_path} --help." if context is not None else ""
    complain(f"{' '.join(problem.format_message().split())}{hint}")

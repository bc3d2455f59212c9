"""`--local` on every command: no key, no network, no bill. A local API runs for as long as the command does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

NAME = "tercet.cli.local"
OFFLINE = frozenset({"cost", "logs", "media", "models", "serve"})
"""Verbs that ask nobody: `--local` starts nothing for them."""


def with_local_option(command: click.Command, verb: str) -> click.Command:
    """Return the command, its subcommands too, with the option `--local`."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            with_local_option(each, verb)
    elif not any("--local" in each.opts for each in command.params):
        command.params.append(
            click.Option(
                ["--local"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=lambda context, _, asked: _begin(context, verb) if asked else None,
                help=_help_of(verb),
            )
        )
    return command


def _help_of(verb: str) -> str:
    if verb in ("cost", "logs"):
        return "Calls that a local API answered."
    if verb in OFFLINE:
        return "Changes nothing: this command asks nobody but this machine."
    return "Ask a local API that runs for as long as this command: no key, no network, no bill."


def is_local() -> bool:
    """Return whether the command that runs was given `--local`."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(NAME))


def _begin(context: click.Context, verb: str) -> None:
    if context.resilient_parsing:
        return
    context.meta[NAME] = True
    if verb not in OFFLINE:
        context.with_resource(local_environment())


@contextmanager
def local_environment() -> Iterator[str]:
    """Run a local API, and let every client of this process that names no other find it. Gives its base URL."""
    from tercet.local import LOCAL_KEY, local_api

    with local_api() as api:
        settings = {
            "ANTHROPIC_BASE_URL": api.base_url,
            "ANTHROPIC_API_KEY": LOCAL_KEY,
            "ANTHROPIC_AUTH_TOKEN": None,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        before = {name: os.environ.get(name) for name in settings}
        _set(settings)
        try:
            yield api.base_url
        finally:
            _set(before)


def _set(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

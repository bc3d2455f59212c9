"""Options in groups, and options from a file: what `tercet serve` is made of. Knows no server."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any] | click.Command)


class BadValue(click.ClickException):
    """A value that cannot be used, said in one line."""

    exit_code = 2


class GroupedOption(click.Option):
    """An option that belongs to a group of the help."""

    def __init__(self, *names: Any, group: str, **more: Any) -> None:
        super().__init__(*names, **more)
        self.group = group

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Return the brackets behind the help: no ranges, which errors tell well enough."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra


class GroupedCommand(click.Command):
    """A command whose help shows its options by their groups, in the order of their first options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the groups."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                groups.setdefault(getattr(parameter, "group", "Help"), []).append(record)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)


def option(group: str, *names: str, **more: Any) -> Callable[[Decorated], Decorated]:
    """Return a decorator that adds an option of this group."""
    return click.option(*names, cls=GroupedOption, group=group, **more)


def share(value: str | float) -> float:
    """Return a share of the requests, 5% or 0.05, as a number from 0 to 1."""
    text = str(value).strip()
    try:
        found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise click.BadParameter(f"{value!r} is no share; write 5% or 0.05.")
    return found


def from_file(context: click.Context, parameter: click.Parameter, path: str | None) -> None:
    """Let a TOML file speak where the command line is silent: every option by its name, without the dashes before it."""
    if path is None:
        return
    try:
        given = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadValue(f"{path} cannot be read as TOML: {problem}") from None
    known = {name.lstrip("-"): each for each in context.command.params for name in each.opts if each is not parameter}
    values: dict[str, Any] = {}
    for name, value in given.items():
        found = known.get(name.replace("_", "-"))
        if found is None or found.name is None or isinstance(value, dict):
            raise BadValue(f"{path} holds {name!r}; known are {', '.join(sorted(known.keys() - {'help', 'h'}))}")
        values[found.name] = _fitting(found, value, f"{path}: {name}")
    context.default_map = {**(context.default_map or {}), **values}


def _fitting(parameter: click.Parameter, value: Any, where: str) -> Any:
    """Return the value as the option takes it: a list where it may be repeated, true or false where it is a flag."""
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    if flag != isinstance(value, bool):
        raise BadValue(f"{where} is {value!r}; {'true or false' if flag else 'a value'} is expected")
    if parameter.multiple:
        return value if isinstance(value, list) else [value]
    if isinstance(value, list):
        raise BadValue(f"{where} is a list; one value is expected")
    return value

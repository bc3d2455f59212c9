"""The arguments of requests, one row each: what checks a value, and where it goes in the request.

Whatever calls the API walks its arguments once, through `parse_arguments`. Names and types of each method are those of the
TypedDicts in `wire/params`; what has no row here goes into the body as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from tercet.client.overrides import Overrides
from tercet.wire.requests.arguments import (
    Check,
    count,
    definitions,
    flag,
    fraction,
    mapping,
    several,
    strings,
    text,
    text_or_blocks,
    turns,
    unknown_argument,
)
from tercet.wire.requests.json_body import LAST
from tercet.wire.requests.sentinels import absent_kinds, drop_not_given


def hide(name: str, value: Any) -> Any:
    """Return headers or parameters as Overrides, which show no key."""
    return Overrides(value) if isinstance(value, Mapping) else value


class Argument(NamedTuple):
    """One argument of a request."""

    place: Literal["body", "header", "option"] = "body"
    """Body (or query, where there is none), a header of its own, or an option of the exchange."""
    check: Check | None = None
    """Returns the value as it is sent, or raises TypeError or ValueError that name the argument."""
    header: str = ""


ARGUMENTS: dict[str, Argument] = {
    # the model and what it is asked
    "model": Argument(check=text),
    "max_tokens": Argument(check=count),
    "messages": Argument(check=turns),
    "system": Argument(check=text_or_blocks),
    "tools": Argument(check=definitions),
    "tool_choice": Argument(check=mapping),
    "temperature": Argument(check=fraction),
    "top_p": Argument(check=fraction),
    "top_k": Argument(check=count),
    "stop_sequences": Argument(check=strings),
    "stream": Argument(check=flag),
    "metadata": Argument(check=mapping),
    "thinking": Argument(check=mapping),
    "output_config": Argument(check=mapping),
    "cache_control": Argument(check=mapping),
    "service_tier": Argument(check=text),
    "inference_geo": Argument(check=text),
    "speed": Argument(check=text),
    "context_management": Argument(check=mapping),
    "mcp_servers": Argument(check=several),
    "betas": Argument(check=strings),
    # lists and files
    "limit": Argument(check=count),
    "after_id": Argument(check=text),
    "before_id": Argument(check=text),
    "page": Argument(check=text),
    "scope_id": Argument(check=text),
    "ids": Argument(check=strings),
    "lifecycle": Argument(check=strings),
    "expires_in_seconds": Argument(check=count),
    # who asks
    "workspace_id": Argument("header", text, "anthropic-workspace-id"),
    "user_profile_id": Argument("header", text, "anthropic-user-profile-id"),
    # the exchange
    "extra_headers": Argument("option", hide),
    "extra_query": Argument("option", hide),
    "extra_body": Argument("option"),
    "timeout": Argument("option"),
    "deadline": Argument("option"),
    "max_retries": Argument("option"),
}
BODY = Argument()
"""The row of what has none."""
TRANSPORT_OPTIONS = tuple(name for name, argument in ARGUMENTS.items() if argument.place == "option")
"""Arguments of every call that are about the exchange, not about the message."""


class ParsedArguments:
    """The arguments of one call, sorted by where they go."""

    __slots__ = ("headers", "options", "params")

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self.headers: dict[str, Any] = {}
        self.options: dict[str, Any] = {}


def parse_arguments(
    arguments: Mapping[str, Any],
    names: frozenset[str],
    caller: str,
    required: Sequence[str] = (),
    *,
    nulls: bool = True,
    checked: bool = False,
) -> ParsedArguments:
    """Check arguments and sort them by where they go; of the body, tools, system and messages come last.

    `nulls`: whether None is sent, as the API's word for "unset", or counts as not given. `checked`: they are right by now.
    Raises TypeError for names that are unknown or missing, then TypeError or ValueError for the first wrong value.
    """
    absent = absent_kinds()
    if not (checked or names.issuperset(arguments)):
        refuse_unknown(drop_not_given(arguments), names, caller)
    for name in required:
        if arguments.get(name) is None or isinstance(arguments[name], absent):
            refuse_missing(drop_not_given(arguments), required, caller)
    parsed = ParsedArguments()
    params = parsed.params
    for name, value in arguments.items():
        if isinstance(value, absent):
            continue
        place, check, header = ARGUMENTS.get(name, BODY)
        if check is not None and value is not None and not (checked and place == "body"):
            value = check(name, value)
        if place == "body":
            if nulls or value is not None:
                params[name] = value
        elif place == "option":
            parsed.options[name] = value
        elif value is not None:
            parsed.headers[header] = value
    for name in LAST:
        if name in params:
            params[name] = params.pop(name)
    return parsed


def check_arguments(
    arguments: Mapping[str, Any], names: Iterable[str], required: Sequence[str], caller: str
) -> dict[str, Any]:
    """Return the arguments, each checked, for calls that are made of them later."""
    given = drop_not_given(arguments)
    refuse_unknown(given, names, caller)
    refuse_missing(given, required, caller)
    return {name: check_argument(name, name, value) for name, value in given.items()}


def check_argument(name: str, shown: str, value: Any) -> Any:
    """Return the value of one argument, checked; `shown` is its name in errors. None passes."""
    place, check, _ = ARGUMENTS.get(name, BODY)
    return value if check is None or value is None or place == "option" else check(shown, value)


def refuse_unknown(arguments: Iterable[str], names: Iterable[str], caller: str) -> None:
    """Raise TypeError for the first name that is not among `names`."""
    for name in arguments:
        if name not in names:
            raise unknown_argument(name, names, caller)


def refuse_missing(arguments: Mapping[str, Any], required: Sequence[str], caller: str) -> None:
    """Raise TypeError that names all that is missing."""
    missing = [name for name in required if arguments.get(name) is None]
    if missing:
        raise TypeError(f"{caller}() needs {', '.join(f'{name}=' for name in missing)}")

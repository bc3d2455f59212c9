"""Defaults of a client: parameters that every call has which takes them. What a call says wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tercet.client.arguments import TRANSPORT_OPTIONS, check_argument
from tercet.client.overrides import NO_OVERRIDES, Overrides
from tercet.wire import argument_names
from tercet.wire.requests.arguments import shown, unknown_argument
from tercet.wire.requests.sentinels import NotGiven, drop_not_given

NAMES = (argument_names.CREATE | argument_names.BETA_CREATE) - {"messages", *TRANSPORT_OPTIONS}
PRIVATE = frozenset({"mcp_servers"})
"""Parameters that may hold a token."""


def checked_defaults(value: Any) -> Overrides:
    """Return parameters, each checked. Raises TypeError for what is none, or belongs to the client or to one call."""
    if not value:
        return NO_OVERRIDES
    if not isinstance(value, Mapping):
        raise TypeError(f"defaults must be a dict of parameters, not {type(value).__name__} {shown(value)}")
    found = {}
    for name, each in drop_not_given(value).items():
        if name in TRANSPORT_OPTIONS:
            raise TypeError(f"defaults holds {name!r}, which is no parameter: the client has options for that")
        if name not in NAMES:
            raise unknown_argument(name, NAMES, "defaults", otherwise="it holds parameters of messages.create()")
        found[name] = check_argument(name, f"defaults[{name!r}]", each)
    return Overrides(found)


def public_defaults(value: Overrides) -> dict[str, Any]:
    """Return those that hold no credential."""
    return {name: each for name, each in value.items() if name not in PRIVATE}


def with_defaults(params: Mapping[str, Any], defaults: Overrides, names: frozenset[str]) -> Mapping[str, Any]:
    """Return the parameters of a call, and those defaults that it takes and says nothing of. `names` are those it takes."""
    if defaults is NO_OVERRIDES:
        return params
    silent = {
        name: value
        for name, value in defaults.given.items()
        if name in names and (name not in params or isinstance(params[name], NotGiven))
    }
    return {**params, **silent} if silent else params

"""The catalog's knowledge of a model and a request, said before anything is sent: a retired model, a parameter that the
model does not accept, and what to use instead.

Where the Claude API itself is asked, what it would refuse is an error here. Any other server – a gateway, the local
API – may know better, and gets the request with a warning. TERCET_ADVICE=0 turns it off; so do Python's warning filters.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from datetime import date
from typing import Any

API_HOST = "https://api.anthropic.com"
MOST_REMEMBERED = 1024
_OURS = ("tercet.", "functools")
"""Frames that stand between the caller and what is said to them."""
_quiet: set[tuple[Any, ...]] = set()
"""Requests about which there is nothing to say, by what matters of them: looking again would cost every call."""


class RefusedParameterError(ValueError):
    """The model does not accept a parameter of this request; the API would answer 400. Nothing was sent."""


def check_parameters(params: Mapping[str, Any], base_url: str, version: str) -> None:
    """Warn, or raise, about what the catalog knows to be wrong with this request."""
    key = (params.get("model"), version, *map(_essence, params.items()))
    try:
        if key in _quiet:
            return
    except TypeError:  # an odd value; it has been checked where it matters
        return
    if os.environ.get("TERCET_ADVICE") != "0" and _speak(params, base_url, version):
        return
    if len(_quiet) >= MOST_REMEMBERED:
        _quiet.clear()
    _quiet.add(key)


def _essence(pair: tuple[str, Any]) -> Any:
    """Return what the catalog may know something about: small values whole, of objects their type and effort, of messages the last role."""
    name, value = pair
    if name == "messages":
        last = value[-1] if value else None
        return last.get("role") if isinstance(last, Mapping) else None
    if isinstance(value, Mapping):
        return name, value.get("type"), value.get("effort"), "format" in value
    return (name, value) if isinstance(value, int | float | None) else name


def _speak(params: Mapping[str, Any], base_url: str, version: str) -> bool:
    from tercet.catalog import find, refused_parameters

    model = str(params.get("model"))
    facts = find(model)
    if facts is None:
        return False
    status = facts.lifecycle.on(date.today())
    if status != "active":
        warn(_about_lifecycle(model, status, facts), DeprecationWarning)
    refused = refused_parameters(model, params, version=version)
    for refusal in refused:
        if refusal.effect == "error" and base_url == API_HOST and status != "retired":
            raise RefusedParameterError(str(refusal))
        warn(str(refusal), UserWarning)
    return status != "active" or bool(refused)


def _about_lifecycle(model: str, status: str, facts: Any) -> str:
    ends = facts.lifecycle.retires
    when = f" on {ends:%Y-%m-%d}" if ends else ""
    instead = f"; use {facts.lifecycle.successor} instead" if facts.lifecycle.successor else ""
    if status == "retired":
        return f"the model {model!r} was retired{when}{instead}"
    return f"the model {model!r} is deprecated and will be retired{when}{instead}"


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the caller's line, however deep in this package the reason was found."""
    depth, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_OURS):
        depth, frame = depth + 1, frame.f_back
    warnings.warn(message, category, stacklevel=depth)

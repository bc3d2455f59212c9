"""Other models that the API itself may ask for one message: fallbacks, advisors, a summary of the conversation.

Each of them may be billed beside the model that was asked, so each is reserved. Loaded for requests that name one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tercet.catalog.facts import ModelFacts
from tercet.catalog.models import all_models, find
from tercet.flow.estimate import Estimate

MOST_ADVICE = 10
"""Calls of an advisor that names no `max_uses`."""
MOST_FALLBACKS = 32
"""More entries than the API takes."""
PATCHED = ("model", "max_tokens", "speed")
"""Fields of an entry of `fallbacks` that change what it costs."""


def companions(
    body: Mapping[str, Any],
    tools: Sequence[Mapping[str, Any]],
    asked: Estimate,
    again: Callable[[dict[str, Any]], Estimate],
) -> Iterator[Estimate]:
    """Return what else may be asked beside `asked`. `again` estimates the same message with other parameters."""
    alone = {name: value for name, value in body.items() if name not in ("fallbacks", "context_management")}
    alone["tools"] = [tool for tool in tools if not _is_advisor(tool)]
    yield from _fallbacks(body.get("fallbacks"), alone, again, asked)
    for tool in tools:
        if _is_advisor(tool):
            uses = tool.get("max_uses")
            yield from [_advice(tool, asked)] * (uses if type(uses) is int and 0 <= uses <= 1_000 else MOST_ADVICE)
    management = body.get("context_management")
    edits = management.get("edits") if isinstance(management, dict) else None
    if any(_kind(edit).startswith("compact") for edit in (edits if isinstance(edits, list) else ())):
        yield replace(asked, searches=0)


def _fallbacks(
    given: Any, alone: dict[str, Any], again: Callable[[dict[str, Any]], Estimate], asked: Estimate
) -> Iterator[Estimate]:
    if given == "default":  # the API does not say whom it asks
        given = [{"model": _dearest()}]
    if not given:
        return
    for entry in given if isinstance(given, list) and len(given) <= MOST_FALLBACKS else [None]:
        if not isinstance(entry, dict) or not isinstance(entry.get("model"), str):
            yield replace(asked, unknown="it names fallbacks that cannot be read")
            continue
        yield again({**alone, **{name: entry[name] for name in PATCHED if entry.get(name) is not None}})


def _advice(tool: Mapping[str, Any], asked: Estimate) -> Estimate:
    model = tool.get("model")
    facts = find(model) if isinstance(model, str) else None
    most = tool.get("max_tokens")
    if type(most) is not int or most < 0:
        most = facts.limits.output if facts else None
    read = asked.most_input + (asked.most_output or 0)
    return replace(asked, model=model if isinstance(model, str) else "", most_input=read, most_output=most, searches=0)


def _dearest() -> str:
    """Return the model whose output costs the most, of those that still answer."""

    def price(facts: ModelFacts) -> float:
        return max((float(row.output) for row in facts.prices), default=0.0)

    living = [facts for facts in all_models() if facts.lifecycle.status != "retired"]
    return max(living, key=price).id


def _is_advisor(tool: Mapping[str, Any]) -> bool:
    return _kind(tool).startswith("advisor_")


def _kind(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""

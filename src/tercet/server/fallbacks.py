"""Server-side fallbacks (beta): when a model declines, the next one of the request's list answers in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from tercet.catalog import models
from tercet.server.answer import Answer

OVERRIDES = ("max_tokens", "thinking", "output_config", "speed")
"""Fields of a list's entry that stand in for the request's, for its attempt alone."""
DEFAULTS = {"fable": "claude-opus-5-5", "mythos": "claude-opus-5-5"}
"""Line of a model -> who answers for it with `"fallbacks": "default"`. The API's own table is not published."""
Json = dict[str, Any]


class Served(NamedTuple):
    """What came of a request: the answer, the model that gave it, and the models that declined before it."""

    answer: Answer
    model: str
    declined: tuple[str, ...] = ()


def chain(request: Mapping[str, Any]) -> list[Json]:
    """The entries to try in turn after the requested model."""
    given = request.get("fallbacks")
    if given == "default":
        facts = models.find(str(request["model"]))
        line = facts.line if facts is not None else None
        return [{"model": DEFAULTS[line]}] if line in DEFAULTS else []
    return list(given) if isinstance(given, list) else []


def answered(request: Json, answer_to: Callable[[Json], Answer]) -> Served:
    """Let the requested model answer, and while it is declined, the models after it."""
    answer, model = answer_to(request), str(request["model"])
    declined: list[str] = []
    boundaries: list[Json] = []
    for entry in chain(request):
        if answer.stop_reason != "refusal" or answer.content:
            break
        facts = models.find(entry["model"])
        following = facts.id if facts is not None else entry["model"]
        trigger = {"type": "refusal", "category": (answer.stop_details or {}).get("category")}
        boundaries.append(
            {"type": "fallback", "from": {"model": model}, "to": {"model": following}, "trigger": trigger}
        )
        declined.append(model)
        model = following
        answer = answer_to({**request, **_overrides(entry), "model": model})
    if declined and answer.stop_reason != "refusal":
        answer = replace(answer, content=[*boundaries, *answer.content])
    return Served(answer, model, tuple(declined))


def _overrides(entry: Mapping[str, Any]) -> Json:
    return {name: entry[name] for name in OVERRIDES if entry.get(name) is not None}


def iterations(served: Served, usage: Json) -> list[Json]:
    """One step for each model that ran: those that declined wrote nothing."""
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation")
    inputs = {name: usage[name] for name in names}
    none = {"input_tokens": inputs["input_tokens"], "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    steps: list[Json] = [{"type": "message", "model": model, "output_tokens": 0, **none} for model in served.declined]
    kind = "message" if served.answer.stop_reason == "refusal" else "fallback_message"
    return [*steps, {"type": kind, "model": served.model, "output_tokens": usage["output_tokens"], **inputs}]

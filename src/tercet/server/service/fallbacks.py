"""Server-side fallbacks (beta): what their list may hold, and who answers in the place of a model that declines.

Sticky routing, by which the API goes straight to the model that answered before, is best-effort there and not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tercet.catalog import models
from tercet.catalog.facts import ModelFacts
from tercet.server.errors import HTTPError, invalid
from tercet.server.service.responder import Answer
from tercet.server.validation.check import checked
from tercet.server.validation.context import ValidationContext
from tercet.server.validation.error_texts import text
from tercet.server.validation.fields import refusal

MOST = 3
BETA = "server-side-fallback-"
BOTH_FORMS, LIST_ALONE = BETA + "2026-07-01", BETA + "2026-06-01"
CLASSIFIED_LINES, CLASSIFIED_SINCE, CLASSIFIED = ("fable", "mythos"), "5.5", ("claude-opus-5",)
"""Models with safety classifiers, which alone take `fallbacks`: by line, by generation, and by id."""
TARGETS = {
    "claude-opus-5": ("claude-opus-4-8",),
    "claude-fable-5": ("claude-opus-4-8",),
    "claude-mythos-5": ("claude-opus-4-8",),
}
"""Model -> those it may fall back to, where that is established."""
DEFAULTS = {"fable": "claude-opus-5-5", "mythos": "claude-opus-5-5"}
"""Line of a model -> who answers for it with `"fallbacks": "default"`. The API's own table is not published."""
BILLED = ("bio", "frontier_llm", "reasoning_extraction")
"""Categories in which a refusal before any output is billed."""
Json = dict[str, Any]
LookUp = Callable[[str, list[str]], tuple[str, ModelFacts | None]]


@dataclass(frozen=True, slots=True)
class FallbackResult:
    """The result of a request: the answer, the model that gave it, and the models that declined before it."""

    answer: Answer
    model: str
    declined: tuple[str, ...] = ()


def permitted(facts: ModelFacts | None) -> list[str] | None:
    """Return the models that this one may fall back to: none for one without classifiers; None where that is not
    established."""
    if facts is None:
        return None
    has_classifiers = (
        facts.line in CLASSIFIED_LINES or (facts.generation or "") >= CLASSIFIED_SINCE or facts.id in CLASSIFIED
    )
    return list(TARGETS[facts.id]) if facts.id in TARGETS else None if has_classifiers else []


# --- the list --------------------------------------------------------------------------------------------------------


def check_fallbacks(subject: ValidationContext, look_up: LookUp) -> None:
    """Check the list, and the request as each of its entries would have it. Raises 400."""
    given = subject.request["fallbacks"]
    forms = {BOTH_FORMS, LIST_ALONE} & subject.betas
    if subject.strict and not forms:
        raise refusal("extra", path="fallbacks")
    if given == "default":
        if subject.strict and BOTH_FORMS not in forms:
            raise refusal("type", path="fallbacks", kind="list")
        return
    if len(given) > MOST:
        raise refusal("too_many", path="fallbacks", most=MOST, count=len(given))
    targets = permitted(subject.facts)
    if given and targets == []:
        subject.refuse("no_fallbacks", model=subject.model)
    taken = {subject.model}
    for n, entry in enumerate(given):
        model, facts = _model(entry, n, look_up, subject.warnings)
        if model in taken:
            raise refusal("fallback_twice", n=n)
        if targets and model not in targets:
            subject.refuse("fallback_target", n=n, model=model, primary=subject.model)
        taken.add(model)
        _check_attempt(subject, n, attempt(subject.request, entry, model, facts), model, facts)


def _model(entry: Json, n: int, look_up: LookUp, warnings: list[str]) -> tuple[str, ModelFacts | None]:
    try:
        return look_up(entry["model"], warnings)
    except HTTPError as problem:
        raise invalid(text("fallback", n=n, problem=problem.message)) from None


def _check_attempt(subject: ValidationContext, n: int, request: Json, model: str, facts: ModelFacts | None) -> None:
    """Check that the request is valid as a direct one to each model that is named."""
    warnings: list[str] = []
    try:
        checked(replace(subject, request=request, model=model, facts=facts, warnings=warnings))
    except HTTPError as problem:
        raise invalid(text("fallback", n=n, problem=problem.message), **(problem.details or {})) from None
    new = (said for said in warnings if said not in subject.warnings)
    subject.warnings.extend([text("fallback", n=n, problem=said) for said in new])


def attempt(request: Mapping[str, Any], entry: Mapping[str, Any], model: str, facts: ModelFacts | None) -> Json:
    """Return the request of one attempt: what the entry says, and else what the request says as far as the model
    takes it."""
    made = {name: value for name, value in request.items() if name != "fallbacks"}
    made["model"] = model
    if entry.get("max_tokens") is not None:
        made["max_tokens"] = entry["max_tokens"]
    made["thinking"] = _thinking(request, entry, facts)
    made["output_config"] = _output_config(request, entry, facts)
    made["speed"] = _speed(request, entry, facts)
    return {name: value for name, value in made.items() if value is not None}


def _thinking(request: Mapping[str, Any], entry: Mapping[str, Any], facts: ModelFacts | None) -> Any:
    asked = request.get("thinking")
    if "thinking" in entry or asked is None:
        return entry.get("thinking")
    accepts = facts.thinking.accepts if facts is not None and facts.thinking is not None else None
    if accepts is None or asked["type"] in accepts:
        return asked
    return {"type": "disabled"} if asked["type"] == "between_tools" and "disabled" in accepts else None


def _output_config(request: Mapping[str, Any], entry: Mapping[str, Any], facts: ModelFacts | None) -> Any:
    own = entry.get("output_config")
    if "output_config" in entry and own is None:
        return None
    merged = {**(request.get("output_config") or {}), **(own or {})}
    known = facts.effort if facts is not None else None
    if "effort" not in (own or {}) and known is not None and merged.get("effort") not in known.levels:
        merged.pop("effort", None)
    return {name: value for name, value in merged.items() if value is not None} or None


def _speed(request: Mapping[str, Any], entry: Mapping[str, Any], facts: ModelFacts | None) -> Any:
    if "speed" in entry:
        return entry["speed"]
    fast = facts.fast if facts is not None else None
    return request.get("speed") if fast is not None and fast.multiplier is not None else None


# --- the answer ------------------------------------------------------------------------------------------------------


def chain(request: Mapping[str, Any]) -> list[Json]:
    """Return the entries to try in turn after the requested model."""
    given = request.get("fallbacks")
    if given == "default":
        facts = models.find(str(request["model"]))
        line = facts.line if facts is not None else None
        return [{"model": DEFAULTS[line]}] if line in DEFAULTS else []
    return list(given) if isinstance(given, list) else []


def answered(request: Json, answer_to: Callable[[Json], Answer], may_run: Callable[[str], bool]) -> FallbackResult:
    """Let the requested model answer, and while it is declined, the models after it; `may_run` asks for their limits."""
    served = FallbackResult(answer_to(request), str(request["model"]))
    boundaries: list[Json] = []
    for entry in chain(request):
        if served.answer.stop_reason != "refusal" or served.answer.content:
            break
        facts = models.find(entry["model"])
        following = facts.id if facts is not None else entry["model"]
        if not may_run(following):
            return _refused(served, recommended=following)
        boundaries.append(_boundary(served, following))
        answer = answer_to(attempt(request, entry, following, facts))
        served = FallbackResult(answer, following, (*served.declined, served.model))
    if served.answer.stop_reason == "refusal":
        return _refused(served)
    return replace(served, answer=replace(served.answer, content=[*boundaries, *served.answer.content]))


def is_billed(answer: Answer) -> bool:
    """Return whether an answer costs anything: most refusals before any output do not."""
    if answer.stop_reason != "refusal" or answer.content:
        return True
    return (answer.stop_details or {}).get("category") in BILLED


def _refused(served: FallbackResult, recommended: str | None = None) -> FallbackResult:
    """Return the last refusal, with the model to ask directly where its limits forbade the attempt."""
    details = served.answer.stop_details
    if details is None:
        return served
    return replace(served, answer=replace(served.answer, stop_details={**details, "recommended_model": recommended}))


def _boundary(served: FallbackResult, following: str) -> Json:
    trigger = {"type": "refusal", "category": (served.answer.stop_details or {}).get("category")}
    return {"type": "fallback", "from": {"model": served.model}, "to": {"model": following}, "trigger": trigger}


def iterations(served: FallbackResult, usage: Json) -> list[Json]:
    """Return one step for each model that ran: those that declined wrote nothing, the last one's is told apart."""
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation")
    inputs = {name: usage[name] for name in names}
    none = {"input_tokens": inputs["input_tokens"], "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    steps: list[Json] = [{"type": "message", "model": model, "output_tokens": 0, **none} for model in served.declined]
    last = {"type": "fallback_message", "model": served.model, "output_tokens": usage["output_tokens"], **inputs}
    return [*steps, last]

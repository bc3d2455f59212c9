"""Which model is asked when one fails, with which parameters, and when that is allowed. A plan over whole calls.

Knows parameters as JSON and the catalog's facts; how a call of changed parameters is made, it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tercet.catalog.facts import EFFORTS, ModelFacts
from tercet.catalog.models import find
from tercet.catalog.refusals import Refusal, refused_parameters
from tercet.flow.billing import NothingYielded, describe
from tercet.flow.effects import Emit, Lost, Outcome, Plan, Reply
from tercet.flow.events import Adaptation, CallInfo, FallbackDetails, Hop
from tercet.flow.retry import AMBIGUOUS, CallResult, is_spend_limit, status_of
from tercet.wire.errors import CircuitOpenError, PaceWaitError

FALLBACK_STATUSES = frozenset({500, 502, 503, 504, 520, 522, 524, 529})
"""A 4xx is none: the next model would refuse the same key and the same request. A 429 waits; see `Fallbacks.statuses`."""
FALLBACK_KINDS = frozenset({"timeout", "read"})
"""Where not even a connection comes about, every model is out of reach."""


class Fallbacks(msgspec.Struct, frozen=True):
    """The models to ask in turn: their names, or patches of parameters that name one. Each is laid over the original parameters (None takes one away), never over
    another patch."""

    patches: Sequence[str | Mapping[str, Any]]
    statuses: frozenset[int] = FALLBACK_STATUSES
    most_attempts: int = 6
    """Over all models together, retries included."""

    @classmethod
    def of(cls, value: Any) -> Fallbacks | None:
        """Return the Fallbacks that callers pass: a list of model ids and patches, a Fallbacks, or None."""
        if value is None:
            return None
        if isinstance(value, cls):
            if value.most_attempts < 1:
                raise ValueError(f"Fallbacks.most_attempts must be at least 1, not {value.most_attempts}")
            checked = cls.of(value.patches)
            return checked and cls(checked.patches, frozenset(value.statuses), value.most_attempts)
        if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
            raise TypeError(f"fallbacks must be a list of model ids or patches, not {type(value).__name__} {value!r}")
        patches = tuple(_check_patch(index, each) for index, each in enumerate(value))
        return cls(patches) if patches else None


def as_patch(value: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a model's id as the patch that it stands for."""
    return {"model": value} if isinstance(value, str) else value


def _check_patch(index: int, value: Any) -> Mapping[str, Any]:
    patch = as_patch(value)
    if not isinstance(patch, Mapping) or not all(isinstance(name, str) for name in patch):
        raise TypeError(f"fallbacks[{index}] must be a model id or a dict of parameters, not {value!r}")
    if not isinstance(patch.get("model"), str) or not patch["model"].strip():
        raise ValueError(f"fallbacks[{index}] names no model: {dict(patch)!r}")
    for name in ("stream", "messages"):
        if name in patch:
            raise ValueError(f"fallbacks[{index}] must not change {name!r}")
    return dict(patch)


def with_fallbacks(
    params: Callable[[], dict[str, Any]],
    model: str,
    fallbacks: Fallbacks,
    call: Callable[[dict[str, Any] | None, int], Plan[CallResult]],
    time_left: Callable[[], bool] = lambda: True,
    *,
    retry_ambiguous: bool = True,
) -> Plan[CallResult]:
    """Ask `model`, then each fallback, until one answers or fails in a way that another model cannot mend.

    `call(params, attempts)` is the plan of a call with these parameters (None: as they were) and at most so many
    attempts. What is returned when all fail is the first model's result. Asking another model repeats the request:
    without `retry_ambiguous` that ends with an attempt that may have been billed.
    """
    first = result = yield from call(None, fallbacks.most_attempts)
    hops = [_hop(model, result)]
    used = attempts_of(result)
    for patch in map(as_patch, fallbacks.patches):
        if not is_mendable(result, fallbacks) or used >= fallbacks.most_attempts or not time_left():
            break
        if not retry_ambiguous and may_be_billed(result):
            stopped = _stop(result)
            first, result = stopped if first is result else first, stopped
            hops[-1] = msgspec.structs.replace(hops[-1], attempts=stopped.attempts)
            break
        changed, adapted, obstacle = fit_parameters(params(), patch)
        problem = hops[-1].problem or describe(result.outcome)[1]
        yield Emit(FallbackDetails(hops[-1].model, problem, changed["model"], adapted, obstacle))
        if obstacle is not None:
            hops.append(Hop(changed["model"], None, f"passed over: {obstacle}"))
            continue
        result = yield from call(changed, fallbacks.most_attempts - used)
        used += attempts_of(result)
        hops.append(_hop(changed["model"], result, adapted))
    served = None if has_failed(result) else hops[-1].model
    shown = first if served is None else result
    return msgspec.structs.replace(shown, info=CallInfo(model, served, tuple(hops)))


def may_be_billed(result: CallResult) -> bool:
    """Return whether any failed attempt of a call may have been billed."""
    return any(attempt.billed != "no" for attempt in result.attempts)


def _stop(result: CallResult) -> CallResult:
    """Return the result with a last attempt that says why no other model was asked."""
    *before, last = result.attempts
    return msgspec.structs.replace(result, attempts=(*before, msgspec.structs.replace(last, stopped_by=AMBIGUOUS)))


def has_failed(result: CallResult) -> bool:
    """Return whether no answer came."""
    outcome = result.outcome
    return isinstance(outcome, Lost | NothingYielded) or outcome.status >= 400


def attempts_of(result: CallResult) -> int:
    """Return how many requests were sent."""
    return len(result.attempts) + (not has_failed(result))


def is_mendable(result: CallResult, fallbacks: Fallbacks) -> bool:
    """Return whether another model may answer where this one did not: only before its first content, and only for its own
    failures – not for ours, not for the key's, not for the money's."""
    outcome: Outcome = result.outcome
    if isinstance(outcome, NothingYielded):
        failure = outcome.failure
        return failure.kind in FALLBACK_KINDS if isinstance(failure, Lost) else status_of(failure) in fallbacks.statuses
    if isinstance(outcome, Lost):
        return isinstance(outcome.raise_as, CircuitOpenError | PaceWaitError) or (
            outcome.kind in FALLBACK_KINDS and outcome.raise_as is None and outcome.phase != "not_sent"
        )
    return outcome.status in fallbacks.statuses and not is_spend_limit(outcome)


def _hop(model: str, result: CallResult, adapted: tuple[Adaptation, ...] = ()) -> Hop:
    outcome = result.outcome
    status, problem = describe(outcome)
    request_id = outcome.headers.get("request-id") if isinstance(outcome, Reply) else None
    return Hop(model, status, problem if has_failed(result) else None, result.attempts, adapted, request_id)


# --- parameters for another model ------------------------------------------------------------------------------------


def fit_parameters(
    original: Mapping[str, Any], patch: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[Adaptation, ...], str | None]:
    """Return the original parameters with a patch over them, fitted to the patch's model: what to send, what was changed for
    that model's sake, and what it cannot do at all (then it must be passed over)."""
    params = {name: value for name, value in {**original, **patch}.items() if not (name in patch and value is None)}
    adapted: list[Adaptation] = []
    while refused := [each for each in refused_parameters(params["model"], params) if each.effect == "error"]:
        refusal = refused[0]  # the others may be gone with it
        adapt = ADAPTED_BY.get(refusal.parameter) or ADAPTED_BY.get(refusal.parameter.partition(".")[0] + ".*")
        if adapt is None or len(adapted) == MOST_ADAPTATIONS:
            return params, tuple(adapted), str(refusal)
        was = _at(params, refusal.parameter)
        adapt(params, refusal)
        adapted.append(Adaptation(refusal.parameter, refusal.reason, was, _at(params, refusal.parameter)))
    return params, tuple(adapted), None


MOST_ADAPTATIONS = 20


def _at(params: Mapping[str, Any], path: str) -> Any:
    value: Any = params
    for name in path.split("."):
        if isinstance(value, Sequence) and not isinstance(value, str) and name.isdigit():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _leave_out(params: dict[str, Any], refusal: Refusal) -> None:
    name, _, inner = refusal.parameter.partition(".")
    value = params.pop(name, None)
    if inner and isinstance(value, Mapping):
        kept = {key: item for key, item in value.items() if key != inner}
        if kept:
            params[name] = kept


def _other_thinking(params: dict[str, Any], refusal: Refusal) -> None:
    facts: ModelFacts | None = find(params["model"])
    accepts = facts.thinking.accepts if facts is not None and facts.thinking is not None else ()
    was, limit = params["thinking"], params.get("max_tokens")
    if was.get("type") == "enabled" and "adaptive" in accepts:
        params["thinking"] = {"type": "adaptive"}
    elif was.get("type") == "adaptive" and "enabled" in accepts and isinstance(limit, int) and limit > LEAST_BUDGET:
        params["thinking"] = {"type": "enabled", "budget_tokens": max(LEAST_BUDGET, limit // 2)}
    else:
        del params["thinking"]


LEAST_BUDGET = 1024


def _other_effort(params: dict[str, Any], refusal: Refusal) -> None:
    facts: ModelFacts | None = find(params["model"])
    levels = facts.effort.levels if facts is not None and facts.effort is not None else ()
    asked = params["output_config"].get("effort")
    lower = [level for level in levels if asked in EFFORTS and EFFORTS.index(level) <= EFFORTS.index(asked)]
    if lower:
        params["output_config"] = {**params["output_config"], "effort": max(lower, key=EFFORTS.index)}
    else:
        _leave_out(params, refusal)


def _own_choice(params: dict[str, Any], refusal: Refusal) -> None:
    kept = {key: item for key, item in params["tool_choice"].items() if key == "disable_parallel_tool_use"}
    params["tool_choice"] = {"type": "auto", **kept}


def _lower_tokens(params: dict[str, Any], refusal: Refusal) -> None:
    facts = find(params["model"])
    if facts is None or facts.limits.output is None:
        return
    limit = params["max_tokens"] = facts.limits.output
    thinking = params.get("thinking")
    if isinstance(thinking, Mapping) and isinstance(thinking.get("budget_tokens"), int):
        params["thinking"] = {**thinking, "budget_tokens": min(thinking["budget_tokens"], limit // 2)}


def _without_compaction(params: dict[str, Any], refusal: Refusal) -> None:
    management = params["context_management"]
    edits = [edit for edit in management["edits"] if not str(edit.get("type")).startswith("compact_")]
    params["context_management"] = {**management, "edits": edits}
    if not edits:
        del params["context_management"]


ADAPTED_BY: dict[str, Callable[[dict[str, Any], Refusal], None]] = {
    "temperature": _leave_out,
    "top_p": _leave_out,
    "top_k": _leave_out,
    "speed": _leave_out,
    "compaction": _leave_out,
    "thinking.type": _other_thinking,
    "output_config.effort": _other_effort,
    "tool_choice.type": _own_choice,
    "max_tokens": _lower_tokens,
    "context_management.*": _without_compaction,
}
"""A refused parameter -> how the request can do without. What is not here (a schema, a prefilled answer, system messages,
the place of inference) changes what the caller gets, or where: then the model is passed over."""

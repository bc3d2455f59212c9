"""The events of a call, one frozen object each: what `on_event=` hears, logs show, and traces record.

Plain values without credentials and without prompts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import msgspec

from tercet.flow.billing import BILLED, Billed, NothingYielded, Phase, describe, phase_of
from tercet.flow.effects import Emit, Outcome, Plan, Reply
from tercet.wire.http import Request, redacted_url

BreakerState: TypeAlias = Literal["closed", "open", "half_open", "isolated"]


class AttemptDetails(msgspec.Struct, frozen=True, tag_field="event", tag="attempt"):
    """Tell that one request was sent and answered, or lost."""

    number: int
    """0 is the first of its model."""
    method: str
    url: str
    model: str | None
    seconds: float
    """Until the whole answer, or until a streamed one brought its first content."""
    status: int | None
    request_id: str | None
    problem: str | None
    """Why it did not succeed; None if it did."""
    phase: Phase | None
    billed: Billed


class WaitDetails(msgspec.Struct, frozen=True, tag_field="event", tag="wait"):
    """Tell that the call waits before it tries again."""

    seconds: float
    number: int
    """The attempt that failed."""
    status: int | None
    problem: str


class BreakerDetails(msgspec.Struct, frozen=True, tag_field="event", tag="breaker"):
    """Tell that a circuit breaker changed its state."""

    origin: str
    model: str | None
    was: BreakerState
    state: BreakerState
    seconds: float | None
    """In how many seconds it lets a call through; None unless it is open."""


class Adaptation(msgspec.Struct, frozen=True):
    """Tell of a parameter that the next model does not accept, and what was sent in its place."""

    parameter: str
    reason: str
    was: Any
    sent: Any
    """None: the parameter was left out."""


class FallbackDetails(msgspec.Struct, frozen=True, tag_field="event", tag="fallback"):
    """Tell that another model is asked, or one is passed over."""

    failed: str
    """The model that was given up."""
    problem: str
    model: str
    """The model that is asked now, or that was passed over."""
    adapted: tuple[Adaptation, ...] = ()
    passed_over: str | None = None
    """Why this model cannot be asked; None if it is."""


class PaceDetails(msgspec.Struct, frozen=True, tag_field="event", tag="pace"):
    """Tell that a call waits for its turn under a rate limit."""

    seconds: float
    reason: str


Details: TypeAlias = AttemptDetails | WaitDetails | BreakerDetails | FallbackDetails | PaceDetails


class Hop(msgspec.Struct, frozen=True):
    """Tell of one model of a fallback chain and how it went."""

    model: str
    status: int | None
    problem: str | None
    """None: it answered."""
    attempts: tuple[Any, ...] = ()
    """The failed attempts (`Attempt`)."""
    adapted: tuple[Adaptation, ...] = ()
    request_id: str | None = None


class CallInfo(msgspec.Struct, frozen=True):
    """Tell how a call with fallbacks went: `message.tercet_info`."""

    model_requested: str
    model_served: str | None
    hops: tuple[Hop, ...]
    """Every model that was asked or passed over, in order; the last one answered."""


def observe_attempt(
    model: str | None, clock: Callable[[], float], request: Request, step: Callable[[Request], Plan[Outcome]]
) -> Plan[Outcome]:
    """Carry out one attempt, and emit an event about it."""
    started = clock()
    outcome = yield from step(request)
    yield Emit(attempt_details(outcome, request, model, clock() - started))
    return outcome


def attempt_details(outcome: Outcome, request: Request, model: str | None, seconds: float) -> AttemptDetails:
    """Return the event about an attempt."""
    status, problem = describe(outcome)
    well = isinstance(outcome, Reply) and outcome.status < 300 and not isinstance(outcome, NothingYielded)
    phase = None if well else phase_of(outcome)
    return AttemptDetails(
        number=int(request.headers.get("x-stainless-retry-count") or 0),
        method=request.method,
        url=redacted_url(request.url),
        model=model,
        seconds=seconds,
        status=status,
        request_id=outcome.headers.get("request-id") if isinstance(outcome, Reply) else None,
        problem=None if well else problem,
        phase=phase,
        billed="yes" if phase is None else BILLED[phase],
    )

"""Reports each attempt to whoever listens: what was sent, what came, how long it took. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from tercet.flow.details import AttemptDetails
from tercet.flow.effects import Emit, Outcome, Plan, Reply
from tercet.flow.phases import BILLED, NothingYielded, phase_of
from tercet.flow.retry import Step, described
from tercet.wire.http import Request, redacted_url


def observed(model: str | None, clock: Callable[[], float], request: Request, step: Step) -> Plan[Outcome]:
    """One attempt, and an event about it."""
    started = clock()
    outcome = yield from step(request)
    yield Emit(details_of(outcome, request, model, clock() - started))
    return outcome


def details_of(outcome: Outcome, request: Request, model: str | None, seconds: float) -> AttemptDetails:
    """The event about an attempt."""
    status, problem = described(outcome)
    well = isinstance(outcome, Reply) and outcome.status < 400 and not isinstance(outcome, NothingYielded)
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

"""One attempt under a circuit breaker: whether it is sent, and what its end says about the server."""

from __future__ import annotations

from collections.abc import Callable

from tercet.flow.breaker import Circuit, Permit
from tercet.flow.effects import Emit, Lost, Outcome, Plan, Reply, Rewind
from tercet.flow.phases import NothingYielded
from tercet.flow.retry import Step, status_of
from tercet.wire.errors import CircuitOpenError
from tercet.wire.http import Request
from tercet.wire.rate_limits import retry_after

FAILED_STATUSES = frozenset({500, 502, 503, 504, 520, 522, 524, 529})
"""A 429 is none: it says that we are too fast, not that the server is down."""
FAILED_KINDS = frozenset({"connect", "timeout", "read", "write", "protocol", "proxy"})
"""A wrong certificate, a body too large, a closed client or a full pool say nothing about the server."""
ERROR_EVENT = b"event: error"


def verdict(outcome: Outcome) -> bool | None:
    """Whether an attempt speaks for the server (True), against it (False), or about something else (None)."""
    if isinstance(outcome, NothingYielded):
        failure = outcome.failure
        return verdict(failure) if isinstance(failure, Lost) else status_of(failure) not in FAILED_STATUSES
    if isinstance(outcome, Lost):
        return False if outcome.kind in FAILED_KINDS else None
    return outcome.status not in FAILED_STATUSES


def guarded(circuit: Circuit, tell: Callable[[object], None], request: Request, step: Step) -> Plan[Outcome]:
    """One attempt under a breaker: not sent while it is open, and counted when it has ended.

    `tell` hears of a change that comes after the plan's end, when a stream breaks in its midst.
    """
    permit, changed = circuit.admit()
    judged = permit is None
    try:
        if changed is not None:
            yield Emit(changed)
        if permit is None:
            return refused(circuit, request)
        outcome = yield from step(request)
        well = verdict(outcome)
        if well and isinstance(outcome, Reply) and outcome.stream is not None and permit.trial is None:
            judged = True  # by how the stream ends
            stream = yield Rewind(outcome.stream, watch=StreamJudge(circuit, permit, tell))
            return Reply(outcome.status, outcome.headers, outcome.content, stream, outcome.http_version)
        if well is not None:
            judged = True
            asked = retry_after(outcome.headers) if isinstance(outcome, Reply) else None
            changed = circuit.judge(permit, well, asked)
            if changed is not None:
                yield Emit(changed)
        return outcome
    finally:
        if permit is not None and not judged:
            circuit.give_back(permit)


class StreamJudge:
    """Watches a stream that an attempt got, and counts it when it has ended: badly, if it broke or reported an error."""

    __slots__ = ("_circuit", "_permit", "_tail", "_tell")

    def __init__(self, circuit: Circuit, permit: Permit, tell: Callable[[object], None]) -> None:
        self._circuit, self._permit, self._tell = circuit, permit, tell
        self._tail: bytes | None = b""

    def __call__(self, chunk: bytes | Lost | None) -> None:
        """See what is handed out."""
        if self._tail is None:
            return
        if not isinstance(chunk, bytes):
            self._judge(chunk is None or verdict(chunk) is not False)
        elif ERROR_EVENT in self._tail + chunk:
            self._judge(False)
        else:
            self._tail = chunk[-len(ERROR_EVENT) :]

    def _judge(self, well: bool) -> None:
        self._tail = None
        changed = self._circuit.judge(self._permit, well)
        if changed is not None:
            self._tell(changed)


def refused(circuit: Circuit, request: Request) -> Lost:
    """The outcome of an attempt that an open breaker did not let through."""
    seconds = circuit.retry_after
    when = "until reset() is called" if circuit.state == "isolated" else f"for {seconds or 0.0:.1f} s more"
    reason = f"the circuit breaker for {circuit.model or 'this call'} at {circuit.origin} lets nothing through {when}"
    error = CircuitOpenError(f"Nothing was sent: {reason}.", request, retry_after=seconds)
    return Lost("closed", "not_sent", reason, raise_as=error)

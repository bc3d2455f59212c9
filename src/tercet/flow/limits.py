"""Limits between a call's attempts and the network: budgets, then turns. A layer around each attempt.

Every attempt is admitted by itself: each one uses the rate limit, and each one may be billed. It knows requests and
outcomes; the decisions stand in `pace.py` and `budget.py`, the states in a store.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from tercet.flow.billing import NothingYielded, phase_of
from tercet.flow.budget import Budget, distinct_accounts
from tercet.flow.budget_reservation import BudgetReservation, log_unsettled
from tercet.flow.cost import sane_usage
from tercet.flow.drivers import run
from tercet.flow.effects import Emit, Lost, Metering, Outcome, Plan, Reply, Sleep, Work
from tercet.flow.estimate import Behind, Estimate, decode_body, encode_body, estimate_body, same_model
from tercet.flow.events import PaceDetails
from tercet.flow.kinds import Kind, kind_of
from tercet.flow.pace import WaitTooLong, nap
from tercet.flow.reservation import RateLimiter, Reservation
from tercet.flow.retry import Layer, Step, bound_request
from tercet.flow.usage import Meter, ReportedUsage, usage_of
from tercet.wire.errors.limits import BudgetUnknownError, PaceWaitError
from tercet.wire.errors.tree import AnthropicError
from tercet.wire.http import Request

T = TypeVar("T")
_late: deque[Callable[[], None]] = deque()
"""What streams that nobody closed have left to settle. Done before the next request."""


def settle_late() -> None:
    """Settle what was left."""
    while _late:
        _late.popleft()()


class LimitedCall:
    """Describe a call as limits see it: its kind and its body in the Claude API's own form, estimated once for all attempts."""

    __slots__ = ("_behind", "_content", "_estimates", "kind")

    def __init__(self, kind: Kind, content: bytes, behind: Behind = same_model) -> None:
        self.kind: Kind = kind
        self._content, self._behind = content, behind
        self._estimates: tuple[Estimate, ...] | None = None

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Return what the call asks of models."""
        if self._estimates is None:
            self._estimates = estimate_body(self.kind, self._content, self._behind)
        return self._estimates

    def replace(self, kind: Kind, content: bytes) -> LimitedCall:
        """Return what somebody made of it. A platform's body names no model: that is still the one that was asked."""
        if kind == self.kind == "message" and self.estimates:
            body = decode_body(content)
            if isinstance(body, dict) and "model" not in body:
                return LimitedCall(kind, encode_body({**body, "model": self.estimates[0].model}), self._behind)
        return LimitedCall(kind, content, self._behind)


class LimitLayer:
    """Keep the rate limiters and budgets of a client. Shared by its copies; without state of its own."""

    def __init__(
        self,
        limiters: Sequence[RateLimiter] = (),
        budgets: Sequence[Budget] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.limiters, self.budgets = tuple(limiters), tuple(budgets)
        self.accounts = distinct_accounts(self.budgets)
        self.clock, self.wall_clock = clock, wall_clock
        self.blocking = any(limiter.store.blocking for limiter in self.limiters)
        """Whether turns may wait for a disk or a server. Budgets see to that themselves."""

    def layer(self, deadline: float | None = None, subject: LimitedCall | None = None) -> Layer:
        """Return the layer around each attempt of a call. `deadline` is a time of `clock`. No subject: the request says it."""
        return partial(self._attempt, deadline, subject)

    def _attempt(
        self, deadline: float | None, subject: LimitedCall | None, request: Request, step: Step
    ) -> Plan[Outcome]:
        if subject is None:
            subject = LimitedCall(kind_of(request.method, request.url, request.content), request.content)
        if subject.kind == "free" and not self.accounts:
            return (yield from step(request))
        if _late:
            yield from self._do(settle_late)
        reservation = AttemptReservation(self, request, subject)
        try:
            waited = yield from reservation.admit(deadline)
            if isinstance(waited, Lost):
                yield from self._do(reservation.give_up)
                return waited
            if waited and deadline is not None:
                request = bound_request(request, max(0.0, deadline - self.clock()))
            reservation.hand_on(request)
            outcome = yield from step(request)
            return (yield from reservation.settle_outcome(outcome))
        finally:
            reservation.give_up()
            request.reservation = None  # nor is the body kept by whoever keeps the request

    def _do(self, act: Callable[[], T]) -> Plan[T]:
        """Do what may wait for a disk or a server where that harms nobody. What it raises is raised here."""
        if not self.blocking:
            return act()
        answer = yield Work(lambda: _catch(act))
        if isinstance(answer, _Raised):
            raise answer.error
        result: T = answer
        return result


class _Raised:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _catch(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Exception as error:  # handed on as a value, and raised by the plan that asked
        return _Raised(error)


class AttemptReservation:
    """Hold what one attempt reserves, and settle that once."""

    def __init__(self, layer: LimitLayer, request: Request, subject: LimitedCall) -> None:
        self._layer, self._request, self._subject = layer, request, subject
        self._money = BudgetReservation(layer.accounts, request, subject.estimates, layer.wall_clock)
        limiters = () if subject.kind in ("batch", "free") else layer.limiters
        self._reservations = [
            Reservation(limiter, request, subject.estimates[0], layer.wall_clock) for limiter in limiters
        ]
        self.sent = self._over = False
        self._sends: list[Outcome | None] = []
        """What came of each time that a middleware has sent it; None until that is known."""

    def hand_on(self, request: Request) -> None:
        """Note that the request is handed on. Who changes it on its way is counted by what it sends (`before_send`)."""
        self._request, self.sent = request, True
        if self._layer.accounts:
            request.reservation = self

    @property
    def blocking(self) -> bool:
        """Return whether `before_send` may wait for a disk or a network."""
        return any(budget.store.blocking for budget in self._layer.accounts)

    def before_send(self, request: Request) -> None:
        """Hold what a request may cost that a middleware sends now, if it is another request or the second one.

        Raises BudgetExceededError, BudgetUnknownError; nothing may be sent then.
        """
        if self._over:
            raise BudgetUnknownError("Nothing was sent: the call of this request is over, so no budget counts it.")
        first, self.sent = not self._sends, False
        if not first or not is_same_request(request, self._request):
            self._count_again(request)
        self._sends.append(None)
        self.sent = True

    def _count_again(self, request: Request) -> None:
        if self._sends:
            self._settle_money(self._sends[-1])
        else:
            self._money.refund()
        subject, own = self._subject, self._request
        if not is_same_request(request, own):
            elsewhere = request.method != own.method or drop_query(request.url) != drop_query(own.url)
            kind = kind_of(request.method, request.url, request.content) if elsewhere else subject.kind
            subject = subject.replace(kind, request.content)
        self._request, self._subject = request, subject
        self._money = BudgetReservation(self._layer.accounts, request, subject.estimates, self._layer.wall_clock)
        run(self._money.reserve(), _never)

    def record_outcome(self, outcome: Outcome) -> None:
        """Note the outcome of what was sent last."""
        self._sends[-1] = outcome

    def _settle_money(self, outcome: Outcome | None) -> None:
        """Settle what was sent before a middleware sends once more."""
        if isinstance(outcome, Reply) and outcome.status < 300:
            self._money.end(
                sane_usage(None if outcome.stream is not None else usage_of(outcome.content), self._subject.estimates)
            )
        elif outcome is not None and phase_of(outcome) in ("not_sent", "refused"):
            self._money.refund()
        else:
            self._money.end(None)

    def admit(self, deadline: float | None) -> Plan[float | Lost]:
        """Wait until the request may leave: the seconds waited, or why it may not."""
        waited = 0.0
        try:
            if self._layer.accounts:
                yield from self._money.reserve()
            for reservation in self._reservations:
                waited += yield from self._turn(reservation, deadline)
        except AnthropicError as error:
            return Lost("closed", "not_sent", str(error), raise_as=error)
        return waited

    def _turn(self, reservation: Reservation, deadline: float | None) -> Plan[float]:
        layer = self._layer
        longest = reservation.limiter.pace.max_wait
        if deadline is not None:
            longest = min(longest, deadline - layer.clock())
        waited = 0.0
        while True:
            left = longest - waited
            wait = yield from layer._do(lambda: reservation.next(left))  # noqa: B023 - called before the loop goes on
            if isinstance(wait, WaitTooLong) or wait > left:
                raise too_late_error(self._request, wait.seconds if isinstance(wait, WaitTooLong) else wait, left)
            if wait <= 0.0:
                return waited
            if not waited:
                yield Emit(PaceDetails(wait, reservation.limiter.reason))
            yield Sleep(nap(wait))
            waited += nap(wait)

    def settle_outcome(self, outcome: Outcome) -> Plan[Outcome]:
        """Settle what the outcome used, now, or when its stream has been read."""
        if self._subject.kind == "free":
            self._over = True
            return outcome
        if isinstance(outcome, NothingYielded):
            yield from self._layer._do(lambda: self._settle_beginning(outcome))
            return outcome
        if isinstance(outcome, Reply) and outcome.stream is not None and outcome.status < 300:
            yield from self._layer._do(lambda: self._hear(outcome))
            whole = outcome.headers.get("content-type", "").startswith("application/json")
            meter = Meter(self._read, _late.append, whole=whole)
            self._over = True
            stream = yield Metering(outcome.stream, meter, self._layer.blocking)
            return Reply(outcome.status, outcome.headers, outcome.content, stream, outcome.http_version)
        yield from self._layer._do(lambda: self._settle(outcome))
        return outcome

    def _hear(self, reply: Reply) -> None:
        for reservation in self._reservations:
            quietly(reservation.hear, reply)

    def _read(self, used: ReportedUsage | None, reply: Reply | None = None) -> None:
        """Settle an answer that has been read, or has broken off."""
        used = sane_usage(used, self._subject.estimates)
        for reservation in self._reservations:
            quietly(reservation.end, used if used is not None and used.final else None, reply)
        quietly(self._money.end, used)

    def _settle(self, outcome: Outcome) -> None:
        self._over = True
        reply = outcome if isinstance(outcome, Reply) else None
        answered = reply is not None and reply.status < 300
        if answered or phase_of(outcome) not in ("not_sent", "refused"):
            self._read(usage_of(reply.content) if reply is not None and answered else None, reply)
        else:
            self._refund(reply)

    def _settle_beginning(self, outcome: NothingYielded) -> None:
        """Settle a stream that failed before its first content, which is billed for its input at most."""
        self._over = True
        for reservation in self._reservations:
            quietly(reservation.end, None, outcome)
        quietly(self._money.end, None, answers=False)

    def _refund(self, reply: Reply | None) -> None:
        for reservation in self._reservations:
            quietly(reservation.refund, reply)
        quietly(self._money.refund)

    def give_up(self) -> None:
        """Settle an attempt that nobody waits for any more. What was sent may be billed; what was not gives everything back."""
        if self._over:
            return
        self._over = True
        if self.sent:
            self._read(None)
        else:
            self._refund(None)


def _never(request: Request) -> Outcome:
    raise AssertionError("a reservation sends nothing")


def is_same_request(one: Request, other: Request) -> bool:
    """Return whether these ask the same of the same address."""
    return one is other or (one.method, one.url, one.content) == (other.method, other.url, other.content)


def drop_query(url: str) -> str:
    """Return where a request goes, without the question."""
    return url.partition("?")[0]


def quietly(act: Callable[..., None], *arguments: Any, **options: Any) -> None:
    """Settle by `act`; where the state cannot be written, log that and leave it to the lease: what was answered is paid for."""
    try:
        act(*arguments, **options)
    except AnthropicError as error:
        log_unsettled(error)


def too_late_error(request: Request, seconds: float, longest: float) -> PaceWaitError:
    """Return the error for a turn that would come after `max_wait` or the deadline."""
    return PaceWaitError(
        f"Nothing was sent: the rate limit leaves a turn for this request in {seconds:.3g} s, and it may wait "
        f"{max(0.0, longest):.3g} s (max_wait, deadline).",
        request,
        retry_after=seconds,
    )

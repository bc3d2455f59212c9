"""The retry plan: what is sent again, and when, with the official SDK's numbers as its defaults.

Knows outcomes, headers and a clock that it is given; it never sleeps or sends itself.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import count
from typing import TypeAlias

import msgspec

from tercet.flow.billing import BILLED, Billed, ErrorAnswer, NothingYielded, Phase, describe, phase_of
from tercet.flow.effects import Emit, Lost, Outcome, Plan, Reply, Send, Sleep
from tercet.flow.events import CallInfo, WaitDetails
from tercet.flow.retry_budget import RetryBudget
from tercet.wire.http import Request
from tercet.wire.rate_limits import retry_after, should_retry

RETRIED_STATUSES = frozenset({408, 409, 429})
NEVER_RETRIED_KINDS = frozenset({"tls", "decode", "too_large", "refused", "closed"})
"""Trying again cannot help: a certificate stays wrong, a body stays too large, our own client stays closed."""
SPEND_LIMIT = "spend_limit_reached"
"""How the error codes end of limits that last until somebody pays or a month is over."""
FIRST_DELAY, LONGEST_DELAY = 0.5, 8.0
"""Seconds before the first retry, and the most before a later one, where the server does not say."""
MOST_EXTRA_WAIT = 1.0
EXTRA_WAIT = 0.1
"""A wait that the server asks for is lengthened by chance, so that not all who were told come back at once."""
ERROR_NAME = b'"error"'
ERROR_NAMED_WITHIN = 1024
"""Bytes. Whichever field of an error comes first, its type or its details, the name stands at the beginning."""

Step: TypeAlias = Callable[[Request], Plan[Outcome]]
"""One attempt as a plan."""
Layer: TypeAlias = Callable[[Request, Step], Plan[Outcome]]
"""What stands around each attempt: `outcome = yield from step(request)`, with something before or after it."""


class RetryPolicy(msgspec.Struct, frozen=True):
    """Say how often and how patiently to retry. The numbers are those of the official SDK 2.11.0."""

    max_retries: int = 2
    first_delay: float = FIRST_DELAY
    longest_delay: float = LONGEST_DELAY
    jitter: float = 0.25
    longest_asked: float = 600.0
    """A server that asks for a longer wait gets no retry: the error is raised at once, with `.retry_after`."""
    random: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    retry_ambiguous: bool = True
    """Whether to repeat what may have been received, and billed, already."""
    creates: str | None = None
    """For what must not be made twice: how its caller finds out whether it was made. It is never repeated once it may have
    been received."""


class Attempt(msgspec.Struct, frozen=True):
    """Describe one try that did not succeed."""

    number: int
    seconds: float
    status: int | None
    reason: str
    wait: float | None
    """Seconds waited before the next attempt; None if there was none."""
    phase: Phase | None = None
    """How far it got."""
    stopped_by: str | None = None
    """What forbade another attempt although one might have helped."""
    advice: str | None = None
    """What the caller should do before asking again."""

    @property
    def billed(self) -> Billed:
        """Return whether it may have been billed."""
        return "maybe" if self.phase is None else BILLED[self.phase]


class CallResult(msgspec.Struct, frozen=True):
    """Tell how a call ended: its last outcome, the request that got it, and the failed attempts on the way."""

    outcome: Outcome
    request: Request
    attempts: tuple[Attempt, ...] = ()
    info: CallInfo | None = None
    """Which models were asked, if there were fallbacks."""


def with_retries(
    build: Callable[[int], Request],
    policy: RetryPolicy,
    deadline: float | None = None,
    *,
    quota: RetryBudget | None = None,
    step: Step | None = None,
    hold: Callable[[], float | None] | None = None,
    before_wait: Callable[[], None] | None = None,
) -> Plan[CallResult]:
    """Send `build(0)`; while the outcome says that trying again may help, wait and send `build(1)`, `build(2)` …

    `deadline` is a time of `policy.clock`. It spans attempts and waits: an attempt gets no longer than what is left
    of it, and a wait that would pass it is not begun. `quota` pays for retries. `step` carries out one attempt.
    `hold` says for how many seconds nothing will be let through, if somebody holds calls back. `before_wait` is told that
    another attempt follows.
    """
    failed: tuple[Attempt, ...] = ()
    taken: int | None = None
    for number in count():
        request, started = build(number), policy.clock()
        if deadline is not None:
            if started >= deadline:
                return CallResult(DEADLINE_PASSED, request, failed)
            request = bound_request(request, deadline - started)
        outcome: Outcome = unmask_error((yield Send(request)), request) if step is None else (yield from step(request))
        if isinstance(outcome, Reply) and outcome.status < 300 and type(outcome) is not NothingYielded:
            if quota is not None and quota.left < quota.policy.capacity:
                quota.reward(taken)
            return CallResult(outcome, request, failed)
        now = policy.clock()
        wait, stopped_by = decide_retry(outcome, number, policy, None if deadline is None else deadline - now)
        if wait is not None and hold is not None and (hold() or 0.0) > wait:
            wait, stopped_by = None, "the circuit breaker has opened"
        if wait is not None and quota is not None and (taken := quota.take(outcome)) is None:
            wait, stopped_by = None, "retry quota exhausted"
        status, reason = describe(outcome)
        advice = policy.creates if stopped_by is MADE_TWICE else None
        failed += (Attempt(number, now - started, status, reason, wait, phase_of(outcome), stopped_by, advice),)
        if wait is None:
            return CallResult(outcome, request, failed)
        if before_wait is not None:
            before_wait()
        yield Emit(WaitDetails(wait, number, status, reason))
        yield Sleep(wait)
    raise AssertionError("count() does not end")


def unmask_error(outcome: Outcome, request: Request) -> Outcome:
    """Return the outcome, or the ErrorAnswer that it is. One search in the first bytes for those that are none."""
    if isinstance(outcome, Lost) or outcome.stream is not None or outcome.status >= 300:
        return outcome
    if outcome.content.find(ERROR_NAME, 0, ERROR_NAMED_WITHIN) < 0:
        return outcome
    return _error_answer(outcome, request) or outcome


def _error_answer(reply: Reply, request: Request) -> ErrorAnswer | None:
    from tercet.wire.errors.mapping import STATUS_OF_TYPE
    from tercet.wire.errors.tree import text_at

    if request.headers.get("accept") == "application/binary":
        return None  # a file's content is its owner's, whatever it looks like
    try:
        body = msgspec.json.decode(reply.content)
    except (ValueError, RecursionError):
        return None
    error_type = text_at(body, "error", "type") or ""
    if text_at(body, "type") != "error" or error_type not in STATUS_OF_TYPE:
        return None
    return ErrorAnswer(reply, error_type, STATUS_OF_TYPE[error_type])


def send_once(request: Request) -> Plan[Outcome]:
    """Send one attempt with nothing around it."""
    outcome: Outcome = yield Send(request)
    return unmask_error(outcome, request)


AMBIGUOUS = "retry_ambiguous=False"
MADE_TWICE = "it may have been received, and would be made twice"
DEADLINE_PASSED = Lost("timeout", "not_sent", "the deadline of the call had passed before it was sent")


def decide_retry(
    outcome: Outcome, number: int, policy: RetryPolicy, left: float | None
) -> tuple[float | None, str | None]:
    """Return the seconds to wait before another attempt, or None and what forbids it. `left` is what remains of the deadline."""
    ambiguous = BILLED[phase_of(outcome)] != "no"
    if ambiguous and policy.creates is not None:
        return None, MADE_TWICE
    wait = delay(outcome, number, policy)
    if wait is None:
        return None, None
    if ambiguous and not policy.retry_ambiguous:
        return None, AMBIGUOUS
    if left is not None and wait >= left:
        return None, f"the deadline is nearer than the wait of {wait:.3g} s"
    return wait, None


def delay(outcome: Outcome, number: int, policy: RetryPolicy) -> float | None:
    """Return the seconds to wait before trying again after attempt `number` (0 is the first); None: do not try again."""
    if number >= policy.max_retries or not worth_retrying(outcome):
        return None
    if isinstance(outcome, Reply):
        asked = retry_after(outcome.headers, policy.wall_clock())
        if asked is not None:
            extra = min(MOST_EXTRA_WAIT, EXTRA_WAIT * asked) * policy.random()
            return asked + extra if asked <= policy.longest_asked else None
    backoff = min(policy.first_delay * 2.0 ** min(number, 1000), policy.longest_delay)
    return backoff * (1 - policy.jitter * policy.random())


def worth_retrying(outcome: Outcome) -> bool:
    """Return whether sending the same request again may get another outcome."""
    if isinstance(outcome, Lost):
        return outcome.kind not in NEVER_RETRIED_KINDS
    if isinstance(outcome, NothingYielded):
        failure = outcome.failure
        return worth_retrying(failure) if isinstance(failure, Lost) else is_retried(status_of(failure))
    if is_spend_limit(outcome):
        return False
    said = should_retry(outcome.headers)
    return is_retried(outcome.status) if said is None else said


def is_retried(status: int) -> bool:
    """Return whether a status by itself says that trying again may help."""
    return status in RETRIED_STATUSES or status >= 500


def status_of(error_event: object) -> int:
    """Return the status that an error inside a stream would have had before it; 0 if its type is not known."""
    from tercet.wire.errors.mapping import STATUS_OF_TYPE
    from tercet.wire.errors.tree import text_at

    return STATUS_OF_TYPE.get(text_at(error_event, "error", "type") or "", 0)


def is_spend_limit(reply: Reply) -> bool:
    """Return whether the API refuses for money's sake: no wait of ours helps."""
    if SPEND_LIMIT.encode() not in reply.content:
        return False
    from tercet.wire.errors.tree import text_at

    try:
        body = msgspec.json.decode(reply.content)
    except (ValueError, RecursionError):
        return False
    return (text_at(body, "error", "details", "error_code") or "").endswith(SPEND_LIMIT)


def bound_request(request: Request, left: float) -> Request:
    """Return the same request, bounded by what is left of the deadline."""
    return Request(
        request.method,
        request.url,
        request.headers,
        request.content,
        timeout=request.timeout.within(left),
        stream=request.stream,
    )


def no_retries(policy: RetryPolicy) -> RetryPolicy:
    """Return the same policy for a call that somebody else retries."""
    return msgspec.structs.replace(policy, max_retries=0)

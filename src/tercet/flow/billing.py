"""The table of how far a failed attempt got, and so whether it may have been billed. One table, for retries, records and ledgers.

That no answer and no bill go together is documented for refusals only; the rest is what users found.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from tercet.transport.base import Lost, Outcome, Reply

Phase: TypeAlias = Literal["not_sent", "unanswered", "refused", "failed", "body_lost", "nothing_yielded"]
"""`not_sent`: no whole request left. `unanswered`: it left, and no status came. `refused`: an answer that says no (4xx,
503, 529). `failed`: another 5xx, behind which work may have been done. `body_lost`: a success whose body broke.
`nothing_yielded`: a stream that ended, or reported an error, before its first content."""

Billed: TypeAlias = Literal["no", "maybe", "yes"]

BILLED: dict[Phase, Billed] = {
    "not_sent": "no",
    "unanswered": "maybe",
    "refused": "no",
    "failed": "maybe",
    "body_lost": "yes",
    "nothing_yielded": "yes",
}
"""`nothing_yielded` is billed for its input at most."""

UNBILLED_SERVER_ERRORS = frozenset({503, 529})


class NothingYielded(Reply):
    """Hold a stream of status 200 that failed before its first content. Its `stream` gives again what had come.

    `failure` is the Lost that ended it, or the data of its `error` event.
    """

    __slots__ = ("failure",)

    def __init__(self, reply: Reply, failure: Lost | dict[str, object]) -> None:
        super().__init__(reply.status, reply.headers, reply.content, reply.stream, reply.http_version)
        self.failure = failure


class ErrorAnswer(Reply):
    """Hold a success whose whole body is an error of the API. Its `status` is the one that this error has elsewhere, so that every
    policy takes it for that error; `answered_with` is what came."""

    __slots__ = ("answered_with", "error_type")

    def __init__(self, reply: Reply, error_type: str, status: int) -> None:
        super().__init__(status, reply.headers, reply.content, None, reply.http_version)
        self.answered_with, self.error_type = reply.status, error_type


def phase_of(outcome: Outcome) -> Phase:
    """Return the phase in which an attempt failed."""
    if isinstance(outcome, NothingYielded):
        return "nothing_yielded"
    if isinstance(outcome, Lost):
        return "body_lost" if outcome.phase == "cut" else outcome.phase
    return "failed" if outcome.status >= 500 and outcome.status not in UNBILLED_SERVER_ERRORS else "refused"


def describe(outcome: Outcome) -> tuple[int | None, str]:
    """Return status and reason of a failed attempt, for the record."""
    if isinstance(outcome, NothingYielded):
        failure = outcome.failure
        if isinstance(failure, Lost):
            return outcome.status, failure.reason
        from tercet.wire.errors.tree import text_at

        return outcome.status, f"{text_at(failure, 'error', 'type') or 'an error'} before the first content"
    if isinstance(outcome, Lost):
        return None, outcome.reason
    if isinstance(outcome, ErrorAnswer):
        return outcome.answered_with, f"{outcome.error_type} with status {outcome.answered_with}"
    return outcome.status, f"HTTP {outcome.status}"

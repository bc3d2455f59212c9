"""How far a failed attempt got, and so whether it may have been billed. One table, for retries, records and ledgers.

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
    """A stream of status 200 that failed before its first content. Its `stream` gives again what had come.

    `failure` is the Lost that ended it, or the data of its `error` event.
    """

    __slots__ = ("failure",)

    def __init__(self, reply: Reply, failure: Lost | dict[str, object]) -> None:
        super().__init__(reply.status, reply.headers, reply.content, reply.stream, reply.http_version)
        self.failure = failure


def phase_of(outcome: Outcome) -> Phase:
    """The phase in which an attempt failed."""
    if isinstance(outcome, NothingYielded):
        return "nothing_yielded"
    if isinstance(outcome, Lost):
        return "body_lost" if outcome.phase == "cut" else outcome.phase
    return "failed" if outcome.status >= 500 and outcome.status not in UNBILLED_SERVER_ERRORS else "refused"

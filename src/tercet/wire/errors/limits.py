"""Errors of the client's own limits, before anything is sent: a wait too long, a budget spent, state that cannot be
kept.

Amounts and seconds are given by those who decide; knows no policy and no clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tercet.wire.errors.tree import AnthropicError, APITimeoutError

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


class PaceWaitError(APITimeoutError):
    """Nothing was sent: the turn of this request would come too late. `retry_after` says in how many seconds it
    would."""

    def __init__(self, message: str, request: Any = None, *, retry_after: float | None = None) -> None:
        super().__init__(request, message=message)
        self.retry_after = retry_after


class BudgetExceededError(AnthropicError):
    """Nothing was sent: this request might cost more than is left. Amounts are US dollars, or tokens (`unit`)."""

    unit: str
    limit: Decimal
    spent: Decimal
    reserved: Decimal
    """Held for requests under way, and for those whose cost is not known."""
    left: Decimal
    asked: Decimal
    """The most that this request could have cost."""
    tag: str | None
    resets_at: datetime | None

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        for name, value in facts.items():
            setattr(self, name, value)


class BudgetUnknownError(AnthropicError, ValueError):
    """Nothing was sent: what this request may cost is not known, so no budget can allow it."""


class SharedStateError(AnthropicError):
    """The state that limits are kept in cannot be read or written. Nothing more is sent until it can be."""

    may_be_written = False
    """Whether the change may stand there all the same: what failed was the answer, or the last step."""


class SharedStateBusyError(SharedStateError):
    """Somebody else held the state for longer than we wait."""

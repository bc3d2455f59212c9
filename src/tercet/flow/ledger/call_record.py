"""One call under a ledger: a plan around its plan that gives it a name, and writes its lines.

A line is written when it is known what came of its attempt and whether another follows: before the wait that comes next, or
at the end of the call. That of a stream is left to the stream.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tercet.catalog.cost import FREE
from tercet.flow.effects import Plan, Reply
from tercet.flow.ledger.entry import EntryKind, LedgerLine, day_at, encode, error_name, fill_cost, short
from tercet.flow.ledger.journal import LedgerJournal
from tercet.flow.ledger.tags import SplitTags
from tercet.flow.retry import CallResult


class CallRecord:
    """Write the lines of one call."""

    __slots__ = ("_attempts", "_bodies", "_journal", "_left", "_pending", "body_days", "counted", "id", "kind", "tags")

    def __init__(
        self,
        journal: LedgerJournal,
        kind: EntryKind,
        tags: SplitTags | None,
        counted: bool,
        body_days: float | None = None,
    ) -> None:
        self._journal, self.tags, self.counted = journal, tags, counted
        self.kind: EntryKind = kind
        self.id = journal.next_id()
        self.body_days = body_days
        """For how long bodies are kept; None: not at all."""
        self._bodies: dict[int, bytes] = {}
        """Lines of bodies that go behind the lines of their attempts."""
        self._attempts = 0
        self._pending: LedgerLine | None = None
        """The last attempt's line, while it is not known whether another follows."""
        self._left = False
        """Whether the last line is left to a stream."""

    def next_attempt(self) -> int:
        """Return the next attempt's number. What was kept of the one before is written."""
        if self._pending is not None:
            self.flush()
        number = self._attempts
        self._attempts = number + 1
        return number

    def begin(self, at: int, model: str | None) -> LedgerLine:
        """Return a line for the next attempt."""
        entry = LedgerLine(self.id, self.next_attempt(), at, self.kind, 0, "api", False, short(model))
        self.tag(entry)
        return entry

    def tag(self, entry: LedgerLine) -> None:
        """Write down whose line it is, and what for."""
        tags = self.tags
        if tags is not None:
            entry.tags, entry.conversation, entry.job, entry.item = tags.others, tags.conversation, tags.job, tags.item

    def hold(self, entry: LedgerLine) -> None:
        """Keep a line until it is known whether another attempt follows."""
        self._pending = entry

    def keep(self, attempt: int, bodies: bytes) -> None:
        """Keep a line of bodies, which is written behind that of this attempt."""
        self._bodies[attempt] = bodies

    def leave(self) -> None:
        """Leave the last line to the stream that is handed on."""
        self._left = True

    def flush(self) -> None:
        """Write the line that was kept, since another attempt follows."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self.write(pending)

    def write(self, entry: LedgerLine) -> None:
        """Write a line."""
        try:
            line = encode(entry) + b"\n"
        except (ValueError, OverflowError, RecursionError) as error:  # an answer or a model's name that is no text
            self._journal.lose(error)
            return
        if self._bodies:
            line += self._bodies.pop(entry.attempt, b"")
        self._journal.write(line, entry.at)

    def later(self, work: Callable[[], None]) -> None:
        """Write later what a collector has found: it may come at any moment, also while we write."""
        self._journal.late.append(work)

    # --- the call's own plan ---

    def recorded(self, plan: Plan[CallResult], model: str | None) -> Plan[CallResult]:
        """Carry out a call, and write the line that ends it."""
        try:
            result = yield from plan
        except BaseException as error:
            self._end(model, name_of(error))
            raise
        outcome = result.outcome
        well = type(outcome) is Reply and outcome.status < 300
        self._end(model, None if well else error_name(outcome, result.request))
        return result

    def _end(self, model: str | None, error: str | None) -> None:
        """Write the call's last line: the one that was kept, or one for what was never sent."""
        if self._left:
            return
        entry, self._pending = self._pending, None
        if entry is None:
            entry = self.begin(time.time_ns(), model)
            entry.price_day = day_at(entry.at)[1]
            fill_cost(entry, FREE)
        entry.error = entry.error or error
        entry.last, entry.error_of_call = True, error
        self.write(entry)


def name_of(error: BaseException) -> str:
    """Return the class of what ended a call. A plan is told of it by being closed, while the error is under way."""
    if isinstance(error, GeneratorExit) and error.__context__ is not None:
        error = error.__context__
    return type(error).__name__

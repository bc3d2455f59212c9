"""The plan that answers the calls of an answer: which run, which wait, and what the model reads of those that do not.

A call is logged before its tool starts, and after it has ended, so that after the end of a program one knows what is known:
a call that was started and has no result is told as interrupted, unless its tool may be repeated. Calls that follow one
another run side by side, but for tools that are `alone`. One that waits for its approval holds up no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tercet.flow.effects import CallTool, Hand, Plan, Together
from tercet.toolkit.conversation.answers import CUT_SHORT
from tercet.toolkit.conversation.approvals import (
    EXPIRED,
    Denial,
    check_input,
    is_expired,
    waiting_row,
    with_input_named,
)
from tercet.toolkit.conversation.entries import Block, CallState, LogEntry, LoggedCall, LogStep
from tercet.toolkit.conversation.limits import LimitName
from tercet.toolkit.conversation.state import ASKS
from tercet.tools.loop import MOST_TOGETHER
from tercet.tools.results import cut_off_result, failure_result, not_found_result, refusal_result
from tercet.wire.responses.blocks import ToolUseBlock
from tercet.wire.responses.message import Message

if TYPE_CHECKING:
    from tercet.toolkit.conversation.state import ConversationState, TurnOptions

NOT_RUN = "Error: not run, as the limit of {limit} that the user had set was reached"
DENIED = "Error: the user declined this call"


class CallsAnswered(msgspec.Struct, frozen=True):
    """The calls of an answer, once answered."""

    results: Sequence[Block] | None
    """In the order of the calls; None if some of them wait."""
    limit: LimitName | None = None
    """The limit that kept some of them from running."""


class DueCall(msgspec.Struct, frozen=True):
    """A call that is to be run."""

    call: Any
    """With the input that it is run with."""
    tool: Any
    facts: Mapping[str, Any] | None = None
    """What its row keeps beside its result."""
    changed: bool = False
    """Whether the user gave it another input."""


def answer_calls(
    state: ConversationState, entry: LogEntry, message: Message, options: TurnOptions
) -> Plan[CallsAnswered]:
    """Answer the calls of an answer, as far as nobody has to be waited for. What the log knows of them already holds."""
    answering = _Answering(state, entry, options)
    calls: list[Any] = [block for block in message.content if block.type == "tool_use"]
    cut = message.content[-1] if calls and message.stop_reason in CUT_SHORT else None
    for call in calls:
        answering.place(call, whole=call is not cut and call.input_complete)
    yield from answering.run()
    if answering.waits:
        return CallsAnswered(None)
    return CallsAnswered([answering.results[call.id] for call in calls], answering.limit)


class _Answering:
    """The calls of one answer, while they are answered."""

    def __init__(self, state: ConversationState, entry: LogEntry, options: TurnOptions) -> None:
        self.state, self.entry, self.options = state, entry, options
        self.results: dict[str, Block] = {}
        self.due: list[DueCall] = []
        self.rows: list[LoggedCall] = []
        """What is to be logged before the next tool starts."""
        self.waits = False
        self.limit: LimitName | None = None

    # --- what is to become of each ---------------------------------------------------------------------------------------

    def place(self, call: Any, *, whole: bool) -> None:
        """Decide what is to become of a call."""
        known = self.state.thread.calls.get((self.entry.id, call.id))
        tool = self.options.tools.get(call.name)
        if known is not None and known.state is CallState.ANSWERED and known.result is not None:
            self.results[call.id] = known.result
        elif not whole:
            self.results[call.id] = cut_off_result(call)
        elif known is not None and known.state is CallState.WAITING:
            self.decide(call, tool, known)
        elif known is not None:
            self.repeat(call, tool, known)
        elif tool is None and call.name in self.options.described:
            self.waits = True
        elif tool is None:
            self.results[call.id] = not_found_result(call)
        elif getattr(tool, ASKS, None):
            self.ask(call, tool)
        else:
            self.start(DueCall(call, tool))

    def ask(self, call: Any, tool: Any) -> None:
        """Let a call wait for its approval, if its input is one that could be run."""
        try:
            check_input(tool, call.input)
        except (TypeError, ValueError) as problem:
            self.results[call.id] = failure_result(call, problem)
            return
        self.rows.append(waiting_row(self.entry, call, getattr(tool, ASKS), self.options.run, self.state.clock()))
        self.waits = True

    def decide(self, call: Any, tool: Any, known: LoggedCall) -> None:
        """Do what the user has decided of a call that waited."""
        decision, facts = self.options.decisions.get(call.id), dict(known.facts or {})
        if decision is None and is_expired(known, self.state.clock()):
            decision = Denial(EXPIRED)
        if decision is None:
            self.waits = True
        elif isinstance(decision, Denial):
            text = f"{DENIED}: {decision.why}" if decision.why else DENIED
            self.settle(call, refusal_result(call, text), {**facts, "denied": decision.why})
        elif decision.input is None:
            self.start(DueCall(call, tool, {**facts, "approved": self.state.clock()}))
        else:
            given = ToolUseBlock({**call, "input": dict(decision.input)})
            facts |= {"approved": self.state.clock(), "given": decision.input}
            self.start(DueCall(given, tool, facts, changed=True))

    def repeat(self, call: Any, tool: Any, known: LoggedCall) -> None:
        """Run a call again that was interrupted, if its tool allows it. What somebody approved runs at most once."""
        approved = "approved" in (known.facts or {})
        if tool is not None and getattr(tool, "repeatable", False) is True and not approved:
            self.start(DueCall(call, tool))
        else:
            self.results[call.id] = self.state.thread.settled_result(self.entry, call, NOT_RUN)

    def start(self, due: DueCall) -> None:
        """Let a call run, if the limits do."""
        allowance = self.options.allowance
        limit = None if allowance is None else allowance.refuse_call()
        if limit is None:
            self.due.append(due)
        else:
            self.stop(due, limit)

    def stop(self, due: DueCall, limit: LimitName) -> None:
        """Answer a call as stopped by a limit."""
        self.limit = limit
        self.settle(due.call, refusal_result(due.call, NOT_RUN.format(limit=limit)), due.facts)

    def settle(self, call: Any, result: Block, facts: Mapping[str, Any] | None) -> None:
        """Answer a call that is not run, for good."""
        self.results[call.id] = result
        self.rows.append(self.row(call, CallState.ANSWERED, facts, result))

    def row(
        self, call: Any, state: CallState, facts: Mapping[str, Any] | None, result: Block | None = None
    ) -> LoggedCall:
        """Return the row of a call."""
        return LoggedCall(entry=self.entry.id, id=call.id, state=state, result=result, facts=facts)

    # --- running ---------------------------------------------------------------------------------------------------------

    def run(self) -> Plan[None]:
        """Run what is due, and log what was decided."""
        for group in side_by_side(self.due):
            left = None if self.options.allowance is None else self.options.allowance.seconds_left
            if left is not None and left <= 0:
                for due in group:
                    self.stop(due, "seconds")
                continue
            yield from self.commit([self.row(due.call, CallState.CALLED, due.facts) for due in group])
            if len(group) == 1:
                yield from self.call(group[0], left)
            else:
                yield Together([self.call(due, left) for due in group], MOST_TOGETHER)
            if self.options.hands_steps:
                for due in group:
                    yield from self.hand(due)
        if self.rows:
            yield from self.commit([])

    def commit(self, rows: Sequence[LoggedCall]) -> Plan[None]:
        """Log these rows and those that were decided before. A decision is taken only if nobody else has taken one meanwhile."""
        rows, self.rows = [*self.rows, *rows], []
        strict = any(not {"approved", "denied"}.isdisjoint(row.facts or ()) for row in rows)
        yield from self.state.commit(LogStep(calls=rows), strict=strict)

    def call(self, due: DueCall, seconds: float | None) -> Plan[None]:
        """Run one call."""
        began = self.state.clock()
        result: Block = yield CallTool(due.tool, due.call, seconds)
        if due.changed:
            result = with_input_named(result, due.call.input)
        facts = {**(due.facts or {}), "seconds": max(0, self.state.clock() - began) / 1000}
        self.results[due.call.id] = result
        yield from self.state.commit(LogStep(calls=[self.row(due.call, CallState.ANSWERED, facts, result)]))

    def hand(self, due: DueCall) -> Plan[None]:
        """Hand out the row of a call that has been run; raise what the reader broke off with."""
        broken = yield Hand(self.state.thread.calls[self.entry.id, due.call.id])
        if broken is not None:
            raise broken.error


def side_by_side(due: Sequence[DueCall]) -> Iterator[list[DueCall]]:
    """Return the calls in groups that may run at the same time, in their order."""
    group: list[DueCall] = []
    for call in due:
        alone = bool(getattr(call.tool, "alone", None))
        if group and (alone or len(group) == MOST_TOGETHER):
            yield group
            group = []
        if alone:
            yield [call]
        else:
            group.append(call)
    if group:
        yield group

"""The plan of a run: its record is committed with its first words, and again with how it ended.

A run is a turn of its conversation that has a name. What it may still use is counted from the log, so that a run that waited
for days, or whose program was killed, has the limits that it had.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from tercet.flow.effects import Plan
from tercet.toolkit.agent.run import AgentRun, RunRecord, run_entries, was_run
from tercet.toolkit.conversation.approvals import Decision, check_decisions
from tercet.toolkit.conversation.entries import EntryState, LogStep
from tercet.toolkit.conversation.errors import ConversationError
from tercet.toolkit.conversation.limits import Limits, TurnAllowance
from tercet.toolkit.conversation.state import ConversationState, TurnOptions
from tercet.toolkit.conversation.thread import Thread, calls_of
from tercet.toolkit.conversation.turn import Opening, TurnEnding, go_on, opening_step

NO_LIMITS = Limits()
OVER = ("done", "refused")


class RunPlan:
    """One run while it is carried out: its name, its record, and what it may use."""

    def __init__(self, state: ConversationState, id: str, options: TurnOptions, most_cost: Any) -> None:
        self.state, self.id, self.most_cost = state, id, most_cost
        self.options = msgspec.structs.replace(options, run=id)
        self.record = RunRecord(question=0)
        self.known = False
        """Whether there is a record of it."""
        self.allowance: TurnAllowance | None = None
        """What it has used, once it goes on."""

    @property
    def fact(self) -> str:
        """Return the name under which the log keeps the record."""
        return f"run:{self.id}"

    def begin(self, opening: Opening) -> Plan[TurnEnding]:
        """Carry out a run from the user's words on."""
        yield from self._open(opening)
        return (yield from self._carry_on({}))

    def resume(self, decisions: Mapping[str, Decision]) -> Plan[TurnEnding]:
        """Go on with a run: with what the user decided of calls that wait, after a limit, an error, or the end of a program."""
        yield from self.state.recover()  # others may have gone on with it: an approval can be taken already
        thread = self.state.thread
        fact = thread.facts.get(self.fact)
        if fact is None:
            raise ConversationError(f"there is no run {self.id} in conversation {self.state.id}")
        self.record, self.known = msgspec.convert(fact, RunRecord), True
        check_decisions(thread, decisions, self.options.tools, self.id, self.state.clock())
        turn = thread.last_turn()
        if not turn or turn[0].id != self.record.question:
            raise ConversationError(f"run {self.id} cannot go on: the conversation has gone on without it")
        if self.record.outcome in OVER:
            raise ConversationError(
                f"run {self.id} is over ({self.record.outcome}); begin another one with agent.run(…)"
            )
        if self.record.outcome == "cut":
            self.options = msgspec.structs.replace(self.options, on_cut="continue")
        question = turn[0]
        if question.state in (EntryState.PENDING, EntryState.FAILED):
            opening = Opening(content=question.content, parent=question.parent, after_tip=False)
            yield from self._open(opening)
        return (yield from self._carry_on(decisions))

    def _open(self, opening: Opening) -> Plan[None]:
        """Commit the words that begin the run, together with its record."""
        step = opening_step(self.state, opening)
        question = self.record.question = step.entries[-1].id
        facts = {**step.facts, self.fact: msgspec.to_builtins(self.record)}
        written = yield from self.state.commit(msgspec.structs.replace(step, facts=facts))
        self.record.question, self.known = written.entries[-1].id, True
        if self.record.question != question:  # somebody else had written: the words stand on a branch
            yield from self._commit()

    def _carry_on(self, decisions: Mapping[str, Decision]) -> Plan[TurnEnding]:
        allowance = self._allowance()
        options = msgspec.structs.replace(self.options, allowance=allowance, decisions=decisions)
        self.allowance = allowance
        try:
            ending = yield from go_on(self.state, options)
            self._note(allowance, ending)
            yield from self._commit()
        except Exception as error:
            self._note(allowance, None)
            if not isinstance(error, ConversationError):  # otherwise the log itself cannot be written
                yield from self._commit()
            self._name_in(error)
            raise
        except BaseException as error:
            self._name_in(error)
            raise
        return ending

    def _name_in(self, error: BaseException) -> None:
        with suppress(AttributeError, TypeError):
            error.run = self.result(None)  # type: ignore[attr-defined]

    def result(self, ending: TurnEnding | None) -> AgentRun:
        """Return what has come of the run. Raises RuntimeError before it has begun."""
        if not self.known:
            raise RuntimeError("the run has not begun: iterate its stream first")
        return AgentRun(self.id, self.record, self.state.thread, ending)

    def seconds_of(self, entry: int) -> float | None:
        """Return how long the request took whose answer is this entry."""
        return None if self.allowance is None else self.allowance.took.get(str(entry))

    def _commit(self) -> Plan[None]:
        yield from self.state.commit(LogStep(facts={self.fact: msgspec.to_builtins(self.record)}))

    def _allowance(self) -> TurnAllowance:
        requests, calls, nano_usd = used_by(self.state.thread, self.record)
        return TurnAllowance(
            self.options.limits or NO_LIMITS,
            self.most_cost,
            requests=requests,
            calls=calls,
            nano_usd=nano_usd,
            seconds=self.record.seconds,
            took=self.record.took,
        )

    def _note(self, allowance: TurnAllowance, ending: TurnEnding | None) -> None:
        record = self.record
        record.outcome = "stopped" if ending is None else ending.outcome
        record.limit, record.reason = (None, None) if ending is None else (ending.limit, ending.reason)
        record.seconds, record.took = round(allowance.seconds, 6), allowance.took


def used_by(thread: Thread, record: RunRecord) -> tuple[int, int, int]:
    """Return how much a run has used so far, by its entries and calls: requests, calls, nano-dollars at most."""
    requests = calls = nano_usd = 0
    for entry in run_entries(thread, record.question):
        cost = entry.cost or (entry.error or {}).get("cost")
        nano_usd += cost[2] if cost is not None else 0
        if entry.role == "assistant":
            requests += 1
            rows = (thread.calls.get((entry.id, call["id"])) for call in calls_of(entry))
            calls += sum(row is not None and was_run(row) for row in rows)
    return requests, calls, nano_usd

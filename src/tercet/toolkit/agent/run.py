"""`AgentRun`: what came of a run, read from the log of its conversation. Nothing of it is kept twice."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import msgspec

from tercet.catalog.cost import in_dollars
from tercet.toolkit.conversation.entries import CallState, EntryState, LogEntry, LoggedCall
from tercet.toolkit.conversation.errors import ConversationError
from tercet.toolkit.conversation.limits import LimitName
from tercet.toolkit.conversation.thread import Thread, calls_of
from tercet.toolkit.conversation.turn import Outcome, TurnEnding
from tercet.toolkit.conversation.turns import message_of_answer
from tercet.wire.responses.message import Message


class RunStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a run: an answer of the model, or a call of a tool."""

    kind: Literal["asked", "called"]
    name: str
    """The model, or the tool."""
    id: str
    """The answer's, or the call's."""
    seconds: float | None
    """None for a call that was interrupted, and for an answer after which the program ended."""
    cost: Decimal | None = None
    """Of an answer, in US dollars at list prices; None where that is not known."""
    input: Mapping[str, Any] | None = None
    """Of a call: what the tool was run with."""
    result: Any = None
    """Of a call: what the model reads."""
    is_error: bool = False

    def __repr__(self) -> str:
        took = "" if self.seconds is None else f", {self.seconds:.3g} s"
        cost = "" if self.cost is None else f", ${self.cost:f}"
        return f"<{self.kind} {self.name}{took}{cost}{', an error' if self.is_error else ''}>"


class WaitingCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that waits for an approval."""

    id: str
    name: str
    input: Mapping[str, Any]
    until: datetime | None = None
    """When it counts as denied, if nobody answers."""


class RunRecord(msgspec.Struct, kw_only=True):
    """What the log keeps of a run beside its entries and calls."""

    question: int
    """Id of the entry that began it."""
    outcome: Outcome | None = None
    """None while it goes on, and after a crash."""
    limit: LimitName | None = None
    reason: str | None = None
    seconds: float = 0.0
    """At work, not counting the time that calls waited."""
    took: dict[str, float] = {}
    """Seconds of the requests, by the ids of the answers' entries."""


def run_entries(thread: Thread, question: int) -> list[LogEntry]:
    """Return the entries of a run, as far as the conversation still holds to them: from its question on."""
    found: list[LogEntry] = []
    for entry in reversed(thread.path):
        found.append(entry)
        if entry.id == question:
            break
    else:
        return [thread.entries[question]]
    found.reverse()
    later = next((index for index, entry in enumerate(found) if index and entry.starts_turn), len(found))
    return found[:later]


class AgentRun:
    """Tell how a run ended, and what it did. One that waits, or that a limit ended, goes on with `agent.resume(run.id, …)`."""

    id: str
    outcome: Outcome
    """done; waiting: calls wait for an approval; limit: `limit` says which; refused; cut: by max_tokens; stopped: by the user or
    an error."""
    limit: LimitName | None
    reason: str | None
    """Why the limit ended it, as a sentence."""

    def __init__(self, id: str, record: RunRecord, thread: Thread, ending: TurnEnding | None = None) -> None:
        self.id, self.limit, self.reason = id, record.limit, record.reason
        self.outcome = record.outcome or "stopped"
        self._took = record.took
        self._entries = run_entries(thread, record.question)
        self._calls: dict[tuple[int, str], LoggedCall] = {
            key: row
            for entry in self._entries
            for call in calls_of(entry)
            if (row := thread.calls.get(key := (entry.id, call["id"]))) is not None
        }
        self._message = None if ending is None else ending.message

    @property
    def message(self) -> Message:
        """Return the last answer of the model. Raises ConversationError if none came."""
        if self._message is None:
            last = next((entry for entry in reversed(self._entries) if entry.role == "assistant"), None)
            if last is None:
                raise ConversationError(f"run {self.id} has no answer: it ended ({self.outcome}) before one came")
            self._message = message_of_answer(last)
        return self._message

    @cached_property
    def steps(self) -> tuple[RunStep, ...]:
        """Return what was asked and called, in order: how long it took, and what it cost."""
        steps: list[RunStep] = []
        for entry in self._entries:
            if entry.role == "assistant":
                steps.append(asked_step(entry, self._took.get(str(entry.id))))
                for call in calls_of(entry):
                    row = self._calls.get((entry.id, call["id"]))
                    if row is not None and was_run(row):
                        steps.append(called_step(call, row))
        return tuple(steps)

    @cached_property
    def waiting(self) -> tuple[WaitingCall, ...]:
        """Return the calls that wait for an approval, in order."""
        last = self._entries[-1]
        rows = [(call, self._calls.get((last.id, call["id"]))) for call in calls_of(last)]
        return tuple(
            waiting_call(call, row) for call, row in rows if row is not None and row.state is CallState.WAITING
        )

    @property
    def cost(self) -> Decimal:
        """Return what its answers cost, in US dollars at list prices, as far as that is known."""
        return in_dollars(sum(entry.cost[0] for entry in self._entries if entry.cost is not None))

    def __repr__(self) -> str:
        how = f"{self.outcome}: {self.limit}" if self.limit else self.outcome
        return f"<AgentRun {self.id} {how}, {len(self.steps)} steps, ${self.cost:f}>"


def asked_step(entry: LogEntry, seconds: float | None) -> RunStep:
    """Return an answer as a step."""
    answer = entry.answer or {}
    return RunStep(
        kind="asked",
        name=str(answer.get("model")),
        id=str(answer.get("id")),
        seconds=seconds,
        cost=None if entry.cost is None else in_dollars(entry.cost[0]),
        is_error=entry.state is EntryState.STOPPED,
    )


def was_run(row: LoggedCall) -> bool:
    """Return whether the tool was started."""
    return row.state is CallState.CALLED or "seconds" in (row.facts or ())


def called_step(call: Mapping[str, Any], row: LoggedCall) -> RunStep:
    """Return a call as a step."""
    facts, result = row.facts or {}, row.result or {"is_error": True}
    return RunStep(
        kind="called",
        name=call["name"],
        id=call["id"],
        seconds=facts.get("seconds"),
        input=facts.get("given", call["input"]),
        result=result.get("content"),
        is_error=bool(result.get("is_error")),
    )


def waiting_call(call: Mapping[str, Any], row: LoggedCall) -> WaitingCall:
    """Return a call that waits, with an input of its own: changing it changes nothing of what is approved."""
    until = (row.facts or {}).get("until")
    moment = None if until is None else datetime.fromtimestamp(until / 1000, UTC)
    return WaitingCall(id=call["id"], name=call["name"], input=copy.deepcopy(call["input"]), until=moment)

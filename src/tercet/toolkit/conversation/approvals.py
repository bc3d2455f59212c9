"""Approvals of calls: `tercet.ask_first`, `approve`, `deny`. A call that waits is a row of the log, and so is its approval:
it is taken once, for the input that was shown, and by one process alone."""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

import msgspec

from tercet.toolkit.conversation.entries import Block, CallState, LogEntry, LoggedCall
from tercet.toolkit.conversation.errors import ConversationError
from tercet.toolkit.conversation.state import ASKS
from tercet.toolkit.conversation.thread import Thread, calls_of
from tercet.tools.run_state import is_runnable
from tercet.wire.requests.plain_values import plain_value

T = TypeVar("T")
EXPIRED = "nobody approved it in time"


class Approval(msgspec.Struct, frozen=True):
    """A yes to a call, with other input if that is given."""

    input: Mapping[str, Any] | None = None


class Denial(msgspec.Struct, frozen=True):
    """A no to a call; the model reads why."""

    why: str = ""


Decision: TypeAlias = Approval | Denial


class AskFirst(msgspec.Struct, frozen=True):
    """The way a tool asks: until when, as a moment or in seconds from the call, an approval can be given."""

    seconds: float | None = None
    moment: int | None = None
    """Milliseconds since 1970."""

    def until(self, at: int) -> int | None:
        """Return when a call of this moment can no longer be approved; None: it can at any time."""
        return self.moment if self.seconds is None else at + round(self.seconds * 1000)


def approve(*, input: Mapping[str, Any] | None = None) -> Approval:
    """Return a yes for `agent.resume`: the call runs, with `input` in the place of the model's if given.

    Other input is checked against the tool's schema. What the model called stays as it was said, and the result names the
    input that was used.
    """
    if input is not None and not isinstance(input, Mapping):
        raise TypeError(f"approve(input=…) takes the whole input as a dict, not {type(input).__name__} {input!r:.60}")
    return Approval(None if input is None else plain_value(dict(input), "", name="approve(input=…)"))


def deny(why: str = "") -> Denial:
    """Return a no for `agent.resume`: the call is not run, and the model reads `why`."""
    if not isinstance(why, str):
        raise TypeError(f"deny() takes a text that the model reads, not {type(why).__name__} {why!r:.60}")
    return Denial(why.strip())


def ask_first(tool: T, *, until: float | timedelta | datetime | None = None) -> T:
    """Return the tool as one whose calls wait until somebody has approved them, which may be in another process, days later.

    After `until` (seconds or a timedelta from the call on, or a moment with a zone) a call that nobody answered counts as denied.
    """
    if not is_runnable(tool):
        raise TypeError(f"ask_first() takes a tool, such as a function under @tercet.beta_tool, not {tool!r:.80}")
    made = copy.copy(tool)
    setattr(made, ASKS, _asking(until))
    return made


def _asking(until: Any) -> AskFirst:
    if until is None:
        return AskFirst()
    if isinstance(until, datetime):
        if until.tzinfo is None:
            raise ValueError(f"ask_first(until=…) needs a moment with a zone, such as datetime.now(UTC), not {until}")
        return AskFirst(moment=round(until.timestamp() * 1000))
    seconds = until.total_seconds() if isinstance(until, timedelta) else until
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise ValueError(f"ask_first(until=…) takes seconds, a timedelta or a datetime, not {until!r:.60}")
    return AskFirst(seconds=seconds)


# --- in the log -------------------------------------------------------------------------------------------------------


def waiting_row(entry: LogEntry, call: Block, asking: AskFirst, run: str | None, at: int) -> LoggedCall:
    """Return the row of a call that waits for its approval."""
    facts = {"run": run, "input": input_hash(call.get("input")), "asked": at, "until": asking.until(at)}
    return LoggedCall(entry=entry.id, id=call["id"], state=CallState.WAITING, facts=facts)


def input_hash(value: Any) -> str:
    """Return what tells one input from another, however its keys are ordered."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


def is_expired(row: LoggedCall, at: int) -> bool:
    """Return whether a call can no longer be approved."""
    until = (row.facts or {}).get("until")
    return until is not None and at >= until


def check_decisions(
    thread: Thread, decisions: Mapping[str, Decision], tools: Mapping[str, Any], run: str, at: int
) -> None:
    """Raise for a decision that cannot be taken, before any is: ConversationError with what stands in its way."""
    entry = thread.last
    calls = {call["id"]: call for call in (calls_of(entry) if entry is not None else ())}
    for id_, decision in decisions.items():
        if not isinstance(decision, Approval | Denial):
            raise TypeError(
                f"the answer to call {id_} must be tercet.approve() or tercet.deny(…), not {decision!r:.80}"
            )
        row = _row_of(thread, id_)
        if row is None or (row.facts or {}).get("run") != run:
            waiting = ", ".join(each for each, call in calls.items() if _waits(thread, entry, call)) or "none"
            raise ConversationError(f"no call {id_} of run {run} asked for an approval; those that wait: {waiting}")
        if row.state is not CallState.WAITING:
            raise ConversationError(f"call {id_} {_past(row)}; an answer to it is taken once")
        call = calls.get(id_)
        if call is None:
            raise ConversationError(f"call {id_} was not answered before the conversation went on, and is denied")
        _check_call(call, decision, row, tools, at)


def _check_call(call: Block, decision: Decision, row: LoggedCall, tools: Mapping[str, Any], at: int) -> None:
    id_, name = call["id"], call.get("name")
    if isinstance(decision, Denial):
        return
    facts = row.facts or {}
    if is_expired(row, at):
        raise ConversationError(
            f"call {id_} of {name} could be approved until {_moment(facts['until'])} and is denied since; go on without "
            "an answer to it: agent.resume(run.id)"
        )
    if decision.input is None and facts.get("input") != input_hash(call.get("input")):
        raise ConversationError(
            f"the input of call {id_} of {name} is not the one that was shown for approval; deny it, or approve it with "
            "tercet.approve(input=…)"
        )
    tool = tools.get(str(name))
    if tool is None:
        raise ConversationError(f"call {id_} cannot be approved: the agent has no tool {name!r}; give it that tool")
    if decision.input is not None:
        try:
            check_input(tool, decision.input)
        except (TypeError, ValueError) as problem:
            raise ConversationError(f"approve(input=…) for call {id_} does not fit the tool: {problem}") from problem


def check_input(tool: Any, value: Any) -> None:
    """Raise ValueError or TypeError for an input that does not fit the tool."""
    arguments = getattr(tool, "arguments", None)
    if callable(arguments):
        arguments(value)
        return
    schema = tool.to_dict().get("input_schema")
    if schema is not None:
        from tercet.wire.json_schema import check_value

        check_value(value, schema)


def _row_of(thread: Thread, id_: str) -> LoggedCall | None:
    return next((row for (_, call), row in reversed(thread.calls.items()) if call == id_), None)


def _waits(thread: Thread, entry: LogEntry | None, call: Block) -> bool:
    row = None if entry is None else thread.calls.get((entry.id, call["id"]))
    return row is not None and row.state is CallState.WAITING


def _past(row: LoggedCall) -> str:
    facts = row.facts or {}
    if "approved" in facts:
        return f"was approved already, at {_moment(facts['approved'])}"
    return f"was denied already: {facts.get('denied') or 'no reason was given'}"


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def with_input_named(result: Block, used: Mapping[str, Any]) -> Block:
    """Return a result that says which input was used in the place of the model's."""
    note = f"[The user changed the input of this call; it was run with {msgspec.json.encode(used).decode()}]"
    content = result.get("content")
    if content is None or isinstance(content, str):
        return {**result, "content": note if not content else f"{note}\n{content}"}
    return {**result, "content": [{"type": "text", "text": note}, *content]}

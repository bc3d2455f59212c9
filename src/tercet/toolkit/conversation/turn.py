"""The plan of a turn: commit the question, ask, commit the answer, run the tools that it calls, and ask again.

Every step is committed before the next effect: the question before its request leaves, a call before its tool starts. So the
log can be gone on with wherever a turn ends, even if nobody is there any more to write that it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from tercet.flow.effects import Ask, Hand, Plan
from tercet.toolkit.conversation.answers import CUT_SHORT, answer_entry, part_entry
from tercet.toolkit.conversation.entries import Block, EntryState, LogEntry, LogStep
from tercet.toolkit.conversation.errors import ConversationConflictError, ConversationError
from tercet.toolkit.conversation.limits import LimitName
from tercet.toolkit.conversation.request import prefix_of, refused_blocks, request_arguments, settled_results
from tercet.toolkit.conversation.state import ConversationState, TurnOptions
from tercet.toolkit.conversation.thread import DISPENSABLE, Thread
from tercet.toolkit.conversation.tool_steps import answer_calls
from tercet.toolkit.conversation.turns import message_of_answer
from tercet.wire.errors import APIError
from tercet.wire.responses.message import Message

if TYPE_CHECKING:
    from tercet.toolkit.conversation.entries import ViewCut
    from tercet.toolkit.conversation.views import SummaryWanted, ViewChoice

Outcome: TypeAlias = Literal["done", "waiting", "limit", "refused", "cut", "stopped"]
MOST_CONTINUATIONS = 5
MOST_PAUSES = 10
PAUSES = frozenset({"pause_turn", "compaction"})
"""Stop reasons after which the answer is sent back as it is, and the model goes on."""
GO_ON: list[Block] = [
    {"type": "text", "text": "Your answer was cut off. Go on exactly where it stopped, and repeat nothing."}
]
NOT_ANSWERED = "Error: not answered"


class AskFailed(msgspec.Struct, frozen=True):
    """What a driver answers to a request that did not go well: the error, and the part of the answer that had come."""

    error: BaseException
    part: Message | None = None
    most: int | None = None
    """The most that it may cost, in nano-dollars, if it may have been billed."""


class AskWhole(Ask, frozen=True):
    """Ask for a whole answer, also where others are handed out as streams."""


class TurnEnding(msgspec.Struct, frozen=True, kw_only=True):
    """How a turn ended, and its answer: all of it, if it came in several parts."""

    outcome: Outcome
    message: Message | None
    limit: LimitName | None = None
    reason: str | None = None
    """Why the limit ended it, as a sentence."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What begins a turn: new words, in which place."""

    content: Sequence[Block] = ()
    """Empty: go on from where the conversation stands."""
    parent: int | None = None
    after_tip: bool = True
    """Whether the words come after everything else; otherwise after `parent`."""


def turn(state: ConversationState, opening: Opening, options: TurnOptions) -> Plan[TurnEnding]:
    """Carry out one turn of a conversation, from the user's words to the answer."""
    yield from opened(state, opening)
    return (yield from go_on(state, options))


def opened(state: ConversationState, opening: Opening) -> Plan[None]:
    """Commit the user's words; after somebody else's turn, if the conversation waits for those."""
    waits = state.on_conflict == "wait"
    while True:
        if waits:
            yield from state.others_done()
        try:
            yield from state.commit(opening_step(state, opening), strict=waits)
            return
        except ConversationConflictError:
            if not waits:
                raise
            yield from state.recover()


def go_on(state: ConversationState, options: TurnOptions) -> Plan[TurnEnding]:
    """Carry on with a turn from where the log stands: answer calls that nothing answers yet, and ask until the model is done."""
    going = _Turn(state, options)
    last = state.thread.last
    if last is not None and last.role == "assistant":
        ending = yield from going.again(last)
        if ending is not None:
            return ending
    return (yield from going.go_on())


def opening_step(state: ConversationState, opening: Opening) -> LogStep:
    """Return the step that puts the user's words into the log, and settles what was left open before."""
    thread, at = state.thread, state.clock()
    states, errors = state.settling()
    entries: list[LogEntry] = []
    parent, next_id = thread.tip if opening.after_tip else opening.parent, thread.last_id + 1
    words = list(opening.content)
    calls = thread.open_calls()
    if calls and opening.after_tip:
        last = thread.sendable[-1]
        parent = last.id
        ids = {call["id"] for call in calls}
        given = [block for block in words if block["type"] == "tool_result" and block.get("tool_use_id") in ids]
        words = [block for block in words if block not in given]
        results = settled_results(state, last, calls, NOT_ANSWERED, given)
        entries.append(LogEntry(id=next_id, parent=parent, role="user", content=results, at=at))
        parent, next_id = next_id, next_id + 1
    if words:
        entries.append(
            LogEntry(
                id=next_id,
                parent=parent,
                role="user",
                content=words,
                state=EntryState.PENDING,
                starts_turn=True,
                at=at,
            )
        )
        parent = next_id
    left = thread.with_refused(thread.unfinished()) if entries and opening.after_tip else {}
    return LogStep(entries=entries, states=states, errors=errors, tip=parent, facts=left)


class _Turn:
    """What one turn knows while it goes on."""

    def __init__(self, state: ConversationState, options: TurnOptions) -> None:
        self.state, self.options = state, options
        self.parts: list[Message] = []
        """The answers that are one for the user: cut off and continued, or paused."""
        self.last: Message | None = None
        """The answer whose calls were answered last."""
        self.pauses = self.continuations = 0

    def go_on(self) -> Plan[TurnEnding]:
        """Ask until the model is done."""
        while True:
            answer = yield from self.answered()
            if not isinstance(answer, tuple):
                return (yield from self.limited(answer))
            message, entry = answer
            self.parts.append(message)
            ending = yield from self.after(message, entry)
            if ending is not None:
                return ending

    def after(self, message: Message, entry: LogEntry) -> Plan[TurnEnding | None]:
        """Do what an answer asks for; return how the turn ended, or None if it goes on."""
        reason = message.stop_reason
        if reason == "refusal":
            return self.ended("refused")
        if reason in PAUSES and self.pauses < MOST_PAUSES:
            self.pauses += 1
            return None
        if reason == "tool_use" and any(block.type == "tool_use" for block in message.content):
            answered = yield from answer_calls(self.state, entry, message, self.options)
            if answered.results is None:
                return self.ended("waiting")
            yield from self.add(answered.results)
            if answered.limit is not None:
                return self.ended("limit", answered.limit)
            self.last, self.parts = message, []
            return None
        if reason not in CUT_SHORT:
            return self.ended("done")
        goes_on = self.options.on_cut == "continue" and reason == "max_tokens"
        if not goes_on or self.continuations >= MOST_CONTINUATIONS:
            return self.ended("cut")
        self.continuations += 1
        calls = self.state.thread.open_calls()
        yield from self.add(settled_results(self.state, entry, calls, NOT_ANSWERED) if calls else GO_ON)
        return None

    def again(self, entry: LogEntry) -> Plan[TurnEnding | None]:
        """Do what the last answer of the log asks for."""
        if entry.state is EntryState.STOPPED:
            yield from self.add(GO_ON)
            return None
        message = message_of_answer(entry)
        self.parts.append(message)
        return (yield from self.after(message, entry))

    def ended(self, outcome: Outcome, limit: LimitName | None = None) -> TurnEnding:
        """Return the end of this turn."""
        allowance = self.options.allowance
        reason = None if limit is None or allowance is None else allowance.reason
        return TurnEnding(outcome=outcome, message=joined(self.parts) or self.last, limit=limit, reason=reason)

    def limited(self, limit: LimitName) -> Plan[TurnEnding]:
        """End the turn before a request that a limit keeps from leaving. What was asked stays, and can be gone on with."""
        if pending := self.state.thread.pending:
            yield from self.state.commit(LogStep(states=dict.fromkeys(pending, EntryState.DONE)))
        return self.ended("limit", limit)

    def add(self, content: Sequence[Block]) -> Plan[None]:
        """Commit what the program says in the user's place: results of tools, or to go on."""
        thread = self.state.thread
        entry = LogEntry(id=thread.last_id + 1, parent=thread.tip, role="user", content=content, at=self.state.clock())
        left = thread.with_refused(thread.unfinished())
        yield from self.state.commit(LogStep(entries=[entry], tip=entry.id, facts=left))

    def answered(self) -> Plan[tuple[Message, LogEntry] | LimitName]:
        """Ask once, and commit the answer; return the limit that keeps the request from leaving, if one does. Raises what kept
        the answer from coming, once that is committed."""
        choice = None if self.state.view is None else (yield from self.chosen())
        arguments, allowance = request_arguments(self.state, self.options, choice), self.options.allowance
        if allowance is not None and (limit := allowance.refuse_request(arguments)) is not None:
            return limit
        answer: Any = yield Ask(arguments)
        if self.options.streams and not isinstance(answer, AskFailed):
            answer = yield Hand(answer)
        if isinstance(answer, AskFailed):
            try:
                yield from self.failed(answer, choice)
            except ConversationError as error:
                error.answer = answer.part
                raise error from answer.error
            raise answer.error
        message: Message = answer
        try:
            step = yield from self.state.commit(self.answer_step(message))
        except ConversationError as error:
            error.answer = message
            raise
        entry = step.entries[0]
        note_misses(self.state, arguments, message, entry)
        if allowance is not None:
            allowance.settle(entry.id, entry.cost)
        if self.options.hands_steps and (broken := (yield Hand(entry))) is not None:
            raise broken.error
        return message, entry

    def answer_step(self, message: Message) -> LogStep:
        """Return the step that puts an answer into the log."""
        thread = self.state.thread
        refused = message.stop_reason == "refusal"
        entry = answer_entry(
            message,
            thread.last_id + 1,
            thread.tip,
            self.state.clock(),
            state=EntryState.REFUSED if refused else EntryState.DONE,
            prefix=prefix_of(self.state, message),
        )
        states: dict[int, EntryState] = dict.fromkeys(thread.pending, EntryState.DONE)
        if refused:
            states = {each.id: EntryState.REFUSED for each in thread.last_turn()}
        return LogStep(entries=[entry], states=states, tip=entry.id)

    def chosen(self) -> Plan[ViewChoice]:
        """Let the view choose what is sent, and keep where it cuts."""
        from tercet.toolkit.conversation.tokens import estimated

        state = self.state
        choice: ViewChoice = state.view.choose(state.thread.sendable, state.thread.cuts, estimated)
        cut = choice.new_cut
        if choice.wanted is not None:
            cut = yield from self.summarized(choice.wanted)
        if cut is None:
            return choice
        yield from state.commit(LogStep(cuts=[msgspec.structs.replace(cut, at=state.clock())]))
        again: ViewChoice = state.view.choose(state.thread.sendable, state.thread.cuts, estimated)
        return again

    def summarized(self, wanted: SummaryWanted) -> Plan[ViewCut | None]:
        """Have a summary made; None if that fails, and things go on as they were."""
        from tercet.toolkit.conversation.summaries import cut_of, summary_arguments, warn_of_failure

        answer: Any = yield AskWhole(summary_arguments(self.state, self.options, wanted))
        if not isinstance(answer, AskFailed):
            return cut_of(answer, wanted, self.state.clock())
        if not isinstance(answer.error, Exception):
            yield from self.failed(answer, None)
            raise answer.error
        warn_of_failure(answer.error)
        return None

    def failed(self, failure: AskFailed, choice: ViewChoice | None) -> Plan[None]:
        """Commit that no answer came, or a part of one."""
        thread, at = self.state.thread, self.state.clock()
        part = failure.part or getattr(failure.error, "partial_message", None)
        if isinstance(part, Message) and part.stop_reason is not None:
            yield from self.state.commit(self.answer_step(part))
            return
        facts = error_facts(failure)
        if isinstance(part, Message):
            prefix = prefix_of(self.state, part)
            entry = part_entry(part, thread.last_id + 1, thread.tip, at, facts, failure.most, prefix)
            if entry is not None:
                states = dict.fromkeys(thread.pending, EntryState.DONE)
                yield from self.state.commit(LogStep(entries=[entry], states=states, tip=entry.id))
                return
        step = failed_step(thread, facts, refused_blocks(failure.error, self.state, choice))
        if step is not None:
            yield from self.state.commit(step)


def note_misses(state: ConversationState, arguments: Mapping[str, Any], message: Message, entry: LogEntry) -> None:
    """Note what the API's cache should have held for this answer, and did not."""
    usage: Any = message.get("usage")
    wrote = isinstance(usage, Mapping) and (
        usage.get("cache_read_input_tokens") or usage.get("cache_creation_input_tokens")
    )
    if state.sent is None and not wrote:
        return
    from tercet.toolkit.conversation.cache_misses import AnsweredRequest, miss_of

    before, now = state.sent, AnsweredRequest(arguments, entry.at, usage if isinstance(usage, Mapping) else {})
    if before is not None and (miss := miss_of(before, now, entry.id)) is not None:
        state.misses.append(miss)
    state.sent = now


def failed_step(thread: Thread, facts: dict[str, Any], refused: tuple[LogEntry, list[int]] | None) -> LogStep | None:
    """Return the step by which a question is left out of later requests, and a block that the API refused, too; None if there
    is nothing to write."""
    states = dict.fromkeys(thread.pending, EntryState.FAILED)
    errors = dict.fromkeys(thread.pending, facts)
    own: dict[str, Any] = {}
    if refused is not None:
        entry, places = refused
        places = [place for place in places if entry.content[place]["type"] in DISPENSABLE]
        if places and entry.id in states:
            errors = {**errors, entry.id: {**facts, "place": places}}
        elif places:
            own = thread.with_refused({entry.id: places})
    return LogStep(states=states, errors=errors, facts=own) if states or own else None


def error_facts(failure: AskFailed) -> dict[str, Any]:
    """Return what the log keeps of an error."""
    error = failure.error
    status = getattr(error, "status_code", None)
    facts: dict[str, Any] = {"type": type(error).__name__, "message": str(error)[:1000], "status": status}
    if isinstance(error, APIError):
        facts["billed"] = billed(error)
    elif isinstance(error, TypeError | ValueError):
        facts["billed"] = "no"
    else:
        facts["billed"] = "maybe"
    if facts["billed"] != "no":
        facts["cost"] = None if failure.most is None else [0, 0, failure.most]
    return facts


def billed(error: APIError) -> str:
    """Return whether a failed call may have been billed: "no", "maybe" or "yes"."""
    phases = [getattr(attempt, "billed", "maybe") for attempt in error.attempts]
    if phases:
        return max(phases, key=("no", "maybe", "yes").index)
    return "no" if error.status_code is not None and error.status_code < 500 else "maybe"


def joined(parts: Sequence[Message]) -> Message | None:
    """Return answers that continue one another as one: their blocks in order, texts that were cut in two put together, and
    the sum of what they used."""
    if len(parts) < 2:
        return parts[0] if parts else None
    blocks: list[Block] = []
    for part in parts:
        content: list[Block] = [dict(block) for block in part["content"]]
        if blocks and content and blocks[-1]["type"] == content[0]["type"] == "text":
            blocks[-1] = {**blocks[-1], "text": blocks[-1]["text"] + content.pop(0)["text"]}
        blocks += content
    last = parts[-1]
    made = Message({**last, "content": blocks, "usage": added([part["usage"] for part in parts])})
    made._received()
    return made


def added(usages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sum of usages, field by field; what is no number is the last one's."""
    total: dict[str, Any] = {}
    for usage in usages:
        for name, value in usage.items():
            before = total.get(name)
            if isinstance(value, Mapping):
                total[name] = added([before, value]) if isinstance(before, Mapping) else dict(value)
            elif type(value) is int and type(before) is int:
                total[name] = before + value
            elif value is not None or name not in total:
                total[name] = value
    return total

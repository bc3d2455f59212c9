"""The state of one conversation while a program holds it: its log and thread, its settings, and how a step is committed."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from secrets import token_hex
from typing import Any, Literal, TypeAlias

import msgspec

from tercet.flow.effects import Plan, Sleep, Work
from tercet.toolkit.conversation.binding import PathDigests
from tercet.toolkit.conversation.entries import EntryState, LogStep
from tercet.toolkit.conversation.errors import ConversationConflictError, ConversationError
from tercet.toolkit.conversation.limits import Limits, TurnAllowance
from tercet.toolkit.conversation.log import Log, MemoryLog
from tercet.toolkit.conversation.said import example_messages
from tercet.toolkit.conversation.thread import INTERRUPTED, Thread
from tercet.tools.run_state import is_runnable, refuse_equal_names
from tercet.wire.requests.json_body import materialize

OnCut: TypeAlias = Literal["keep", "continue", "raise"]
OnConflict: TypeAlias = Literal["raise", "branch", "wait"]
ON_CUT = ("keep", "continue", "raise")
MOST_WAIT, LOOK_AGAIN = 60.0, 0.1
"""Seconds that one waits for somebody else's turn, and between two looks at the log."""
MOST_BRANCHES = 100
"""Times that a step is written again because somebody else was faster."""
ASKS = "asks_first"
"""The attribute of tools that wait for an approval."""


def new_id() -> str:
    """Return an id that sorts by time: a UUID of version 7."""
    stamp, rest = f"{time.time_ns() // 1_000_000:012x}", token_hex(10)
    return f"{stamp[:8]}-{stamp[8:]}-7{rest[:3]}-{'89ab'[int(rest[3], 16) & 3]}{rest[4:7]}-{rest[7:19]}"


def now() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class TurnOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How one turn is to go: the conversation's settings, with what the call said over them."""

    parameters: Mapping[str, Any]
    """Arguments of `create`, but for tools and messages."""
    tools: Mapping[str, Any] = {}
    """The tools that can be run, by their names."""
    definitions: Sequence[Any] = ()
    """What the API is told of tools."""
    described: frozenset[str] = frozenset()
    """Names of tools that are definitions alone: the user answers their calls."""
    on_cut: OnCut = "keep"
    limits: Limits | None = None
    allowance: TurnAllowance | None = None
    """What the turn has used of its limits, if there are any."""
    run: str | None = None
    """The agent's run that this turn is."""
    decisions: Mapping[str, Any] = {}
    """What the user has decided of calls that waited, by their ids."""
    streams: bool = False
    """Whether the answers are handed out as streams."""
    hands_steps: bool = False
    """Whether each answer's entry, and the row of each call that was run, are handed out, too."""


def check_on_cut(value: Any) -> OnCut:
    """Return what is to be done with an answer that was cut off."""
    if value not in ON_CUT:
        raise ValueError(f"on_cut must be 'keep', 'continue' or 'raise', not {value!r}")
    known: OnCut = value
    return known


def with_tools(options: TurnOptions, tools: Iterable[Any] | None) -> TurnOptions:
    """Return the options with other tools."""
    runnable: dict[str, Any] = {}
    definitions: list[Any] = []
    for tool in tools or ():
        if is_runnable(tool):
            runnable[tool.name] = tool
            definitions.append(tool.to_dict())
        elif callable(tool):
            name = getattr(tool, "__name__", type(tool).__name__)
            raise TypeError(
                f"{name} is a function, not a tool: put @tercet.beta_tool or @tercet.beta_async_tool over it"
            )
        else:
            definitions.append(materialize(tool, "", name="tools"))
    refuse_equal_names(definitions)
    described = frozenset(str(each.get("name")) for each in definitions) - runnable.keys()
    return msgspec.structs.replace(options, tools=runnable, definitions=definitions, described=described)


def refuse_async_tools(options: TurnOptions, caller: str) -> None:
    """Raise TypeError for an async tool, which nothing blocking can wait for."""
    for name, tool in options.tools.items():
        if inspect.iscoroutinefunction(tool.call):
            raise TypeError(f"the tool {name!r} is async, and {caller} is not: use Async{caller} with AsyncAnthropic")


class ConversationState:
    """Hold one conversation: what was said, and how it goes on. Makes plans of its steps; sends nothing by itself."""

    def __init__(
        self,
        log: Log,
        *,
        id: str | None = None,
        examples: Iterable[Any] = (),
        options: TurnOptions,
        view: Any = None,
        cache: Any = None,
        on_conflict: OnConflict = "raise",
        saved: Any = None,
        clock: Callable[[], int] = now,
    ) -> None:
        self.log, self.id = log, id or new_id()
        self.thread = Thread(log.load() if saved is None else saved)
        self.examples = example_messages(examples)
        self.options, self.view, self.cache, self.on_conflict = options, view, cache, on_conflict
        self.clock = clock
        self.digests = PathDigests()
        self.asked: tuple[Mapping[str, Any], list[dict[str, Any]], int] = ({}, [], 0)
        """The request that was made last: its arguments, the messages before the log's, and the first one of the log."""
        self.sent: Any = None
        """The last request that was answered (`AnsweredRequest`), to tell why the API's cache did not hold."""
        self.misses: list[Any] = []
        self.told: set[int] = set()
        """Answers of which it was told that their thinking will not be read."""
        self.marks_end = True
        """Whether the API marks the end of a request for its cache by itself."""
        self._commits = threading.Lock()
        self._unsettled: LogStep | None = None
        """The step that was being committed when something interrupted it."""
        self._behind = False
        """Whether the log may have what the thread has not: somebody else wrote, or a write failed."""

    # --- committing --------------------------------------------------------------------------------------------------

    def commit(self, step: LogStep, *, strict: bool = False) -> Plan[LogStep]:
        """Write a step to the log, then to the thread, and return it as it was written. Raises what kept it from that.

        `strict`: only if nobody else has written in the meantime, whatever `on_conflict` says.
        """
        done = (yield Work(partial(self._commit, step, strict))) if self.log.waits else self._commit(step, strict)
        if isinstance(done, Exception):
            raise done
        written: LogStep = done
        return written

    def _commit(self, step: LogStep, strict: bool = False) -> LogStep | Exception:
        with self._commits:
            try:
                return self._write(step)
            except ConversationConflictError as conflict:
                if strict or self.on_conflict == "raise":
                    self._behind = True
                    return conflict
                return self._write_beside(step)
            except Exception as problem:
                self._unsettled, self._behind = None, True
                return as_conversation_error(problem)

    def _write(self, step: LogStep) -> LogStep:
        self._unsettled = step
        revision = self.log.commit(step, self.thread.revision)
        self.thread.take(step, revision)
        self._unsettled = None
        return step

    def _write_beside(self, step: LogStep) -> LogStep | Exception:
        """Write a step beside what somebody else wrote meanwhile, as another branch: its entries get other ids."""
        problem: Exception | None = None
        for _ in range(MOST_BRANCHES):
            before = self.thread.last_id
            tip = self.thread.tip
            self.thread = Thread(self.log.load())
            self.thread.move_to(tip)
            step = renumbered(step, before, self.thread.last_id - before)
            try:
                return self._write(step)
            except ConversationConflictError as conflict:
                problem = conflict
            except Exception as why:
                problem = as_conversation_error(why)
                break
        self._unsettled = None
        assert problem is not None
        return problem

    def others_done(self) -> Plan[None]:
        """Wait while somebody else's question is on its way, as far as the log tells; not for ever, as they may be gone."""
        for _ in range(int(MOST_WAIT / LOOK_AGAIN)):
            if not any(self.thread.entries[id_].at > self.clock() - MOST_WAIT * 1000 for id_ in self.thread.pending):
                return
            yield Sleep(LOOK_AGAIN)
            self._behind = True
            yield from self.recover()

    def write_now(self, step: LogStep) -> LogStep | Exception:
        """Commit a step at once, or return what kept it from that."""
        return self._commit(step)

    @property
    def needs_recovery(self) -> bool:
        """Return whether the thread may not be what the log is."""
        return self._behind or self._unsettled is not None

    def recover(self) -> Plan[None]:
        """Bring the thread up to date after an interruption in the midst of a commit."""
        step = self._unsettled
        if not isinstance(self.log, MemoryLog):
            saved = (yield Work(self._load)) if self.log.waits else self._load()
            if isinstance(saved, Exception):
                raise saved
            self.thread = Thread(saved)
        elif step is not None:
            self.thread.take(step, self.thread.revision + 1)
            self.thread.rebuild()
        self._unsettled, self._behind = None, False

    def _load(self) -> Any:
        try:
            return self.log.load()
        except Exception as problem:
            return problem

    # --- steps -------------------------------------------------------------------------------------------------------

    def settling(self) -> tuple[dict[int, EntryState], dict[int, Mapping[str, Any]]]:
        """Return the states and errors of questions that no answer will come to any more."""
        pending = self.thread.pending
        return dict.fromkeys(pending, EntryState.FAILED), dict.fromkeys(pending, INTERRUPTED)


def as_conversation_error(problem: Exception) -> ConversationError:
    """Return what kept a log from being written as an error of ours, with what it was as its cause."""
    if isinstance(problem, ConversationError):
        return problem
    error = ConversationError(f"the conversation could not be stored: {type(problem).__name__}: {problem}")
    error.__cause__ = problem
    return error


def renumbered(step: LogStep, above: int, by: int) -> LogStep:
    """Return a step whose own entries, those with ids above `above`, have ids that are higher by so many."""
    own = {entry.id: entry.id + by for entry in step.entries if entry.id > above}
    entries = [
        msgspec.structs.replace(entry, id=own[entry.id], parent=own.get(entry.parent or 0, entry.parent))
        for entry in step.entries
    ]
    tip = step.tip if step.tip is None else own.get(step.tip, step.tip)
    calls = [msgspec.structs.replace(call, entry=own.get(call.entry, call.entry)) for call in step.calls]
    return msgspec.structs.replace(step, entries=entries, tip=tip, calls=calls)

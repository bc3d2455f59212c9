"""The values of a conversation's log. Pure: they know no file, no client and no view.

An **entry** is one message, linked to the one before it; entries are never rewritten, only their `state` moves on. Ids count
1, 2, 3 … within a conversation, in the order of the log; how a store keys its rows is its own matter. The **path** is the
chain from the first entry to the tip; what else there is are other versions. A **turn** is what the user said and everything
up to what the user says next.

A **step** is one transaction: new entries, states that changed, tool calls that began or ended, cuts, and the new tip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Literal, TypeAlias

import msgspec

Block: TypeAlias = dict[str, Any]
"""A content block as it is sent: JSON, nothing else."""


class EntryState(IntEnum):
    """How far an entry has come."""

    PENDING = 0
    """A question that is on its way: after a crash it is read as FAILED, maybe billed."""
    DONE = 1
    STOPPED = 2
    """An answer of which a part came: its finished blocks are kept."""
    FAILED = 3
    """A question that got no answer: left out of later requests, sent again by `retry()`."""
    REFUSED = 4
    """A question, or its answer, that the model refused: kept, and left out of later requests."""


class CallState(IntEnum):
    """How far a tool call has come."""

    CALLED = 0
    """It was started, so that after a crash nobody knows what it did."""
    ANSWERED = 1
    WAITING = 2
    """It waits for an approval; it was not started."""


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the log."""

    id: int
    parent: int | None
    role: Literal["user", "assistant", "system"]
    content: Sequence[Block]
    """Always a list of blocks, equal each time it is sent. Nobody writes to it."""
    state: EntryState = EntryState.DONE
    starts_turn: bool = False
    """Whether these are the user's own words; results of tools, and `examples`, are not."""
    at: int = 0
    """Milliseconds since 1970, UTC."""
    answer: Mapping[str, Any] | None = None
    """For answers: `id`, `model`, `stop_reason`, `usage` and what else the API said, without the content."""
    cost: tuple[int, int, int] | None = None
    """For answers: nano-dollars at list prices; the known or likely one, its lower and its upper bound. None: not known."""
    error: Mapping[str, Any] | None = None
    """For FAILED and STOPPED ones: `type` (the error's class), `status`, `message`, `billed`, `place` of a block refused."""
    prefix: bytes | None = None
    """For answers: hash of system, tools and everything sent before them, which binds their thinking blocks."""


class LoggedCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a tool by an answer: the row that tells after a crash whether it was run."""

    entry: int
    """Id of the answer that holds the `tool_use` block."""
    id: str
    """Id of the block."""
    state: CallState
    result: Block | None = None
    """The `tool_result` block, once ANSWERED."""
    facts: Mapping[str, Any] | None = None
    """Of approvals: the run, the hash of the input it was given for, until when it may be answered."""


class ViewCut(msgspec.Struct, frozen=True, kw_only=True):
    """Where a view begins: what is sent starts at entry `first`; holds for every path that goes through that entry."""

    first: int
    kind: Literal["window", "summary"]
    summary: Sequence[Block] | None = None
    """What is sent in the place of everything before `first`, as the user's first words."""
    covers: tuple[int, int] | None = None
    """The first and last entry that the summary was made of."""
    cost: tuple[int, int, int] | None = None
    at: int = 0


class LogStep(msgspec.Struct, kw_only=True):
    """One transaction of a log: all of it, or nothing."""

    entries: Sequence[LogEntry] = ()
    states: Mapping[int, EntryState] = {}
    """Entries whose state moves on."""
    errors: Mapping[int, Mapping[str, Any]] = {}
    """What ended those that failed."""
    calls: Sequence[LoggedCall] = ()
    """Calls that began, ended or wait; a later row of the same (entry, id) takes the place of the earlier one."""
    cuts: Sequence[ViewCut] = ()
    tip: int | None = None
    """The new tip; None leaves it."""
    cleared: bool = False
    """Whether the conversation begins anew: the tip is none then. What was said stays in the log."""
    facts: Mapping[str, Any] = {}
    """Named JSON values that belong to the conversation: settings, title, runs of agents (`run:<id>`); None deletes one."""


class SavedConversation(msgspec.Struct, kw_only=True):
    """Everything that a log holds of one conversation."""

    revision: int = 0
    """How many steps were committed. Two writers that know the same one cannot both go on."""
    tip: int | None = None
    entries: Sequence[LogEntry] = ()
    calls: Sequence[LoggedCall] = ()
    cuts: Sequence[ViewCut] = ()
    facts: Mapping[str, Any] = {}

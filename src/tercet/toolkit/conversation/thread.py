"""A log in memory, as a tree: the path to its tip, what of it may be sent, turns, and versions of turns.

Takes steps that were committed, and never walks the whole path for one more: what follows from a path is kept beside it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tercet.toolkit.conversation.binding import thoughts_in
from tercet.toolkit.conversation.cache_marks import marks_in
from tercet.toolkit.conversation.entries import (
    Block,
    CallState,
    EntryState,
    LogEntry,
    LoggedCall,
    LogStep,
    SavedConversation,
    ViewCut,
)
from tercet.wire.requests.json_body import encoded_piece

SENT = frozenset({EntryState.PENDING, EntryState.DONE, EntryState.STOPPED})
"""States of entries that go out with later requests."""
STOPPED_NOTE: Block = {"type": "text", "text": "[stopped by the user]"}
USERS_OWN = frozenset({None, "AnswerLeftError", "CancelledError", "KeyboardInterrupt", "GeneratorExit"})
"""Errors by which a user stops an answer."""
CUT_NOTE: Block = {"type": "text", "text": "[the connection broke off here]"}
"""What the model reads after an answer of which only a part came, so that it does not take it for all it said."""
INTERRUPTED: Mapping[str, Any] = {
    "type": "Interrupted",
    "message": "the program ended while the answer was awaited",
    "billed": "maybe",
}
THINKING = frozenset({"thinking", "redacted_thinking"})
SERVER_CALLS = frozenset({"server_tool_use", "mcp_tool_use"})
DISPENSABLE = THINKING | {"image", "document", "search_result", "container_upload", "tool_result"}
"""Blocks that a conversation can do without, if the API refuses them."""
REFUSED = "refused"
"""The fact that tells of each entry the places of blocks that the API refuses."""
CHUNK = 64
"""Messages that are encoded together."""
CLEARED = "cleared"
"""The fact that lists, for each time the conversation began anew, the last entry before that."""


def message_of(entry: LogEntry, refused: Sequence[int] = ()) -> dict[str, Any]:
    """Return an entry as a message of a request. Equal each time, and never written to. `refused` are the places of blocks
    that the API refuses."""
    if refused:
        left = [left_out(block) if index in refused else block for index, block in enumerate(entry.content)]
        entry = msgspec.structs.replace(entry, content=[block for block in left if block is not None])
    if entry.state is not EntryState.STOPPED:
        return {"role": entry.role, "content": entry.content}
    cause = (entry.error or {}).get("type")
    note = STOPPED_NOTE if cause in USERS_OWN else CUT_NOTE
    return {"role": entry.role, "content": [*entry.content, note]}


def left_out(block: Block) -> Block | None:
    """Return what is sent in the place of a block that the API refuses: nothing for thinking and for calls of the API's own
    tools that came to nothing, else a word about it."""
    if block["type"] in THINKING or block["type"] in SERVER_CALLS:
        return None
    if block["type"] == "tool_result":
        return {**block, "content": "Error: the API refused this result, so it was left out", "is_error": True}
    return {"type": "text", "text": f"[left out: the API refused this {block['type']}]"}


def calls_of(entry: LogEntry) -> list[Block]:
    """Return the calls of an answer that the program has to answer."""
    if entry.role != "assistant":
        return []
    return [block for block in entry.content if block["type"] == "tool_use"]


class Thread:
    """Hold one conversation's entries. `path` is the chain to the tip, `sendable` what of it may be sent, and `messages`
    that as messages of a request, item for item."""

    def __init__(self, saved: SavedConversation) -> None:
        self.revision = saved.revision
        self.facts: dict[str, Any] = dict(saved.facts)
        self.entries: dict[int, LogEntry] = {entry.id: entry for entry in saved.entries}
        self.pending = [entry.id for entry in saved.entries if entry.state is EntryState.PENDING]
        """Questions that no answer is on its way to unless a call is under way: the program ended, or was interrupted."""
        self.failed = [entry.id for entry in saved.entries if entry.state is EntryState.FAILED]
        self.calls: dict[tuple[int, str], LoggedCall] = {(call.entry, call.id): call for call in saved.calls}
        self.cuts: dict[int, ViewCut] = {cut.first: cut for cut in saved.cuts}
        self.children: dict[int | None, list[int]] = {}
        for entry in saved.entries:
            self.children.setdefault(entry.parent, []).append(entry.id)
        self.tip: int | None = None
        self.path: list[LogEntry] = []
        self.sendable: list[LogEntry] = []
        self.messages: list[dict[str, Any]] = []
        self.marked: list[int] = []
        """The messages in which the user marked something for the API's cache."""
        self.thoughtful: list[int] = []
        """The messages that hold thinking."""
        self._encoded: list[bytes] = []
        """`messages` as JSON, as far as somebody has asked for it: `CHUNK` of them in each piece."""
        self.move_to(saved.tip)

    @property
    def last_id(self) -> int:
        """The id of the newest entry; 0 if there is none."""
        return len(self.entries)

    @property
    def last(self) -> LogEntry | None:
        """The entry at the tip."""
        return self.path[-1] if self.path else None

    def errors(self) -> list[Mapping[str, Any]]:
        """Return what ended the questions that got no answer."""
        return [error for id_ in self.failed if (error := self.entries[id_].error) is not None]

    # --- steps -------------------------------------------------------------------------------------------------------

    def take(self, step: LogStep, revision: int) -> None:
        """Add a step that was committed. Taking one twice, after an interruption, changes nothing more."""
        for entry in step.entries:
            if entry.id not in self.entries:
                self.children.setdefault(entry.parent, []).append(entry.id)
            self.entries[entry.id] = entry
            if entry.state is EntryState.PENDING and entry.id not in self.pending:
                self.pending.append(entry.id)
        for id_, state in step.states.items():
            self._set_state(id_, state, step.errors.get(id_))
        for call in step.calls:
            self.calls[call.entry, call.id] = call
        for cut in step.cuts:
            self.cuts[cut.first] = cut
        for name, fact in step.facts.items():
            if fact is None:
                self.facts.pop(name, None)
            else:
                self.facts[name] = fact
        if step.tip is not None or step.cleared:
            self.move_to(step.tip)
        if REFUSED in step.facts:
            self.rebuild()
        self.revision = revision

    def rebuild(self) -> None:
        """Make the path anew, after an interruption in the midst of a change."""
        tip, self.tip = self.tip, None
        self.path, self.sendable, self.messages = [], [], []
        self.marked, self.thoughtful = [], []
        self._encoded = []
        self.move_to(tip)

    def _set_state(self, id_: int, state: EntryState, error: Mapping[str, Any] | None) -> None:
        before = self.entries[id_]
        after = self.entries[id_] = msgspec.structs.replace(before, state=state, error=error or before.error)
        if id_ in self.pending:
            self.pending.remove(id_)
        if state is EntryState.FAILED and id_ not in self.failed:
            self.failed.append(id_)
        index = self._index(id_)
        if index is None:
            return
        if before.state in SENT and state is EntryState.DONE:
            self.path[index] = after
            if self.sendable and self.sendable[-1].id == id_:
                self.sendable[-1] = after
                return
        later = [self.entries[entry.id] for entry in self.path[index:]]
        self._shorten(index)
        for entry in later:
            self._lengthen(entry)

    def _index(self, id_: int) -> int | None:
        """Return where an entry stands in the path. Entries whose state moves on stand at its end."""
        for index in range(len(self.path) - 1, -1, -1):
            if self.path[index].id <= id_:
                return index if self.path[index].id == id_ else None
        return None

    def _lengthen(self, entry: LogEntry) -> None:
        self.path.append(entry)
        if entry.state not in SENT or not entry.content:
            return
        refused = self.facts.get(REFUSED)
        message = message_of(entry, refused.get(str(entry.id), ()) if refused else ())
        if message["content"]:
            self.sendable.append(entry)
            self.messages.append(message)
            if entry.role == "user" and marks_in(entry.content):
                self.marked.append(len(self.messages) - 1)
            elif entry.role == "assistant" and thoughts_in(entry.content):
                self.thoughtful.append(len(self.messages) - 1)

    def _shorten(self, length: int) -> None:
        gone = {entry.id for entry in self.path[length:]}
        del self.path[length:]
        while self.sendable and self.sendable[-1].id in gone:
            self.sendable.pop()
            self.messages.pop()
        for places in (self.marked, self.thoughtful):
            while places and places[-1] >= len(self.messages):
                places.pop()
        del self._encoded[len(self.messages) // CHUNK :]

    def move_to(self, tip: int | None) -> None:
        """Make the path end at `tip`, keeping what it has in common with the one before."""
        new: list[LogEntry] = []
        at, known = tip, self.tip
        while at is not None and at != known:
            new.append(self.entries[at])
            at = self.entries[at].parent
        if at is None and known is not None:
            self._shorten(0)
        self.tip = tip
        for entry in reversed(new):
            self._lengthen(entry)

    def encoded(self) -> list[bytes]:
        """Return the JSON of all messages but the newest, `CHUNK` of them in each piece. Each is encoded once."""
        pieces = self._encoded
        for start in range(len(pieces) * CHUNK, (len(self.messages) // CHUNK - 1) * CHUNK, CHUNK):
            pieces.append(encoded_piece(self.messages[start : start + CHUNK]))
        return pieces

    # --- turns and versions ------------------------------------------------------------------------------------------

    def turns(self) -> Iterator[list[LogEntry]]:
        """Give the turns of the path: each begins with words of the user. What stands before the first is in none."""
        turn: list[LogEntry] = []
        for entry in self.path:
            if entry.starts_turn:
                if turn:
                    yield turn
                turn = []
            if turn or entry.starts_turn:
                turn.append(entry)
        if turn:
            yield turn

    def last_turn(self) -> list[LogEntry]:
        """Return the entries of the last turn; empty if the user has said nothing yet."""
        turn: list[LogEntry] = []
        for entry in reversed(self.path):
            turn.append(entry)
            if entry.starts_turn:
                return turn[::-1]
        return []

    def versions(self, question: int) -> list[int]:
        """Return the ids of what the user said in this place, oldest first: the question, its edits and retries."""
        epoch = self._epoch(question)
        return [
            id_
            for id_ in self.children[self.entries[question].parent]
            if self.entries[id_].starts_turn and self._epoch(id_) == epoch
        ]

    def _epoch(self, id_: int) -> int:
        """Return how often the conversation had begun anew when this was said."""
        return bisect_left(self.facts.get(CLEARED) or [], id_)

    def newest_below(self, id_: int) -> int:
        """Return the end of the newest continuation of an entry."""
        while below := self.children.get(id_):
            id_ = below[-1]
        return id_

    def entries_of_turn(self, question: int) -> list[LogEntry]:
        """Return a turn of any version, by its newest continuation."""
        turn = [self.entries[question]]
        while below := self.children.get(turn[-1].id):
            following = self.entries[below[-1]]
            if following.starts_turn:
                break
            turn.append(following)
        return turn

    def with_refused(self, entries: Mapping[int, Sequence[int]]) -> dict[str, Any]:
        """Return the fact that tells of blocks that are left out, with these among them; no fact if there are none of these."""
        if not entries:
            return {}
        known = dict(self.facts.get(REFUSED) or {})
        for id_, places in entries.items():
            known[str(id_)] = sorted({*known.get(str(id_), ()), *places})
        return {REFUSED: known}

    def unfinished(self) -> dict[int, list[int]]:
        """Return the calls of the API's own tools in the last answer that no result came of: once the user goes on, none can.
        They are told by their entries and places."""
        answered: set[Any] = set()
        found: dict[int, list[int]] = {}
        for entry in reversed(self.sendable):
            if entry.role != "assistant":
                break
            answered |= {block.get("tool_use_id") for block in entry.content}
            places = [
                place
                for place, block in enumerate(entry.content)
                if block["type"] in SERVER_CALLS and block.get("id") not in answered
            ]
            if places:
                found[entry.id] = places
        return found

    def finished_messages(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Give the last messages without the calls of the API's own tools that are unfinished, each with its place."""
        unfinished = self.unfinished()
        known = self.with_refused(unfinished).get(REFUSED) or {}
        for place, entry in enumerate(self.sendable) if unfinished else ():
            if entry.id in unfinished:
                yield place, message_of(entry, known[str(entry.id)])

    # --- calls -------------------------------------------------------------------------------------------------------

    def open_calls(self) -> list[Block]:
        """Return the calls of the last entry that is sent, if nothing answers them yet."""
        return calls_of(self.sendable[-1]) if self.sendable else []

    def settled_result(self, entry: LogEntry, call: Block, otherwise: str) -> Block:
        """Return what the model is told of a call of which no more will come: its result if there is one."""
        logged = self.calls.get((entry.id, call["id"]))
        if logged is not None and logged.state is CallState.ANSWERED and logged.result is not None:
            return logged.result
        text = otherwise
        if logged is not None and logged.state is CallState.CALLED:
            text = "Error: this call was interrupted while it ran; its result is not known"
        elif (entry.answer or {}).get("stop_reason") in ("max_tokens", "model_context_window_exceeded"):
            text = "Error: the answer was cut off, so this call was not run"
        elif entry.state is EntryState.STOPPED:
            text = "Error: the answer was stopped, so this call was not run"
        made: Block = {"type": "tool_result", "tool_use_id": call["id"], "content": text, "is_error": True}
        return made if call.get("toolset_name") is None else {**made, "toolset_name": call["toolset_name"]}

"""A turn as users see it: what was said, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tercet.toolkit.conversation.entries import Block, EntryState, LogEntry
from tercet.wire.responses.message import Message


class Turn(msgspec.Struct, frozen=True):
    """What the user said, and everything up to what the user says next. Equal turns are the same one."""

    entries: tuple[LogEntry, ...]
    """The question, then answers and results of tools, in their order."""

    @property
    def id(self) -> int:
        """Return the id of the question, which names the turn within its conversation."""
        return self.entries[0].id

    @property
    def content(self) -> Sequence[Block]:
        """Return the blocks that the user said."""
        return self.entries[0].content

    @property
    def said(self) -> str:
        """Return the text of what the user said."""
        return text_of(self.content)

    @property
    def text(self) -> str:
        """Return the text of the last answer; empty if none came."""
        return text_of(self.entries[-1].content) if self.entries[-1].role == "assistant" else ""

    @property
    def answer(self) -> Message | None:
        """Return the last answer as a message, as it may be sent again; None if none came."""
        last = next((entry for entry in reversed(self.entries) if entry.role == "assistant"), None)
        return None if last is None else message_of_answer(last)

    @property
    def state(self) -> EntryState:
        """Return how the turn stands: DONE, STOPPED, FAILED, REFUSED, or PENDING while it is under way."""
        question, last = self.entries[0].state, self.entries[-1].state
        return question if question is not EntryState.DONE else last

    @property
    def error(self) -> dict[str, Any] | None:
        """Return what ended the turn: `type`, `message`, `status`, `billed`; None if nothing did."""
        errors = [entry.error for entry in self.entries if entry.error is not None]
        return dict(errors[-1]) if errors else None


def message_of_answer(entry: LogEntry) -> Message:
    """Return an answer of the log as a message."""
    return Message({**(entry.answer or {}), "type": "message", "role": "assistant", "content": list(entry.content)})


def text_of(content: Sequence[Block]) -> str:
    """Return the text of blocks."""
    return "".join(str(block.get("text") or "") for block in content if block["type"] == "text")

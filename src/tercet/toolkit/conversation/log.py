"""What a log of a conversation must do, and the one in memory. A log knows entries; it judges nothing."""

from __future__ import annotations

from typing import Protocol

from tercet.toolkit.conversation.entries import LogStep, SavedConversation


class Log(Protocol):
    """One conversation's log. Both methods may wait for a disk where `waits` says so: async programs call them in a thread."""

    waits: bool

    def load(self) -> SavedConversation:
        """Return everything there is. Raises ConversationError for what cannot be read."""
        ...

    def commit(self, step: LogStep, revision: int) -> int:
        """Write `step` whole or not at all, if `revision` is still the log's, and return the new revision.

        Raises ConversationConflictError if somebody else wrote in between, and ConversationError if it cannot be written.
        """
        ...


class MemoryLog:
    """A log that lives as long as its conversation. Keeps nothing of its own: the thread above it holds the entries."""

    waits = False

    def load(self) -> SavedConversation:
        """Return nothing: it begins empty."""
        return SavedConversation()

    def commit(self, step: LogStep, revision: int) -> int:
        """Count the step."""
        return revision + 1

"""Errors of conversations. Each says what was asked, what is there, and the way out."""

from __future__ import annotations

from typing import Any

from tercet.wire.errors.tree import AnthropicError


class ConversationError(AnthropicError):
    """A conversation that could not be read, written or gone on with.

    `answer` is a paid answer that could not be stored, or None; `run` is the run of an agent that this ended, or None.
    """

    answer: Any = None
    run: Any = None


class ConversationConflictError(ConversationError):
    """Somebody else went on with the conversation in the meantime; nothing of theirs or yours was overwritten.

    `ours` is the id of the last entry that we knew, `theirs` that of the tip that is stored now.
    """

    def __init__(self, message: str, *, ours: int | None = None, theirs: int | None = None) -> None:
        super().__init__(message)
        self.ours, self.theirs = ours, theirs


class ConversationBusyError(ConversationError):
    """A call is under way in this conversation, or somebody holds its file for longer than we wait."""


class ConversationNotFoundError(ConversationError):
    """No conversation of this id belongs to this owner."""


class ConversationLimitError(ConversationError):
    """A limit ended a turn that tools were running in. The history is valid and can be gone on with; `answer` is the last
    message of the model, `limit` the name of the limit."""

    limit: str | None = None


class ThinkingInvalidatedWarning(UserWarning):
    """An edit, a window or another model makes thinking blocks unreadable that were bound to what stood before them."""

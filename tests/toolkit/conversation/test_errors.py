"""Errors of conversations, as those who catch them see them."""

import pytest

import tercet
from tercet.toolkit.conversation import errors


@pytest.mark.parametrize("kind", ["Busy", "NotFound", "Conflict", "Limit"])
def test_every_error_of_a_conversation_is_caught_by_one_class_and_by_ours(kind: str) -> None:
    error = getattr(errors, f"Conversation{kind}Error")("no")
    assert isinstance(error, errors.ConversationError)
    assert isinstance(error, tercet.AnthropicError)
    assert error.answer is None


def test_a_conflict_names_both_tips() -> None:
    error = errors.ConversationConflictError("no", ours=3, theirs=5)
    assert (error.ours, error.theirs) == (3, 5)

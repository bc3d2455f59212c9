"""What agents take, for type checkers alone: no running program loads this."""

from __future__ import annotations

from tercet.toolkit.conversation.conversation import AsyncConversation, Conversation
from tercet.toolkit.conversation.parameters import ConversationParameters


class AgentParameters(ConversationParameters, total=False):
    """The parameters of an agent: those of a conversation, or one that it is to go on with."""

    conversation: Conversation | None
    """The conversation that everything is kept in, for example one of `tercet.Conversations`; its parameters hold."""


class AsyncAgentParameters(ConversationParameters, total=False):
    """The parameters of an async agent."""

    conversation: AsyncConversation | None
    """The conversation that everything is kept in; its parameters hold."""

# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.streaming`."""

from tercet.client.streams.message import (
    AsyncMessageStream as AsyncMessageStream,
    AsyncMessageStream as BetaAsyncMessageStream,
    AsyncMessageStreamManager as AsyncMessageStreamManager,
    AsyncMessageStreamManager as BetaAsyncMessageStreamManager,
    MessageStream as BetaMessageStream,
    MessageStream as MessageStream,
    MessageStreamManager as BetaMessageStreamManager,
    MessageStreamManager as MessageStreamManager,
)
from tercet.wire.stream.events import (
    ContentBlockStopEvent as BetaContentBlockStopEvent,
    ContentBlockStopEvent as ContentBlockStopEvent,
    ContentBlockStopEvent as ParsedBetaContentBlockStopEvent,
    ContentBlockStopEvent as ParsedContentBlockStopEvent,
    InputJsonEvent as BetaInputJsonEvent,
    InputJsonEvent as InputJsonEvent,
    MessageStopEvent as BetaMessageStopEvent,
    MessageStopEvent as MessageStopEvent,
    MessageStopEvent as ParsedBetaMessageStopEvent,
    MessageStopEvent as ParsedMessageStopEvent,
    MessageStreamEvent as BetaMessageStreamEvent,
    MessageStreamEvent as MessageStreamEvent,
    MessageStreamEvent as ParsedBetaMessageStreamEvent,
    MessageStreamEvent as ParsedMessageStreamEvent,
    TextEvent as BetaTextEvent,
    TextEvent as ParsedBetaTextEvent,
    TextEvent as TextEvent,
)
from tercet.lib.streaming import _beta_messages as _beta_messages
from tercet.lib.streaming import _beta_types as _beta_types
from tercet.lib.streaming import _messages as _messages
from tercet.lib.streaming import _types as _types

__all__ = [
    "AsyncMessageStream",
    "AsyncMessageStreamManager",
    "BetaAsyncMessageStream",
    "BetaAsyncMessageStreamManager",
    "BetaContentBlockStopEvent",
    "BetaInputJsonEvent",
    "BetaMessageStopEvent",
    "BetaMessageStream",
    "BetaMessageStreamEvent",
    "BetaMessageStreamManager",
    "BetaTextEvent",
    "ContentBlockStopEvent",
    "InputJsonEvent",
    "MessageStopEvent",
    "MessageStream",
    "MessageStreamEvent",
    "MessageStreamManager",
    "ParsedBetaContentBlockStopEvent",
    "ParsedBetaMessageStopEvent",
    "ParsedBetaMessageStreamEvent",
    "ParsedBetaTextEvent",
    "ParsedContentBlockStopEvent",
    "ParsedMessageStopEvent",
    "ParsedMessageStreamEvent",
    "TextEvent",
]

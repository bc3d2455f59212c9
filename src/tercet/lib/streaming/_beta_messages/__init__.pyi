# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.streaming._beta_messages`."""

from tercet.client.streams.message import (
    AsyncMessageStream as BetaAsyncMessageStream,
    AsyncMessageStreamManager as BetaAsyncMessageStreamManager,
    MessageStream as BetaMessageStream,
    MessageStreamManager as BetaMessageStreamManager,
)
from tercet.compat.accumulate import accumulate_event as accumulate_event
from tercet.wire.stream.events import (
    ContentBlockStopEvent as BetaContentBlockStopEvent,
    ContentBlockStopEvent as ParsedBetaContentBlockStopEvent,
    InputJsonEvent as BetaInputJsonEvent,
    MessageStopEvent as BetaMessageStopEvent,
    MessageStopEvent as ParsedBetaMessageStopEvent,
    MessageStreamEvent as BetaMessageStreamEvent,
    MessageStreamEvent as ParsedBetaMessageStreamEvent,
    TextEvent as BetaTextEvent,
    TextEvent as ParsedBetaTextEvent,
)

__all__ = [
    "BetaAsyncMessageStream",
    "BetaAsyncMessageStreamManager",
    "BetaContentBlockStopEvent",
    "BetaInputJsonEvent",
    "BetaMessageStopEvent",
    "BetaMessageStream",
    "BetaMessageStreamEvent",
    "BetaMessageStreamManager",
    "BetaTextEvent",
    "ParsedBetaContentBlockStopEvent",
    "ParsedBetaMessageStopEvent",
    "ParsedBetaMessageStreamEvent",
    "ParsedBetaTextEvent",
    "accumulate_event",
]

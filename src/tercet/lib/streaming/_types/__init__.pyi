# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.streaming._types`."""

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

__all__ = [
    "BetaContentBlockStopEvent",
    "BetaInputJsonEvent",
    "BetaMessageStopEvent",
    "BetaMessageStreamEvent",
    "BetaTextEvent",
    "ContentBlockStopEvent",
    "InputJsonEvent",
    "MessageStopEvent",
    "MessageStreamEvent",
    "ParsedBetaContentBlockStopEvent",
    "ParsedBetaMessageStopEvent",
    "ParsedBetaMessageStreamEvent",
    "ParsedBetaTextEvent",
    "ParsedContentBlockStopEvent",
    "ParsedMessageStopEvent",
    "ParsedMessageStreamEvent",
    "TextEvent",
]

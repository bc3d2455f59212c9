# Made by tools/generate.py, which says from what. Change that, and run `make generate`.
"""Names that code written for the official SDK imports from `anthropic.lib.streaming._beta_types`."""

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
    "BetaContentBlockStopEvent",
    "BetaInputJsonEvent",
    "BetaMessageStopEvent",
    "BetaMessageStreamEvent",
    "BetaTextEvent",
    "ParsedBetaContentBlockStopEvent",
    "ParsedBetaMessageStopEvent",
    "ParsedBetaMessageStreamEvent",
    "ParsedBetaTextEvent",
]

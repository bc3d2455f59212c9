"""`messages.stream()` and its events, under the names that code imports from the official SDK."""

from __future__ import annotations

from typing import TypeAlias

from tercet.client.streams.message import AsyncMessageStream as AsyncMessageStream
from tercet.client.streams.message import AsyncMessageStreamManager as AsyncMessageStreamManager
from tercet.client.streams.message import MessageStream as MessageStream
from tercet.client.streams.message import MessageStreamManager as MessageStreamManager
from tercet.wire.streams.events import ContentBlockStopEvent as ContentBlockStopEvent
from tercet.wire.streams.events import MessageStopEvent as MessageStopEvent
from tercet.wire.streams.events import MessageStreamEvent as MessageStreamEvent
from tercet.wire.streams.helper_events import InputJsonEvent as InputJsonEvent
from tercet.wire.streams.helper_events import TextEvent as TextEvent

BetaMessageStream, BetaAsyncMessageStream = MessageStream, AsyncMessageStream
BetaMessageStreamManager, BetaAsyncMessageStreamManager = MessageStreamManager, AsyncMessageStreamManager
ParsedContentBlockStopEvent: TypeAlias = ContentBlockStopEvent
ParsedMessageStopEvent: TypeAlias = MessageStopEvent
ParsedMessageStreamEvent: TypeAlias = MessageStreamEvent
BetaInputJsonEvent: TypeAlias = InputJsonEvent
BetaTextEvent: TypeAlias = TextEvent
ParsedBetaTextEvent: TypeAlias = TextEvent
BetaContentBlockStopEvent: TypeAlias = ContentBlockStopEvent
ParsedBetaContentBlockStopEvent: TypeAlias = ContentBlockStopEvent
BetaMessageStopEvent: TypeAlias = MessageStopEvent
ParsedBetaMessageStopEvent: TypeAlias = MessageStopEvent
BetaMessageStreamEvent: TypeAlias = MessageStreamEvent
ParsedBetaMessageStreamEvent: TypeAlias = MessageStreamEvent

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

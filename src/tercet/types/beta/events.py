"""The events of a stream, under the names of the beta: the same classes as without."""

from __future__ import annotations

from typing import TypeAlias

from tercet.wire.streams import events

BetaCitationsDelta: TypeAlias = events.CitationsDelta
BetaCompactionContentBlockDelta: TypeAlias = events.CompactionDelta
BetaInputJSONDelta: TypeAlias = events.InputJSONDelta
BetaRawContentBlockDelta: TypeAlias = events.RawContentBlockDelta
BetaRawContentBlockDeltaEvent: TypeAlias = events.RawContentBlockDeltaEvent
BetaRawContentBlockStartEvent: TypeAlias = events.RawContentBlockStartEvent
BetaRawContentBlockStopEvent: TypeAlias = events.RawContentBlockStopEvent
BetaRawMessageDeltaEvent: TypeAlias = events.RawMessageDeltaEvent
BetaRawMessageStartEvent: TypeAlias = events.RawMessageStartEvent
BetaRawMessageStopEvent: TypeAlias = events.RawMessageStopEvent
BetaRawMessageStreamEvent: TypeAlias = events.RawMessageStreamEvent
BetaSignatureDelta: TypeAlias = events.SignatureDelta
BetaTextDelta: TypeAlias = events.TextDelta
BetaThinkingDelta: TypeAlias = events.ThinkingDelta

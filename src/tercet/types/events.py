"""The events of a stream, under the names that code for it uses."""

from __future__ import annotations

from typing import TypeAlias

from tercet.wire.streams import events
from tercet.wire.streams.events import CitationsDelta as CitationsDelta
from tercet.wire.streams.events import ContentBlockStopEvent as ContentBlockStopEvent
from tercet.wire.streams.events import InputJSONDelta as InputJSONDelta
from tercet.wire.streams.events import MessageStopEvent as MessageStopEvent
from tercet.wire.streams.events import MessageStreamEvent as MessageStreamEvent
from tercet.wire.streams.events import RawContentBlockDelta as RawContentBlockDelta
from tercet.wire.streams.events import RawContentBlockDeltaEvent as RawContentBlockDeltaEvent
from tercet.wire.streams.events import RawContentBlockStartEvent as RawContentBlockStartEvent
from tercet.wire.streams.events import RawContentBlockStopEvent as RawContentBlockStopEvent
from tercet.wire.streams.events import RawMessageDeltaEvent as RawMessageDeltaEvent
from tercet.wire.streams.events import RawMessageStartEvent as RawMessageStartEvent
from tercet.wire.streams.events import RawMessageStopEvent as RawMessageStopEvent
from tercet.wire.streams.events import RawMessageStreamEvent as RawMessageStreamEvent
from tercet.wire.streams.events import SignatureDelta as SignatureDelta
from tercet.wire.streams.events import TextDelta as TextDelta
from tercet.wire.streams.events import ThinkingDelta as ThinkingDelta

ContentBlockDeltaEvent: TypeAlias = events.RawContentBlockDeltaEvent
ContentBlockStartEvent: TypeAlias = events.RawContentBlockStartEvent
InputJsonDelta: TypeAlias = events.InputJSONDelta
MessageDeltaEvent: TypeAlias = events.RawMessageDeltaEvent
MessageStartEvent: TypeAlias = events.RawMessageStartEvent

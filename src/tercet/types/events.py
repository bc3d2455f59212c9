"""The events of a stream, under the names that code for it uses."""

from __future__ import annotations

from typing import TypeAlias

from tercet.wire import events
from tercet.wire.events import CitationsDelta as CitationsDelta
from tercet.wire.events import ContentBlockStopEvent as ContentBlockStopEvent
from tercet.wire.events import InputJSONDelta as InputJSONDelta
from tercet.wire.events import MessageStopEvent as MessageStopEvent
from tercet.wire.events import MessageStreamEvent as MessageStreamEvent
from tercet.wire.events import RawContentBlockDelta as RawContentBlockDelta
from tercet.wire.events import RawContentBlockDeltaEvent as RawContentBlockDeltaEvent
from tercet.wire.events import RawContentBlockStartEvent as RawContentBlockStartEvent
from tercet.wire.events import RawContentBlockStopEvent as RawContentBlockStopEvent
from tercet.wire.events import RawMessageDeltaEvent as RawMessageDeltaEvent
from tercet.wire.events import RawMessageStartEvent as RawMessageStartEvent
from tercet.wire.events import RawMessageStopEvent as RawMessageStopEvent
from tercet.wire.events import RawMessageStreamEvent as RawMessageStreamEvent
from tercet.wire.events import SignatureDelta as SignatureDelta
from tercet.wire.events import TextDelta as TextDelta
from tercet.wire.events import ThinkingDelta as ThinkingDelta

ContentBlockDeltaEvent: TypeAlias = events.RawContentBlockDeltaEvent
ContentBlockStartEvent: TypeAlias = events.RawContentBlockStartEvent
InputJsonDelta: TypeAlias = events.InputJSONDelta
MessageDeltaEvent: TypeAlias = events.RawMessageDeltaEvent
MessageStartEvent: TypeAlias = events.RawMessageStartEvent

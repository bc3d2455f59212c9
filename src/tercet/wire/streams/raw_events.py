"""The events of a streamed message as they come on the wire, as typed views. How bytes become events is in
`decoder.py`; what they add up to is in `assemble.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tercet.wire.citations import TextCitation
from tercet.wire.context import ContextManagementResponse, InputTransformation
from tercet.wire.messages import Container, ContentBlock, Message, MessageDeltaUsage, RefusalStopDetails, StopReason
from tercet.wire.objects import AnyModel, Model


@dataclass(frozen=True, slots=True)
class Fault:
    """What came does not follow the protocol. A value: whoever reads the stream decides what becomes of it."""

    reason: str
    data: str = ""
    """The text at fault: an event's data, or a tool call's whole input."""
    kind: Literal["protocol", "tool_input", "line"] = "protocol"


# --- deltas ----------------------------------------------------------------------------------------------------------


class TextDelta(Model):
    """More text."""

    __slots__ = ()
    type: Literal["text_delta"]
    text: str


class InputJSONDelta(Model):
    """More of a tool call's input, as JSON text."""

    __slots__ = ()
    type: Literal["input_json_delta"]
    partial_json: str


class ThinkingDelta(Model):
    """More thinking. `estimated_tokens` (beta) is how many tokens were thought since the last estimate."""

    __slots__ = ()
    type: Literal["thinking_delta"]
    thinking: str
    estimated_tokens: int | None


class SignatureDelta(Model):
    """The signature of a thinking block, whole."""

    __slots__ = ()
    type: Literal["signature_delta"]
    signature: str


class CitationsDelta(Model):
    """One more citation of a text block."""

    __slots__ = ()
    type: Literal["citations_delta"]
    citation: TextCitation


class CompactionDelta(Model):
    """The content of a compaction block, whole (beta)."""

    __slots__ = ()
    type: Literal["compaction_delta"]
    content: str | None
    encrypted_content: str | None


RawContentBlockDelta: TypeAlias = (
    TextDelta | InputJSONDelta | CitationsDelta | ThinkingDelta | SignatureDelta | CompactionDelta
)


# --- events on the wire ----------------------------------------------------------------------------------------------


class RawMessageStartEvent(Model):
    """The message begins: everything that is known before the first block."""

    __slots__ = ()
    type: Literal["message_start"]
    message: Message


class RawContentBlockStartEvent(Model):
    """A content block begins. Blocks without deltas are whole here."""

    __slots__ = ()
    type: Literal["content_block_start"]
    index: int
    content_block: ContentBlock


class RawContentBlockDeltaEvent(Model):
    """A content block grows."""

    __slots__ = ()
    type: Literal["content_block_delta"]
    index: int
    delta: RawContentBlockDelta


class RawContentBlockStopEvent(Model):
    """A content block is whole."""

    __slots__ = ()
    type: Literal["content_block_stop"]
    index: int


class Delta(Model):
    """What changes in the message's own fields."""

    __slots__ = ()
    stop_reason: StopReason | None
    stop_sequence: str | None
    stop_details: RefusalStopDetails | None
    container: Container | None


class RawMessageDeltaEvent(Model):
    """The message's own fields change: why it stopped, and its usage so far. The last two fields are beta."""

    __slots__ = ()
    type: Literal["message_delta"]
    delta: Delta
    usage: MessageDeltaUsage
    context_management: ContextManagementResponse | None
    input_transformations: list[InputTransformation] | None


class RawMessageStopEvent(Model):
    """Nothing follows."""

    __slots__ = ()
    type: Literal["message_stop"]


class PingEvent(Model):
    """A sign of life."""

    __slots__ = ()
    type: Literal["ping"]


class ErrorEvent(Model):
    """The answer failed on the way. `error` is the error object of the API."""

    __slots__ = ()
    type: Literal["error"]
    error: dict[str, Any]


RawMessageStreamEvent: TypeAlias = (
    RawMessageStartEvent
    | RawMessageDeltaEvent
    | RawMessageStopEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | RawContentBlockStopEvent
)

EVENTS: dict[str, type[Model]] = {
    "message_start": RawMessageStartEvent,
    "content_block_start": RawContentBlockStartEvent,
    "content_block_delta": RawContentBlockDeltaEvent,
    "content_block_stop": RawContentBlockStopEvent,
    "message_delta": RawMessageDeltaEvent,
    "message_stop": RawMessageStopEvent,
    "ping": PingEvent,
    "error": ErrorEvent,
}

DELTAS: dict[str, type[Model]] = {
    "text_delta": TextDelta,
    "input_json_delta": InputJSONDelta,
    "thinking_delta": ThinkingDelta,
    "signature_delta": SignatureDelta,
    "citations_delta": CitationsDelta,
    "compaction_delta": CompactionDelta,
}


def event_model(data: dict[str, Any]) -> Model:
    """`data` as the event that its `type` names; AnyModel if no such event is known. A block's delta is typed too."""
    made = EVENTS.get(data.get("type", ""), AnyModel)(data)
    if type(made) is RawContentBlockDeltaEvent:
        delta = made.get("delta")
        if type(delta) is dict:
            made["delta"] = DELTAS.get(delta.get("type", ""), AnyModel)(delta)
    return made

"""The events of a streamed message as typed views: those on the wire, and those that `stream()` adds to them.

A snapshot is made when somebody reads it. How bytes become events is in `decoder.py`; what events add up to is in
`message_builder.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from tercet.wire.marks import OTHER_KINDS
from tercet.wire.model import AnyModel, Model
from tercet.wire.responses.citations import TextCitation
from tercet.wire.responses.content import ContentBlock
from tercet.wire.responses.context import ContextManagementResponse, InputTransformation
from tercet.wire.responses.message import Container, Message, RefusalStopDetails, StopReason
from tercet.wire.responses.usage import MessageDeltaUsage
from tercet.wire.stream.partial import parse_partial


@dataclass(frozen=True, slots=True)
class ProtocolFault:
    """A breach of the protocol. A value: whoever reads the stream decides what becomes of it."""

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


RawContentBlockDelta: TypeAlias = Annotated[
    TextDelta | InputJSONDelta | CitationsDelta | ThinkingDelta | SignatureDelta | CompactionDelta,
    OTHER_KINDS,
]


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
    """The changes in the message's own fields."""

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


RawMessageStreamEvent: TypeAlias = Annotated[
    RawMessageStartEvent
    | RawMessageDeltaEvent
    | RawMessageStopEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | RawContentBlockStopEvent,
    OTHER_KINDS,
]


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
    """Return `data` as the event that its `type` names; AnyModel if no such event is known. A block's delta is typed
    too."""
    made = EVENTS.get(data.get("type", ""), AnyModel)(data)
    if type(made) is RawContentBlockDeltaEvent:
        delta = made.get("delta")
        if type(delta) is dict:
            made["delta"] = DELTAS.get(delta.get("type", ""), AnyModel)(delta)
    return made


class BlockPieces:
    """The pieces of a block that have come, in a list. What they came to at any point is computed when asked."""

    __slots__ = ("pieces",)

    def __init__(self) -> None:
        self.pieces: list[Any] = []

    def upto(self, count: int) -> Any:
        """Return the value after `count` pieces."""
        raise TypeError(f"{type(self).__name__} does not say what its pieces come to")


class SnapshotEvent(Model):
    """A helper event whose `snapshot` is made when somebody reads it: what its block had come to at this event."""

    __slots__ = ("_source",)
    _source: tuple[BlockPieces, int]

    def __missing__(self, key: str) -> Any:
        if key != "snapshot" or not hasattr(self, "_source"):
            return super().__missing__(key)
        parts, count = self._source
        self["snapshot"] = value = parts.upto(count)
        del self._source
        return value

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name == "_source":  # Model would ask whether the dict holds it, and so for the snapshot
                raise AttributeError(name)
            return super().__getattr__(name)

    def _fill(self) -> SnapshotEvent:
        if hasattr(self, "_source"):
            _ = self["snapshot"]
        return self

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self._fill(), key)

    def __iter__(self) -> Iterator[str]:
        return dict.__iter__(self._fill())

    def __len__(self) -> int:
        return dict.__len__(self._fill())

    def __eq__(self, other: object) -> bool:
        return dict.__eq__(self._fill(), other._fill() if isinstance(other, SnapshotEvent) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def keys(self) -> Any:
        return dict.keys(self._fill())

    def values(self) -> Any:
        return dict.values(self._fill())

    def items(self) -> Any:
        return dict.items(self._fill())

    def get(self, key: str, default: Any = None) -> Any:
        return dict.get(self._fill() if key == "snapshot" else self, key, default)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return Model.__reduce_ex__(self._fill(), protocol)


class TextEvent(SnapshotEvent):
    """More text; `snapshot` is the block's text up to here."""

    __slots__ = ()
    type: Literal["text"]
    text: str
    snapshot: str

    def parsed_snapshot(self) -> Any:
        """Return the text so far read as unfinished JSON, for structured output. Raises ValueError if it is none."""
        return parse_partial(self.snapshot, trailing_strings=True)


class CitationEvent(SnapshotEvent):
    """One more citation; `snapshot` holds the block's citations up to here."""

    __slots__ = ()
    type: Literal["citation"]
    citation: TextCitation
    snapshot: list[TextCitation]


class ThinkingEvent(SnapshotEvent):
    """More thinking; `snapshot` is the block's thinking up to here."""

    __slots__ = ()
    type: Literal["thinking"]
    thinking: str
    snapshot: str


class InputJsonEvent(SnapshotEvent):
    """More of a tool call's input; `snapshot` is what can be read of it up to here."""

    __slots__ = ()
    type: Literal["input_json"]
    partial_json: str
    snapshot: object


class SignatureEvent(Model):
    """The signature of a thinking block."""

    __slots__ = ()
    type: Literal["signature"]
    signature: str


class CompactionEvent(Model):
    """The content of a compaction block (beta)."""

    __slots__ = ()
    type: Literal["compaction"]
    content: str | None
    encrypted_content: str | None


class ContentBlockStopEvent(RawContentBlockStopEvent):
    """A content block is whole, and here it is."""

    __slots__ = ()
    type: Literal["content_block_stop"]
    content_block: ContentBlock


class MessageStopEvent(RawMessageStopEvent):
    """The message is whole, and here it is."""

    __slots__ = ()
    type: Literal["message_stop"]
    message: Message


MessageStreamEvent: TypeAlias = Annotated[
    TextEvent
    | CitationEvent
    | ThinkingEvent
    | SignatureEvent
    | InputJsonEvent
    | CompactionEvent
    | RawMessageStartEvent
    | RawMessageDeltaEvent
    | MessageStopEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | ContentBlockStopEvent,
    OTHER_KINDS,
]

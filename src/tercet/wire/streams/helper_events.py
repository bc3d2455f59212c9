"""The events that `stream()` adds to those on the wire. A snapshot is made when somebody reads it. Knows no order of
events: that is `assemble.py`'s."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tercet.wire.citations import TextCitation
from tercet.wire.messages import ContentBlock, Message
from tercet.wire.objects import Model
from tercet.wire.streams.partial import parse_partial
from tercet.wire.streams.raw_events import (
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawContentBlockStopEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
)


class Parts:
    """What has come of a block: deltas in a list. What they came to at any point is computed when asked."""

    __slots__ = ("pieces",)

    def __init__(self) -> None:
        self.pieces: list[Any] = []

    def upto(self, count: int) -> Any:
        """The value after `count` pieces."""
        raise TypeError(f"{type(self).__name__} does not say what its pieces come to")


class Growing(Model):
    """A helper event whose `snapshot` is made when somebody reads it: what its block had come to at this event."""

    __slots__ = ("_source",)
    _source: tuple[Parts, int]

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

    def _filled(self) -> Growing:
        if hasattr(self, "_source"):
            _ = self["snapshot"]
        return self

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self._filled(), key)

    def __iter__(self) -> Iterator[str]:
        return dict.__iter__(self._filled())

    def __len__(self) -> int:
        return dict.__len__(self._filled())

    def __eq__(self, other: object) -> bool:
        return dict.__eq__(self._filled(), other._filled() if isinstance(other, Growing) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def keys(self) -> Any:
        return dict.keys(self._filled())

    def values(self) -> Any:
        return dict.values(self._filled())

    def items(self) -> Any:
        return dict.items(self._filled())

    def get(self, key: str, default: Any = None) -> Any:
        return dict.get(self._filled() if key == "snapshot" else self, key, default)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return Model.__reduce_ex__(self._filled(), protocol)


class TextEvent(Growing):
    """More text; `snapshot` is the block's text up to here."""

    __slots__ = ()
    type: Literal["text"]
    text: str
    snapshot: str

    def parsed_snapshot(self) -> Any:
        """The text so far read as unfinished JSON, for structured output. Raises ValueError if it is none."""
        return parse_partial(self.snapshot, trailing_strings=True)


class CitationEvent(Growing):
    """One more citation; `snapshot` holds the block's citations up to here."""

    __slots__ = ()
    type: Literal["citation"]
    citation: TextCitation
    snapshot: list[TextCitation]


class ThinkingEvent(Growing):
    """More thinking; `snapshot` is the block's thinking up to here."""

    __slots__ = ()
    type: Literal["thinking"]
    thinking: str
    snapshot: str


class InputJsonEvent(Growing):
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


MessageStreamEvent: TypeAlias = (
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
    | ContentBlockStopEvent
)

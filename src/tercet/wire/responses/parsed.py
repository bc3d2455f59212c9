"""A message whose text was asked for as data: `parsed_output` holds what the text came to, as the type asked for.

The data stands beside the JSON, in a slot: dumps and copies that are sent back hold the text alone. Parses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeAlias

from tercet.wire.marks import OTHER_KINDS
from tercet.wire.responses.blocks import TextBlock
from tercet.wire.responses.content import OtherContentBlock
from tercet.wire.responses.message import Message
from tercet.wire.stream.events import (
    CitationEvent,
    CompactionEvent,
    ContentBlockStopEvent,
    InputJsonEvent,
    MessageStopEvent,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    SignatureEvent,
    TextEvent,
    ThinkingEvent,
)
from tercet.wire.stream.message_builder import MessageBuilder

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=None)
else:  # at run time the default says nothing, and typing_extensions takes long to import
    from typing import TypeVar

    T = TypeVar("T")


class ParsedTextBlock(TextBlock, Generic[T]):
    """A piece of text, and the data that it is."""

    __slots__ = ("_parsed",)
    _parsed: T | None

    @property
    def parsed_output(self) -> T | None:
        """Return the text as the type asked for; None if none was asked for, or if the text is no such data."""
        return self._parsed

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return None if name == "_parsed" else super().__getattr__(name)


ParsedContentBlock: TypeAlias = Annotated[
    ParsedTextBlock[T] | OtherContentBlock,
    OTHER_KINDS,
]


class ParsedMessage(Message, Generic[T]):
    """An answer of the model to `messages.parse()` or `messages.stream()`."""

    __slots__ = ()
    content: list[ParsedContentBlock[T]]  # type: ignore[assignment] # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def parsed_output(self) -> T | None:
        """Return the data of the first text block that has any.

        None for an answer that was refused, cut (`max_tokens`) or is not finished: `stop_reason` tells which.
        """
        for block in self.content or ():
            if isinstance(block, ParsedTextBlock) and block.parsed_output is not None:
                return block.parsed_output
        return None


class ParsedContentBlockStopEvent(ContentBlockStopEvent, Generic[T]):
    """A content block is whole, and here it is, its data included."""

    __slots__ = ()
    type: Literal["content_block_stop"]
    content_block: ParsedContentBlock[T]  # pyright: ignore[reportIncompatibleVariableOverride]


class ParsedMessageStopEvent(MessageStopEvent, Generic[T]):
    """The message is whole, and here it is, its data included."""

    __slots__ = ()
    type: Literal["message_stop"]
    message: ParsedMessage[T]  # pyright: ignore[reportIncompatibleVariableOverride]


ParsedMessageStreamEvent: TypeAlias = Annotated[
    TextEvent
    | CitationEvent
    | ThinkingEvent
    | SignatureEvent
    | InputJsonEvent
    | CompactionEvent
    | RawMessageStartEvent
    | RawMessageDeltaEvent
    | ParsedMessageStopEvent[T]
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | ParsedContentBlockStopEvent[T],
    OTHER_KINDS,
]


class ParsedMessageBuilder(MessageBuilder):
    """Makes messages whose text blocks have room for data."""

    message_class = ParsedMessage
    text_class = ParsedTextBlock
    block_stop_class = ParsedContentBlockStopEvent
    message_stop_class = ParsedMessageStopEvent

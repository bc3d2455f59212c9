"""What is made of raw events for those who read a message: the helper's own events, texts alone, data of an output format.

Functions, not methods: a dropped stream must free itself without a cycle.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from tercet.client.streams.reader import StreamReader
from tercet.wire.errors import OutputValidationError
from tercet.wire.responses.parsed import ParsedMessage, ParsedTextBlock
from tercet.wire.stream.events import RawContentBlockStopEvent
from tercet.wire.stream.message_builder import MessageBuilder

if TYPE_CHECKING:
    from tercet.schema.answers import OutputFormat


def filled_events(raw: Iterator[Any], reader: StreamReader, output: OutputFormat) -> Iterator[Any]:
    """Give each block that ends its data of the output format. A misfit is raised after the last event."""
    for event in raw:
        if type(event) is RawContentBlockStopEvent:
            _fill_ended_block(event, reader, output)
        yield event
    _fill_message(reader, output)


def _fill_ended_block(event: Any, reader: StreamReader, output: OutputFormat) -> None:
    blocks, index = reader.assembler.message.content, event["index"]
    if not reader.assembler.complete and isinstance(blocks[index], ParsedTextBlock):
        output.fill_block(cast("ParsedTextBlock[Any]", blocks[index]))


def _fill_message(reader: StreamReader, output: OutputFormat) -> None:
    try:
        output.fill(cast("ParsedMessage[Any]", reader.assembler.message), reader.response)
    except OutputValidationError as error:
        error.events_seen = reader.events_seen
        reader.error = error
        raise


def helper_events(raw: Iterator[Any], assembler: MessageBuilder) -> Iterator[Any]:
    """Yield the raw events with the helper's own among them. No method: a dropped stream must free itself without a cycle."""
    for event in raw:
        yield from assembler.helper_events(event)


def told_events(events: Iterator[Any], on_event: Callable[[Any], object]) -> Iterator[Any]:
    """Yield the events; `on_event` is called with each before it is shown."""
    for event in events:
        on_event(event)
        yield event


def texts(raw: Iterator[Any], assembler: MessageBuilder) -> Iterator[str]:
    """Yield the texts alone: joined, they are those of the message."""
    text_of = assembler.text_of
    for event in raw:
        if text := text_of(event):
            yield text


def texts_of_helpers(events: Iterator[Any]) -> Iterator[str]:
    """Yield the texts alone, of events with the helper's own among them."""
    for event in events:
        if event.type == "text":
            yield event.text


async def async_filled_events(
    raw: AsyncIterator[Any], reader: StreamReader, output: OutputFormat
) -> AsyncIterator[Any]:
    """Do the same as `filled_events`."""
    async for event in raw:
        if type(event) is RawContentBlockStopEvent:
            _fill_ended_block(event, reader, output)
        yield event
    _fill_message(reader, output)


async def async_helper_events(raw: AsyncIterator[Any], assembler: MessageBuilder) -> AsyncIterator[Any]:
    """Do the same as `helper_events`."""
    async for event in raw:
        for made in assembler.helper_events(event):
            yield made


async def async_told_events(
    events: AsyncIterator[Any], on_event: Callable[[Any], Awaitable[object]]
) -> AsyncIterator[Any]:
    """Do the same as `told_events`."""
    async for event in events:
        await on_event(event)
        yield event


async def async_texts(raw: AsyncIterator[Any], assembler: MessageBuilder) -> AsyncIterator[str]:
    """Do the same as `texts`."""
    text_of = assembler.text_of
    async for event in raw:
        if text := text_of(event):
            yield text


async def async_texts_of_helpers(events: AsyncIterator[Any]) -> AsyncIterator[str]:
    """Do the same as `texts_of_helpers`."""
    async for event in events:
        if event.type == "text":
            yield event.text

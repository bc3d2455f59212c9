"""`messages.stream()`: events with the helper's own among them, the text alone, and the message when it is whole.

Both worlds share `StreamReader` (reader.py) and the assembler; a snapshot is made only when somebody looks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, cast

from tercet.client.streams.helper_events import (
    async_filled_events,
    async_helper_events,
    async_texts,
    async_texts_of_helpers,
    async_told_events,
    filled_events,
    helper_events,
    texts,
    texts_of_helpers,
    told_events,
)
from tercet.client.streams.reader import (
    AsyncStream,
    Stream,
    StreamReader,
    added_events,
    async_added_events,
    async_raw_events,
    raw_events,
)
from tercet.transport.base import AsyncByteStream, ByteStream
from tercet.wire.errors import APIError
from tercet.wire.frames import Guarded
from tercet.wire.http import Response
from tercet.wire.responses.message import Message
from tercet.wire.responses.parsed import (
    ParsedMessage,
    ParsedMessageBuilder,
    ParsedMessageStreamEvent,
    T,
)
from tercet.wire.stream.message_builder import MessageBuilder

if TYPE_CHECKING:
    from tercet.schema.answers import OutputFormat


def final_text(message: Message) -> str:
    """Return all text of a message; RuntimeError if it has no text block."""
    texts = [block.text for block in message.content if block.type == "text"]
    if not texts:
        came = ", ".join(block.type for block in message.content) or "nothing"
        raise RuntimeError(f"the answer has no text block; it holds {came}. get_final_message() gives it whole")
    return "".join(texts)


def snapshot(reader: StreamReader) -> ParsedMessage[Any]:
    """Return the message so far."""
    if not reader.assembler.started:
        raise AssertionError("no event has arrived yet; read from the stream first")
    message = cast("ParsedMessage[Any]", reader.assembler.message)
    object.__setattr__(message, "_request_id", reader.response.headers.get("request-id"))
    if reader.response.info is not None:
        object.__setattr__(message, "_info", reader.response.info)
    message._received(reader.response.terms)
    if reader.assembler.complete:
        message.settle()
    return message


class MessageStream(Generic[T]):
    """One streamed answer, in this thread.

    Iterating gives events; `text_stream` gives text alone; both read the same answer, each event once.
    """

    response: Response

    def __init__(
        self,
        response: Response,
        source: ByteStream,
        output: OutputFormat | None = None,
        assembler: Callable[[], MessageBuilder] = ParsedMessageBuilder,
        on_event: Callable[[Any], object] | None = None,
    ) -> None:
        """Read from `source`; `on_event` is called with each event before it is shown."""
        self.response = response
        self._source = source
        response.closer = source.close
        self._reader = StreamReader(response, assembler)
        self._output, self._on_event = output, on_event
        self._read_from(raw_events(self._reader, source))
        self._texts: Iterator[str] | None = None

    def _read_from(self, plain: Iterator[Any]) -> None:
        """Read these raw events, which are part of the message when they come."""
        self._plain = self._raw = plain
        if self._output is not None:
            self._raw = filled_events(self._raw, self._reader, self._output)
        self._iterator: Iterator[ParsedMessageStreamEvent[T]]
        self._iterator = self._made_iterator = helper_events(self._raw, self._reader.assembler)
        if self._on_event is not None:  # whoever reads the texts alone has the events told, too
            self._iterator = told_events(self._iterator, self._on_event)

    def _over(self, raw: Stream[Any]) -> Self:
        """Read a raw stream that somebody else has opened."""
        self._read_from(added_events(raw.__iter__(), self._reader))
        return self

    @property
    def text_stream(self) -> Iterator[str]:
        """The texts alone, as they come. May be set."""
        if self._texts is not None:
            return self._texts
        replaced = self._replaced_iterator()
        return texts(self._raw, self._reader.assembler) if replaced is None else texts_of_helpers(replaced)

    @text_stream.setter
    def text_stream(self, texts: Iterator[str]) -> None:
        self._texts = texts

    @property
    def _raw_stream(self) -> Stream[Any]:
        """The raw events as `create(stream=True)` gives them. May be set to something that hands them on: then whoever
        reads this stream reads through that."""
        return Stream._over(self.response, self._source, self._reader, self._plain)

    @_raw_stream.setter
    def _raw_stream(self, raw: Iterator[Any]) -> None:
        iterator, made = self._iterator, self._made_iterator
        self._read_from(iter(raw))
        if iterator is not made and self._on_event is None:
            self._iterator = iterator

    def _replaced_iterator(self) -> Iterator[Any] | None:
        """Return the events as somebody else hands them on, who has put an iterator of theirs over ours: whoever reads the
        stream, reads it through that."""
        return None if self._iterator is self._made_iterator else self._iterator

    def __iter__(self) -> Iterator[ParsedMessageStreamEvent[T]]:
        return self._iterator

    def __next__(self) -> ParsedMessageStreamEvent[T]:
        return next(self._iterator)

    @property
    def request_id(self) -> str | None:
        """The `request-id` header."""
        return self.response.headers.get("request-id")

    @property
    def workspace_id(self) -> str | None:
        """The `anthropic-workspace-id` header."""
        return self.response.headers.get("anthropic-workspace-id")

    @property
    def current_message_snapshot(self) -> ParsedMessage[T]:
        """The message as far as it has been read. Unfinished tool input shows its readable part."""
        return snapshot(self._reader)

    def until_done(self) -> None:
        """Read the answer to its end."""
        for _ in self._replaced_iterator() or self._raw:
            pass

    def get_final_message(self) -> ParsedMessage[T]:
        """Read to the end and return the whole message. An incomplete answer raises an APIError that carries the part."""
        self.until_done()
        _raise(self._reader.error)
        return snapshot(self._reader)

    def get_final_text(self) -> str:
        """Read to the end and return all text. Raises RuntimeError if there is none."""
        return final_text(self.get_final_message())

    def close(self) -> None:
        """Give the connection up. Called for you at the end of the answer and of the `with` block."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _raise(error: APIError | None) -> None:
    if error is not None:
        raise error


class AsyncMessageStream(Generic[T]):
    """One streamed answer, in the running event loop. See `MessageStream`."""

    response: Response

    def __init__(
        self,
        response: Response,
        source: AsyncByteStream,
        output: OutputFormat | None = None,
        assembler: Callable[[], MessageBuilder] = ParsedMessageBuilder,
        on_event: Callable[[Any], Awaitable[object]] | None = None,
    ) -> None:
        """Read from `source`; `on_event` is awaited with each event before it is shown."""
        self.response = response
        self._source = source
        response.closer = source.close
        self._reader = StreamReader(response, assembler)
        self._output, self._on_event = output, on_event
        self._read_from(async_raw_events(self._reader, source))
        self._texts: AsyncIterator[str] | None = None

    def _read_from(self, plain: AsyncIterator[Any]) -> None:
        """Read these raw events, which are part of the message when they come."""
        self._plain = self._raw = plain
        if self._output is not None:
            self._raw = async_filled_events(self._raw, self._reader, self._output)
        self._iterator: AsyncIterator[ParsedMessageStreamEvent[T]]
        self._iterator = self._made_iterator = async_helper_events(self._raw, self._reader.assembler)
        if self._on_event is not None:  # whoever reads the texts alone has the events told, too
            self._iterator = async_told_events(self._iterator, self._on_event)

    def _over(self, raw: AsyncStream[Any]) -> Self:
        """Read a raw stream that somebody else has opened."""
        self._read_from(async_added_events(raw.__aiter__(), self._reader))
        return self

    @property
    def text_stream(self) -> AsyncIterator[str]:
        """The texts alone, as they come. May be set."""
        if self._texts is not None:
            return self._texts
        replaced = self._replaced_iterator()
        return async_texts(self._raw, self._reader.assembler) if replaced is None else async_texts_of_helpers(replaced)

    @text_stream.setter
    def text_stream(self, texts: AsyncIterator[str]) -> None:
        self._texts = texts

    @property
    def _raw_stream(self) -> AsyncStream[Any]:
        """The raw events as `create(stream=True)` gives them. May be set to something that hands them on: then whoever
        reads this stream reads through that."""
        return AsyncStream._over(self.response, self._source, self._reader, self._plain)

    @_raw_stream.setter
    def _raw_stream(self, raw: AsyncIterator[Any]) -> None:
        iterator, made = self._iterator, self._made_iterator
        self._read_from(aiter(raw))
        if iterator is not made and self._on_event is None:
            self._iterator = iterator

    def _replaced_iterator(self) -> AsyncIterator[Any] | None:
        """Return the events as somebody else hands them on. See `MessageStream`."""
        return None if self._iterator is self._made_iterator else self._iterator

    def __aiter__(self) -> AsyncIterator[ParsedMessageStreamEvent[T]]:
        return self._iterator

    async def __anext__(self) -> ParsedMessageStreamEvent[T]:
        return await anext(self._iterator)

    @property
    def request_id(self) -> str | None:
        """The `request-id` header."""
        return self.response.headers.get("request-id")

    @property
    def workspace_id(self) -> str | None:
        """The `anthropic-workspace-id` header."""
        return self.response.headers.get("anthropic-workspace-id")

    @property
    def current_message_snapshot(self) -> ParsedMessage[T]:
        """The message as far as it has been read. Unfinished tool input shows its readable part."""
        return snapshot(self._reader)

    async def until_done(self) -> None:
        """Read the answer to its end."""
        async for _ in self._replaced_iterator() or self._raw:
            pass

    async def get_final_message(self) -> ParsedMessage[T]:
        """Read to the end and return the whole message. An incomplete answer raises an APIError that carries the part."""
        await self.until_done()
        _raise(self._reader.error)
        return snapshot(self._reader)

    async def get_final_text(self) -> str:
        """Read to the end and return all text. Raises RuntimeError if there is none."""
        return final_text(await self.get_final_message())

    async def close(self) -> None:
        """Give the connection up. Called for you at the end of the answer and of the `async with` block."""
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class MessageStreamManager(Guarded, Generic[T]):
    """The stream that `messages.stream()` promises: the request goes out when the `with` block is entered."""

    def __init__(self, open_stream: Callable[[], MessageStream[T]]) -> None:
        self._open, self._stream = open_stream, cast("MessageStream[T] | None", None)

    def __enter__(self) -> MessageStream[T]:
        self._stream = self._open()
        return self._stream

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()


class AsyncMessageStreamManager(Guarded, Generic[T]):
    """The async twin of `MessageStreamManager`."""

    def __init__(self, open_stream: Callable[[], Awaitable[AsyncMessageStream[T]]]) -> None:
        self._open, self._stream = open_stream, cast("AsyncMessageStream[T] | None", None)

    async def __aenter__(self) -> AsyncMessageStream[T]:
        self._stream = await self._open()
        return self._stream

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._stream.close()

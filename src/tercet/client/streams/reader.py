"""`create(stream=True)`: the raw events of one streamed answer, blocking and async.

Completeness: a stream is whole when a `stop_reason` was seen. Whatever else ends it becomes an APIError that carries
the message so far. The events are told apart below (`StreamReader`); the two classes only read bytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from tercet.client.call import model_reader
from tercet.client.streams.idle_timeout import IdleTimer, timeout_error
from tercet.flow.first_content import SILENT
from tercet.transport.base import AsyncByteStream, ByteStream, Lost
from tercet.wire.errors import APIError, IncompleteStreamError, StreamProtocolError, ToolInputError
from tercet.wire.http import Response
from tercet.wire.model import Model
from tercet.wire.responses.message import Message
from tercet.wire.stream.decoder import EventDecoder
from tercet.wire.stream.events import ErrorEvent, ProtocolFault, event_model
from tercet.wire.stream.message_builder import MessageBuilder

E = TypeVar("E", covariant=True)

_FIRST_OF_EVENTS = (b":", b"e", b"d", b"i", b"r")
"""A comment and the field names begin so, and no JSON does."""
FINE_GRAINED = "fine-grained-tool-streaming-"
_BAD_ENDS = (ProtocolFault, ErrorEvent)
read_message = model_reader(Message, "content", "role")


def asks_fine_grained(response: Response) -> bool:
    """Return whether the request of this answer asked for tool input as it is written, in strings that are still open."""
    return response.request is not None and FINE_GRAINED in response.request.headers.get("anthropic-beta", "")


class StreamReader:
    """The reader of one stream: bytes go in, events come out, and how it ended is decided here, for both worlds."""

    def __init__(
        self, response: Response, assembler: Callable[[], MessageBuilder] = MessageBuilder, *, reads_inputs: bool = True
    ) -> None:
        self.response = response
        self.assembler = assembler()
        self.assembler.trailing_strings = asks_fine_grained(response)
        self._reads_inputs = reads_inputs
        """Whether tool inputs are decoded for the caller. Who reads raw events puts them together himself."""
        self.decoder = EventDecoder()
        self.events_seen = 0
        self.over = False
        """Whether no more bytes are wanted."""
        self.error: APIError | None = None
        """Why the stream did not end well; raised after the events that came before."""
        self._lost: Lost | None = None
        self._bad_end: ProtocolFault | ErrorEvent | None = None
        self._labelled_json = response.headers.get("content-type", "").startswith("application/json")
        self._whole: list[bytes] | None = []
        """A JSON body where a stream was due, or what may still become one: gathered here, and read as a message or an error
        at its end. None once it is known to be events."""
        self._is_whole = False

    def take(self, chunk: bytes | Lost | None) -> Sequence[Any]:
        """Return the events that this chunk completes. None is the clean end of the bytes, Lost a break."""
        if self._whole is not None:
            return self._take_whole(chunk, self._whole)
        if type(chunk) is bytes:
            events: list[Any] = self.decoder.feed(chunk)
        else:
            self.over = True
            self._lost = chunk if isinstance(chunk, Lost) else None
            events = self.decoder.close() if chunk is None else []
        if events and type(events[-1]) in _BAD_ENDS:
            self.over = True
            self._bad_end = events.pop()
        self.events_seen += len(events)
        return events

    def time_out(self) -> None:
        """End the stream, which has had no event for too long."""
        self.over, self._lost = True, SILENT

    def _take_whole(self, chunk: bytes | Lost | None, whole: list[bytes]) -> Sequence[Any]:
        if type(chunk) is bytes:
            whole.append(chunk)
            if self._is_whole or not (begun := b"".join(whole).lstrip()[:1]):
                return ()
            self._is_whole = begun == b"{" or (self._labelled_json and begun not in _FIRST_OF_EVENTS)
        if not self._is_whole and not (self._labelled_json and chunk is None):
            self._whole = None
            events = self.take(b"".join(whole))
            return events if type(chunk) is bytes else [*events, *self.take(chunk)]
        if type(chunk) is bytes:
            return ()
        self.over = True
        self._lost = chunk if isinstance(chunk, Lost) else None
        if chunk is not None:
            return ()
        response = self.response
        body = Response(response.status_code, response.headers, b"".join(whole), request=response.request)
        try:
            return events_of(read_message(body))
        except APIError as error:
            self.error = error
            return ()

    def tolerates(self, fault: ProtocolFault) -> bool:
        """Return whether an event that did not fit is none of this reader's business."""
        return fault.kind == "tool_input" and not self._reads_inputs

    def stop_at(self, fault: ProtocolFault, event: Model, events: Sequence[Model]) -> bool:
        """End at `event` of the batch `events`, which did not fit. Returns whether the caller shall see it all
        the same, as with unusable tool input."""
        self.over = True
        self._bad_end = fault
        shown = fault.kind == "tool_input"
        position = next(index for index, each in enumerate(events) if each is event)
        self.events_seen -= len(events) - position - shown
        return shown

    def end(self) -> None:
        """Decide how the stream ended, and raise if it did not end well; no more events come."""
        bad_end, self._bad_end = self._bad_end, None
        if self.error is None and isinstance(bad_end, ProtocolFault) and bad_end.kind == "tool_input":
            self.error = ToolInputError(bad_end.reason, self.response.request, raw_input=bad_end.data)
        elif self.error is None and not self.assembler.complete:  # nothing that follows the end can undo it
            self.error = self._unfinished(bad_end)
        if self.error is not None:
            self._attach(self.error)
            raise self.error

    def _unfinished(self, bad_end: ProtocolFault | ErrorEvent | None) -> APIError:
        request, lost = self.response.request, self._lost
        if isinstance(bad_end, ErrorEvent):
            from tercet.wire.errors.mapping import error_in_stream

            return error_in_stream(dict(bad_end), self.response)
        if bad_end is not None:
            return StreamProtocolError(f"The stream is broken: {bad_end.reason}", request)
        if lost is not None and lost.kind == "timeout":
            return timeout_error(lost, request, request.timeout.stream_idle if request else None)
        why = f"the connection broke ({lost.reason})" if lost else "it ended without a stop_reason"
        error = IncompleteStreamError(
            f"The answer is incomplete: {why} after {self.events_seen} events.", request=request
        )
        error.__cause__ = lost.cause if lost else None
        return error

    def _attach(self, error: APIError) -> None:
        started = self.assembler.started
        for name, value in (
            ("attempts", self.response.attempts),
            ("partial_message", self.assembler.message if started else None),
            ("usage", self.assembler.usage if started else None),
            ("events_seen", self.events_seen),
        ):
            setattr(error, name, value)


def events_of(message: Message) -> list[Model]:
    """Return a whole message as the events that would have built it, each block complete from its start."""
    blocks = message["content"] or []
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
    ]
    for index, block in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        if block.get("type") == "text":  # those who read text alone look at deltas
            delta = {"type": "text_delta", "text": block.get("text", "")}
            events[-1]["content_block"] = {**block, "text": ""}
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    ending = {key: message.get(key) for key in ("stop_reason", "stop_sequence", "stop_details")}
    events.append({"type": "message_delta", "delta": ending, "usage": message.get("usage") or {}})
    return [event_model(event) for event in [*events, {"type": "message_stop"}]]


def raw_events(reader: StreamReader, source: ByteStream) -> Iterator[Any]:
    """Yield each raw event of the stream, already part of the assembled message when it is yielded."""
    add = reader.assembler.add
    timer = IdleTimer(reader.response.request, source)
    try:
        while not reader.over:
            events = reader.take(source.read())
            if not events and not reader.over and timer.expired():
                reader.time_out()
            for event in events:
                fault = add(event)
                if fault is None or reader.tolerates(fault):
                    yield event
                    continue
                if reader.stop_at(fault, event, events):
                    yield event
                break
            if events:
                timer.restart()
    finally:
        source.close()
    reader.end()


async def async_raw_events(reader: StreamReader, source: AsyncByteStream) -> AsyncIterator[Any]:
    """Do the same as `raw_events`."""
    add = reader.assembler.add
    timer = IdleTimer(reader.response.request, source)
    try:
        while not reader.over:
            events = reader.take(await source.read())
            if not events and not reader.over and timer.expired():
                reader.time_out()
            for event in events:
                fault = add(event)
                if fault is None or reader.tolerates(fault):
                    yield event
                    continue
                if reader.stop_at(fault, event, events):
                    yield event
                break
            if events:
                timer.restart()
    finally:
        await source.close()
    reader.end()


def added_events(events: Iterator[Any], reader: StreamReader) -> Iterator[Any]:
    """Yield raw events that were read elsewhere, each part of this reader's message when it is yielded."""
    for event in events:
        fault = reader.assembler.add(event)
        if fault is None or reader.tolerates(fault):
            yield event
            continue
        if reader.stop_at(fault, event, [event]):
            yield event
        break
    reader.end()


async def async_added_events(events: AsyncIterator[Any], reader: StreamReader) -> AsyncIterator[Any]:
    """Do the same as `added_events`."""
    async for event in events:
        fault = reader.assembler.add(event)
        if fault is None or reader.tolerates(fault):
            yield event
            continue
        if reader.stop_at(fault, event, [event]):
            yield event
        break
    reader.end()


class Stream(Generic[E]):
    """Raw events of a streamed answer, in this thread. Iterate it, or use it as a context manager; leaving the block,
    `close()` and dropping it all free the connection at once."""

    response: Response

    def __init__(self, response: Response, source: ByteStream) -> None:
        self.response = response
        self._source = source
        response.closer = source.close
        self._reader = StreamReader(response, reads_inputs=False)

    @cached_property
    def _iterator(self) -> Iterator[E]:
        return self.__stream__()

    def __stream__(self) -> Iterator[E]:
        """Read the events. Subclasses that are given as `stream_cls` may watch them here, as with the official SDK."""
        return cast(Iterator[E], raw_events(self._reader, self._source))

    @classmethod
    def _over(cls, response: Response, source: ByteStream, reader: StreamReader, events: Iterator[Any]) -> Self:
        """Return a stream of events that are read elsewhere."""
        made = cls.__new__(cls)
        made.response, made._source, made._reader, made._iterator = response, source, reader, events
        return made

    def __iter__(self) -> Iterator[E]:
        return self._iterator

    def __next__(self) -> E:
        return next(self._iterator)

    @property
    def request_id(self) -> str | None:
        """The `request-id` header."""
        return self.response.headers.get("request-id")

    def close(self) -> None:
        """Give the connection up. Called for you when the stream was read to its end."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncStream(Generic[E]):
    """Raw events of a streamed answer, in the running event loop. See `Stream`."""

    response: Response

    def __init__(self, response: Response, source: AsyncByteStream) -> None:
        self.response = response
        self._source = source
        response.closer = source.close
        self._reader = StreamReader(response, reads_inputs=False)

    @cached_property
    def _iterator(self) -> AsyncIterator[E]:
        return self.__stream__()

    def __stream__(self) -> AsyncIterator[E]:
        """Read the events. Subclasses that are given as `stream_cls` may watch them here, as with the official SDK."""
        return cast(AsyncIterator[E], async_raw_events(self._reader, self._source))

    @classmethod
    def _over(
        cls, response: Response, source: AsyncByteStream, reader: StreamReader, events: AsyncIterator[Any]
    ) -> Self:
        """Return a stream of events that are read elsewhere."""
        made = cls.__new__(cls)
        made.response, made._source, made._reader, made._iterator = response, source, reader, events
        return made

    def __aiter__(self) -> AsyncIterator[E]:
        return self._iterator

    async def __anext__(self) -> E:
        return await anext(self._iterator)

    @property
    def request_id(self) -> str | None:
        """The `request-id` header."""
        return self.response.headers.get("request-id")

    async def close(self) -> None:
        """Give the connection up. Called for you when the stream was read to its end."""
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def is_raw(make: Any) -> bool:
    """Return whether what makes a stream of an answer makes one of raw events."""
    return isinstance(make, type) and issubclass(make, Stream | AsyncStream)

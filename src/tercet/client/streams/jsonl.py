"""A response of JSON Lines, read line by line: what a batch's `results()` returns. The order of lines means nothing."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from tercet.flow.errors import error_from_lost
from tercet.transport.base import AsyncByteStream, ByteStream, Lost
from tercet.wire.errors import APIError, IncompleteStreamError, StreamProtocolError
from tercet.wire.http import Response
from tercet.wire.model import Model
from tercet.wire.stream.jsonl import LineDecoder

T = TypeVar("T", bound=Model)


class JSONLReader(Generic[T]):
    """The reader of lines: bytes go in, objects come out, and how it ended is decided here, for both worlds."""

    def __init__(self, response: Response, kind: type[T], expected: int) -> None:
        self.response = response
        self.ready: deque[Any] = deque()
        self.over = False
        """Whether no more bytes are wanted."""
        self.seen = 0
        self._kind, self._expected = kind, expected
        self._ids: set[str] = set()
        self._decoder = LineDecoder()
        self._lost: Lost | None = None

    def take(self, chunk: bytes | Lost | None) -> None:
        """Bytes of the body. None is their clean end, Lost a break."""
        if isinstance(chunk, bytes):
            self.ready.extend(self._decoder.feed(chunk))
            return
        self.over = True
        if chunk is None:
            self.ready.extend(self._decoder.close())
        self._lost = chunk

    def next(self) -> T:
        """Return the next object. A line that is none raises StreamProtocolError; the lines after it can still be read."""
        line = self.ready.popleft()
        if not isinstance(line, dict):
            why = f"The results hold a line that cannot be read: {line.reason}"
            raise self._counted(StreamProtocolError(why, self.response.request, body=line.data))
        if line.get("type") == "error":
            from tercet.wire.errors.mapping import error_in_stream

            raise self._counted(error_in_stream(line, self.response))
        self.seen += 1
        if self._expected:
            self._ids.add(str(line.get("custom_id")))
        return self._kind(line)

    def end(self) -> None:
        """Raise once if there should have been more lines; no more come."""
        lost, self._lost = self._lost, None
        missing, self._expected = self._expected - len(self._ids), 0  # one that comes twice stands for no other
        if lost is not None:
            raise self._broken(lost)
        if missing > 0:
            came = len(self._ids)
            why = f"The results are incomplete: {came} of {came + missing} came. Ask for them again."
            raise self._counted(IncompleteStreamError(why, self.response.request))

    def _broken(self, lost: Lost) -> APIError:
        if lost.kind == "timeout":
            return self._counted(error_from_lost(lost, self.response.request))
        why = f"The results are incomplete: the connection broke ({lost.reason}) after {self.seen}. Ask for them again."
        error = self._counted(IncompleteStreamError(why, self.response.request))
        error.__cause__ = lost.cause
        return error

    def _counted(self, error: APIError) -> APIError:
        """Add how many objects came, and the failed attempts before."""
        error.events_seen, error.attempts = self.seen, self.response.attempts
        return error

    def stop(self) -> None:
        """Forget what was not read; no more is wanted."""
        self.ready.clear()
        self.over, self._lost, self._expected = True, None, 0


class JSONLDecoder(Generic[T]):
    """The objects of a JSON Lines response, in this thread. Reading it to the end, `close()` and leaving its `with`
    block free the connection.

    `expected`: how many objects there must be; fewer raise IncompleteStreamError at the end.
    """

    def __init__(self, response: Response, source: ByteStream, kind: type[T], expected: int = 0) -> None:
        self.response = self.http_response = response
        self._source = source
        self._reader = JSONLReader(response, kind, expected)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        reader = self._reader
        while not reader.ready:
            if reader.over:
                self._source.close()
                reader.end()
                raise StopIteration
            reader.take(self._source.read())
        return reader.next()

    @property
    def request_id(self) -> str | None:
        """The `request-id` header."""
        return self.response.headers.get("request-id")

    def close(self) -> None:
        """Give the connection up, whatever is unread."""
        self._reader.stop()
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncJSONLDecoder(Generic[T]):
    """The objects of a JSON Lines response, in the running event loop. See `JSONLDecoder`."""

    def __init__(self, response: Response, source: AsyncByteStream, kind: type[T], expected: int = 0) -> None:
        self.response = self.http_response = response
        self._source = source
        self._reader = JSONLReader(response, kind, expected)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        reader = self._reader
        while not reader.ready:
            if reader.over:
                await self._source.close()
                reader.end()
                raise StopAsyncIteration
            reader.take(await self._source.read())
        return reader.next()

    @property
    def request_id(self) -> str | None:
        """The `request-id` header."""
        return self.response.headers.get("request-id")

    async def close(self) -> None:
        """Give the connection up, whatever is unread."""
        self._reader.stop()
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

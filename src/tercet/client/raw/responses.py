"""APIResponse and its async twin: one HTTP response, read as it comes or at once, and parsed when asked."""

from __future__ import annotations

import codecs
import os
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, overload

from tercet.client.decode_as import decode_as
from tercet.flow.errors import error_from_lost
from tercet.flow.retry import CallResult
from tercet.transport.base import Lost
from tercet.wire.errors import AnthropicError
from tercet.wire.http import URL, Headers, Request, Response

R = TypeVar("R")
T = TypeVar("T")


class StreamAlreadyConsumed(AnthropicError):  # noqa: N818 - the official SDK's name
    """The body was streamed before; it cannot be read again."""

    def __init__(self) -> None:
        super().__init__("the body of this response was already streamed away; read() it first if you need it twice")


class Text(str):
    """The text of a response: `response.text` as in SDK 0.x, and `response.text()` as since 1.0."""

    def __call__(self) -> str:
        return str(self)


class _Response(Generic[R]):
    """One response, as far as both worlds have the same of it."""

    if not TYPE_CHECKING:

        @classmethod
        def __class_getitem__(cls, item: Any) -> Any:
            """Return the class itself: `isinstance(page, SyncPage[ModelInfo])` asks what it is, not what it holds."""
            return cls

    http_response: Response
    retries_taken: int
    elapsed: timedelta
    _source: Any

    def __init__(
        self, response: Response, ending: CallResult, parse: Callable[[Response, Any], Any], source: Any
    ) -> None:
        self.http_response = response
        self.retries_taken = len(ending.attempts)
        self.elapsed = timedelta(seconds=sum(attempt.seconds for attempt in ending.attempts))
        self._parse, self._source = parse, source
        self._parsed: dict[Any, Any] = {}
        self._streamed = False

    @property
    def headers(self) -> Headers:
        """The response's headers."""
        return self.http_response.headers

    @property
    def status_code(self) -> int:
        """The response's status."""
        return self.http_response.status_code

    @property
    def http_request(self) -> Request:
        """The request that was answered."""
        return self.http_response.request

    @property
    def url(self) -> URL:
        """The URL that the request went to."""
        return self.http_response.url

    @property
    def method(self) -> str:
        """The request's method."""
        return self.http_response.method

    @property
    def http_version(self) -> str:
        """Such as HTTP/1.1."""
        return self.http_response.http_version

    @property
    def request_id(self) -> str | None:
        """The `request-id` header."""
        return self.headers.get("request-id")

    @property
    def workspace_id(self) -> str | None:
        """The `anthropic-workspace-id` header."""
        return self.headers.get("anthropic-workspace-id")

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to read."""
        return self._source is None

    @property
    def content(self) -> bytes:
        """The body, if it has been read."""
        return self.http_response.content

    def _keep(self, content: bytes) -> bytes:
        now = self.http_response
        self.http_response = Response(
            now.status_code, now.headers, content, request=now.request, http_version=now.http_version
        )
        self.http_response.info, self.http_response.terms = now.info, now.terms
        self._source = None
        return content

    def _fail(self, lost: Lost) -> NoReturn:
        raise error_from_lost(lost, self.http_request)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status_code}]>"


class APIResponse(_Response[R]):
    """One HTTP response: status, headers and body, and `parse()` for what the call would have returned."""

    @overload
    def parse(self, *, to: type[T]) -> T: ...
    @overload
    def parse(self) -> R: ...
    def parse(self, *, to: Any = None) -> Any:
        """Return what the call would have returned; or the body as `to`: a Model, a pydantic model, dict, list, str, bytes."""
        if to not in self._parsed:
            if to is None and self._streams():
                source, self._source = self._source, None
                self._parsed[to] = self._parse(self.http_response, source)
            else:
                self.read()
                self._parsed[to] = decode_as(to, self.http_response) if to else self._parse(self.http_response, None)
        return self._parsed[to]

    def _streams(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    def read(self) -> bytes:
        """Return the body."""
        if self._streamed:
            raise StreamAlreadyConsumed
        if self._source is None:
            return self.content
        return self._keep(b"".join(self._chunks()))

    @property
    def text(self) -> Text:
        """Return the body as text."""
        self.read()
        return Text(self.http_response.text)

    def json(self) -> Any:
        """Return the body decoded from JSON."""
        self.read()
        return self.http_response.json()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the body as it comes, or in chunks of the same size."""
        if self._source is None and not self._streamed:
            yield from _sized(iter([self.content]), chunk_size)
            return
        if self._source is None:
            raise StreamAlreadyConsumed
        self._streamed = True
        yield from _sized(self._chunks(), chunk_size)

    def _chunks(self) -> Iterator[bytes]:
        source = self._source
        try:
            while (chunk := source.read()) is not None:
                if isinstance(chunk, Lost):
                    self._fail(chunk)
                yield chunk
        finally:
            self._source = None
            source.close()

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Yield the body as text, as it comes."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for chunk in self.iter_bytes(chunk_size):
            yield decoder.decode(chunk)

    def iter_lines(self) -> Iterator[str]:
        """Yield the body line by line, without line ends."""
        rest = ""
        for text in self.iter_text():
            *lines, rest = (rest + text).split("\n")
            yield from (line.removesuffix("\r") for line in lines)
        if rest:
            yield rest

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write the body to a file."""
        with open(file, "wb") as out:
            for chunk in self.iter_bytes():
                out.write(chunk)

    stream_to_file = write_to_file

    def close(self) -> None:
        """Give the connection up."""
        if self._source is not None:
            self._source.close()
            self._source = None


def _sized(chunks: Iterator[bytes], size: int | None) -> Iterator[bytes]:
    if size is None:
        yield from (chunk for chunk in chunks if chunk)
        return
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


class AsyncAPIResponse(_Response[R]):
    """The async twin of `APIResponse`: reading and parsing are awaited."""

    @overload
    async def parse(self, *, to: type[T]) -> T: ...
    @overload
    async def parse(self) -> R: ...
    async def parse(self, *, to: Any = None) -> Any:
        """Return what the call would have returned; or the body as `to`."""
        if to not in self._parsed:
            if to is None and self.headers.get("content-type", "").startswith("text/event-stream"):
                source, self._source = self._source, None
                self._parsed[to] = self._parse(self.http_response, source)
            else:
                await self.read()
                self._parsed[to] = decode_as(to, self.http_response) if to else self._parse(self.http_response, None)
        return self._parsed[to]

    async def read(self) -> bytes:
        """Return the body."""
        if self._streamed:
            raise StreamAlreadyConsumed
        if self._source is None:
            return self.content
        return self._keep(b"".join([chunk async for chunk in self._chunks()]))

    async def text(self) -> str:
        """Return the body as text."""
        await self.read()
        return self.http_response.text

    async def json(self) -> Any:
        """Return the body decoded from JSON."""
        await self.read()
        return self.http_response.json()

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the body as it comes, or in chunks of the same size."""
        if self._source is None:
            if self._streamed:
                raise StreamAlreadyConsumed
            for chunk in _sized(iter([self.content]), chunk_size):
                yield chunk
            return
        held = bytearray()
        self._streamed = True
        async for chunk in self._chunks():
            held += chunk
            while held and len(held) >= (chunk_size or 1):
                take = chunk_size or len(held)
                yield bytes(held[:take])
                del held[:take]
        if held:
            yield bytes(held)

    async def _chunks(self) -> AsyncIterator[bytes]:
        source = self._source
        try:
            while (chunk := await source.read()) is not None:
                if isinstance(chunk, Lost):
                    self._fail(chunk)
                yield chunk
        finally:
            self._source = None
            await source.close()

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Yield the body as text, as it comes."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        async for chunk in self.iter_bytes(chunk_size):
            yield decoder.decode(chunk)

    async def iter_lines(self) -> AsyncIterator[str]:
        """Yield the body line by line, without line ends."""
        rest = ""
        async for text in self.iter_text():
            *lines, rest = (rest + text).split("\n")
            for line in lines:
                yield line.removesuffix("\r")
        if rest:
            yield rest

    async def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write the body to a file."""
        with open(file, "wb") as out:  # noqa: ASYNC230 - local files are written faster than a thread is asked to
            async for chunk in self.iter_bytes():
                out.write(chunk)

    stream_to_file = write_to_file

    async def close(self) -> None:
        """Give the connection up."""
        if self._source is not None:
            await self._source.close()
            self._source = None

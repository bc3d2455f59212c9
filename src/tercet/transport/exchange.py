"""One request and its response without any I/O: what to send, what a read means, when to ask again. For both worlds."""

from __future__ import annotations

from types import CellType
from urllib.parse import urljoin

from tercet.transport.base import AsyncByteStream, ByteStream, Phase, Reply
from tercet.transport.decoding import ContentDecoder, TooLargeError, UndecodableError, decoder_for
from tercet.transport.http1 import ResponseParser, request_head
from tercet.transport.origin import Origin, RequestTarget, target_of
from tercet.wire.http import Headers, Request

LARGEST_BODY = 1024 * 1024 * 1024
MOST_REDIRECTS = 5
SECONDS_FOR_AN_ERROR_BODY = 5.0
SMALL_BODY = 65_536
"""Bodies up to this size leave in one piece with the headers; larger ones are never copied."""


class Exchange:
    """Turn what is received (`b""` for the end of the connection) into decoded body bytes."""

    __slots__ = ("_decoder", "_head", "failure", "parser", "received", "request", "sent")

    def __init__(self, request: Request, target: RequestTarget, origin: Origin) -> None:
        self.request = request
        self.parser = ResponseParser(request.method)
        self._decoder: ContentDecoder | None = None
        self.received = 0
        self.sent = False
        """Whether the request left whole: its last byte was taken by the system."""
        self.failure: Exception | None = None
        """What was wrong behind the bytes that `feed` gave last. Nothing more is to be received: the next read raises it."""
        self._head = CellType(_head(request, target, origin))  # a cell, since a stream keeps its exchange

    @property
    def head(self) -> bytes:
        """Return the request line and headers, credentials included."""
        head: bytes = self._head.cell_contents
        return head

    @property
    def done(self) -> bool:
        """Return whether the response is whole."""
        return self.parser.framing == "done" and self.failure is None

    @property
    def answered(self) -> bool:
        """Return whether status and headers are there."""
        return self.parser.framing != "head"

    @property
    def phase(self) -> Phase:
        """Return how far it got. Without a whole head no status is known, however much of it came and however it was cut."""
        if self.answered:
            return "cut"
        return "unanswered" if self.sent else "not_sent"

    @property
    def streams(self) -> bool:
        """Return whether the caller gets this body unread."""
        return self.request.stream and self.parser.status < 300

    def feed(self, data: bytes) -> bytes:
        """Return decoded body bytes. Raises MalformedError, CutShortError, UndecodableError, TooLargeError; where good bytes
        or the headers came before the error, `failure` keeps it."""
        parser = self.parser
        waiting = parser.framing == "head"
        body = b""
        if data:
            body = parser.feed(data)
        else:
            parser.feed_end()
        if waiting and parser.framing != "head" and (body or parser.framing != "done"):
            encoding = parser.headers.get("content-encoding")
            self._decoder = decoder_for(encoding) if encoding else None
        self.failure = parser.failure
        if self._decoder is not None:
            body = self._decode(self._decoder, body)
            if self.failure is not None and not body and not waiting:
                raise self.failure
        self.received += len(body)
        if self.received > LARGEST_BODY and not self.streams:
            raise TooLargeError(f"the body is larger than {LARGEST_BODY >> 20} MiB")
        return body

    def _decode(self, decoder: ContentDecoder, body: bytes) -> bytes:
        received, body = body, b""
        try:
            if received:
                body = decoder.feed(received)
                self.failure = decoder.failure or self.failure
            if self.done:
                decoder.feed_end()
        except (UndecodableError, TooLargeError) as error:
            self.failure = error
        return body

    def reply(self, content: bytes = b"", stream: ByteStream | AsyncByteStream | None = None) -> Reply:
        """Return the reply as it stands."""
        parser = self.parser
        return Reply(parser.status, parser.headers, content, stream, parser.version)


def _head(request: Request, target: RequestTarget, origin: Origin) -> bytes:
    extra, path = "", target.path
    if target.authorization and "authorization" not in request.headers:
        extra += f"Authorization: {target.authorization.reveal()}\r\n"
    if origin.proxy is not None and origin.scheme == "http":
        path = f"http://{target.host_header}{path}"
        if origin.proxy.authorization:
            extra += f"Proxy-Authorization: {origin.proxy.authorization.reveal()}\r\n"
    return request_head(request.method, path, target.host_header, request.headers, len(request.content), extra)


def connect_head(origin: Origin) -> bytes:
    """Return the CONNECT request for an origin behind a proxy."""
    host = str(origin)
    credentials = origin.proxy.authorization if origin.proxy else None
    extra = f"Proxy-Authorization: {credentials.reveal()}\r\n" if credentials else ""
    return request_head("CONNECT", host, host, Headers([("Accept-Encoding", "identity")]), 0, extra)


def redirect_request(request: Request, reply: Reply, target: RequestTarget, hops: int) -> Request | None:
    """Return the request to send next, or None if the reply stands: only 307 and 308 are followed, and only to the same origin,
    so that no prompt and no key goes where it was not meant to go. GET and HEAD also follow 301, 302 and 303."""
    safe = request.method in ("GET", "HEAD")
    if reply.status not in ((301, 302, 303, 307, 308) if safe else (307, 308)) or hops >= MOST_REDIRECTS:
        return None
    location = reply.headers.get("location")
    if not location:
        return None
    url = urljoin(request.url, location)
    try:
        if target_of(url).origin.address != target.origin.address:
            return None
    except ValueError:
        return None
    return Request(
        request.method, url, request.headers, request.content, timeout=request.timeout, stream=request.stream
    )


def is_replaceable(error: BaseException, exchange: Exchange) -> bool:
    """Return whether a new connection may take the place of a kept one: the peer was gone before the request had left
    whole, so that nobody can have acted on it. After that, sending again is for those above to decide, and to count."""
    if exchange.sent or exchange.parser.begun:
        return False
    return isinstance(error, OSError) and not isinstance(error, TimeoutError)

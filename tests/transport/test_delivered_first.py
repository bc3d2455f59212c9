"""What was decoded before an error is handed out before the error, however the bytes were cut, in both worlds."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.transport.servers import Peer, serving
from tests.transport.worlds import World, asked

from tercet.transport.async_transport import AsyncSocketStream
from tercet.transport.base import Lost, Reply
from tercet.transport.deadline import Deadline
from tercet.transport.decoding import TooLargeError, UndecodableError, decoder_for
from tercet.transport.exchange import Exchange
from tercet.transport.http1 import MalformedError, ResponseParser
from tercet.transport.origin import target_of
from tercet.transport.sockets import generation
from tercet.transport.sync_transport import SocketStream
from tercet.wire.http import Timeout

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
BAD = [b"zz\r\n", b"-1\r\nabc\r\n", b"\r\n\r\n", b"5 5\r\nabcde\r\n", b"1" * 16 + b"\r\n", b"\n"]
ASK = asked("http://127.0.0.1:1/", stream=True)
ORIGIN = target_of(ASK.url).origin


class Source:
    """A connection, a wire and a pool in one: gives these pieces, and counts what is asked for behind the last."""

    origin, generation, closed = ORIGIN, generation(), False

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.asked_for_more = 0
        self.dropped = 0

    def receive(self, clock: Any) -> Any:
        if not self.pieces:
            self.asked_for_more += 1
            raise AssertionError("the error was known, and more was awaited")
        return self.pieces.pop(0)

    def drop(self, connection: Any) -> None:
        self.dropped += 1

    give = drop


class AsyncSource(Source):
    async def receive(self, seconds: Any) -> bytes:
        piece: bytes = super().receive(seconds)
        return piece


def read_through(pieces: list[bytes], is_async: bool) -> tuple[bytes, Any]:
    """The body and the end of a streamed answer whose head is in the first pieces."""
    source = (AsyncSource if is_async else Source)(list(pieces))
    exchange, body, got = Exchange(ASK, target_of(ASK.url), ORIGIN), b"", []
    while not exchange.answered:
        body = exchange.feed(source.pieces.pop(0))
    clock = Deadline(Timeout(5))
    stream: Any = (AsyncSocketStream if is_async else SocketStream)(source, source, exchange, clock, body)  # type: ignore[arg-type]
    while isinstance(chunk := asyncio.run(stream.read()) if is_async else stream.read(), bytes):
        got.append(chunk)
    assert source.dropped == 1
    return b"".join(got), chunk


def cut(raw: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(raw), *(each % (len(raw) + 1) for each in cuts)})
    return [raw[start:end] for start, end in pairwise(edges)]


@settings(max_examples=150, deadline=None)
@given(
    some.lists(some.binary(min_size=1, max_size=30), max_size=6),
    some.sampled_from(BAD),
    some.lists(some.integers(0, 400), max_size=6),
    some.sampled_from([0, 1_024]),
    some.booleans(),
)
def test_good_chunks_come_before_a_bad_one(
    chunks: list[bytes], bad: bytes, cuts: list[int], many: int, is_async: bool
) -> None:
    raw = HEAD + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + bad
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tercet.transport.http1.MANY_CHUNKS", many)
        body, end = read_through(cut(raw, cuts), is_async)

    assert body == b"".join(chunks)
    assert isinstance(end, Lost)
    assert (end.kind, end.phase) == ("protocol", "cut")


@settings(max_examples=60, deadline=None)
@given(some.lists(some.integers(0, 400), max_size=5), some.booleans())
def test_a_chunk_that_is_longer_than_it_says_gives_what_it_said(cuts: list[int], is_async: bool) -> None:
    body, end = read_through(cut(HEAD + b"3\r\nabc\r\n3\r\ndefg\r\n0\r\n\r\n", cuts), is_async)

    assert body == b"abcdef"
    assert isinstance(end, Lost)


@settings(max_examples=100, deadline=None)
@given(some.binary(max_size=300), some.lists(some.integers(0, 600), max_size=5), some.booleans(), some.booleans())
def test_what_decodes_comes_before_what_does_not(
    text: bytes, cuts: list[int], is_async: bool, second_member: bool
) -> None:
    """Flushed, so that all of it is decodable; then a block of a kind that deflate does not have."""
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH) + b"\x07 is no block"
    if second_member:
        packed = gzip.compress(b"first, ") + packed
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    body, end = read_through(cut(head + packed, cuts), is_async)

    assert body == (b"first, " if second_member else b"") + text
    assert isinstance(end, Lost)
    assert end.kind == "decode"


@pytest.mark.parametrize("is_async", [False, True])
def test_a_compressed_body_that_ends_early_gives_what_came(is_async: bool) -> None:
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(b"the beginning") + packer.flush(zlib.Z_SYNC_FLUSH)
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)

    body, end = read_through([head + packed], is_async)

    assert body == b"the beginning"
    assert isinstance(end, Lost)
    assert end.kind == "decode"


def test_a_bad_chunk_behind_compressed_bytes_comes_after_them() -> None:
    packed = gzip.compress(b"good")
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"

    body, end = read_through([head + b"%x\r\n%b\r\nzz\r\n" % (len(packed), packed)], False)

    assert body == b"good"
    assert isinstance(end, Lost)
    assert end.kind == "protocol"


def test_the_parser_and_the_decoder_stay_broken() -> None:
    parser = ResponseParser()
    assert parser.feed(HEAD + b"1\r\na\r\nzz\r\n") == b"a"
    for _ in range(2):
        with pytest.raises(MalformedError):
            parser.feed(b"1\r\nb\r\n")
    with pytest.raises(MalformedError):
        parser.feed_end()
    decoder = decoder_for("gzip")
    assert decoder is not None
    with pytest.raises((UndecodableError, TooLargeError)):
        decoder.feed(b"\x1f\x8bnot gzip at all")


def test_every_transport_delivers_first(world: World) -> None:
    def script(peer: Peer) -> None:
        if peer.request():
            peer.send(HEAD + b"5\r\nhello\r\nzz\r\n")
            peer.ends()

    with serving(script) as server:
        reply = world.send(asked(server.url, stream=True))
        assert isinstance(reply, Reply)
        body, end = world.read_all(reply)

        assert body == b"hello"
        assert isinstance(end, Lost)
        assert len(server.heads) == 1


def test_an_errors_body_keeps_what_came_before_it_broke(fast: World) -> None:
    def script(peer: Peer) -> None:
        if peer.request():
            peer.send(HEAD.replace(b"200 OK", b"529 Busy") + b"5\r\nhello\r\nzz\r\n")
            peer.ends()

    with serving(script) as server:
        reply = fast.send(asked(server.url))

        assert isinstance(reply, Reply)
        assert (reply.status, reply.content) == (529, b"hello")

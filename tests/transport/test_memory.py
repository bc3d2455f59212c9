"""A function as transport answers as a network would."""

from __future__ import annotations

import pytest
from tests.transport.worlds import asked

from tercet.transport.base import Lost, Reply
from tercet.transport.memory import AsyncMemoryTransport, MemoryTransport, streaming_reply
from tercet.wire.http import Headers, Request, Response

BROKEN = Lost("read", "cut", "reset")


def test_a_reply_or_a_response_comes_back_whole() -> None:
    for made in (Reply(200, Headers(), b"yes"), Response(200, Headers(), b"yes", request=asked("http://a/"))):
        transport = MemoryTransport(lambda request, made=made: made)  # type: ignore[misc]
        reply = transport.send(asked("http://a/"))
        assert isinstance(reply, Reply)
        assert (reply.content, reply.stream, len(transport.requests)) == (b"yes", None, 1)


def test_a_stream_brings_its_pieces_and_its_break() -> None:
    transport = MemoryTransport(lambda request: streaming_reply([b"a", b"", b"b", BROKEN, b"never"]))
    reply = transport.send(asked("http://a/", stream=True))
    assert isinstance(reply, Reply)
    assert reply.stream is not None

    assert [reply.stream.read() for _ in range(4)] == [b"a", b"b", BROKEN, None]
    assert transport.send(asked("http://a/")) == BROKEN


def test_an_error_body_is_read_as_far_as_it_goes() -> None:
    transport = MemoryTransport(lambda request: streaming_reply([b"a", BROKEN], status=529))
    reply = transport.send(asked("http://a/", stream=True))

    assert isinstance(reply, Reply)
    assert (reply.status, reply.content, reply.stream) == (529, b"a", None)


def test_a_closed_transport_answers_no_more() -> None:
    transport = MemoryTransport(lambda request: Reply(200, Headers()))
    transport.close()
    outcome = transport.send(asked("http://a/"))

    assert isinstance(outcome, Lost)
    assert outcome.kind == "closed"


@pytest.mark.anyio
async def test_the_async_twin_takes_functions_of_both_worlds() -> None:
    async def handler(request: Request) -> Reply:
        return streaming_reply([b"a", BROKEN])

    for each in (handler, lambda request: streaming_reply([b"a", BROKEN])):
        reply = await AsyncMemoryTransport(each).send(asked("http://a/", stream=True))
        assert isinstance(reply, Reply)
        assert reply.stream is not None
        assert [await reply.stream.read() for _ in range(3)] == [b"a", BROKEN, None]  # type: ignore[misc]

"""Around a transport: what goes out is authorised, what comes back is turned, what breaks stays a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from tests.platforms.frames import FRAMES

from tercet.platforms.aws_credentials import AmazonCredentials
from tercet.platforms.base import Platform
from tercet.platforms.bedrock import Bedrock
from tercet.platforms.transport import AsyncPlatformTransport, PlatformTransport
from tercet.transport.base import Lost, Reply
from tercet.transport.memory import AsyncMemoryTransport, MemoryTransport, streaming_reply
from tercet.wire.http import Headers, Request

AMAZON = {"content-type": "application/vnd.amazon.eventstream"}
REQUEST = Request("POST", "https://h/model/m/invoke", Headers({"authorization": "Bearer t"}), b"{}", stream=True)
UNREACHED = Lost("connect", "not_sent", "no token")


def bedrock() -> Bedrock:
    return Bedrock("us-east-1", AmazonCredentials("AKIDEXAMPLE", "secret", None, None))


class WithoutToken(Platform):
    """A platform whose token server is down."""

    def authorises_at_once(self, request: Request) -> bool:
        return False

    def authorise(self, request: Request) -> Request | Lost:
        return UNREACHED


async def send(world: str, platform: Platform, reply: Reply | Lost) -> tuple[Any, list[Any], list[Request]]:
    """The outcome, all that its body gives, and what was sent, in either world."""
    pieces: list[Any] = []
    if world == "blocking":
        inner = MemoryTransport(lambda request: reply)
        transport = PlatformTransport(inner, platform)
        outcome: Any = transport.send(REQUEST)
        while getattr(outcome, "stream", None) is not None and type(outcome) is Reply:
            pieces.append(outcome.stream.read())  # type: ignore[union-attr]
            if not isinstance(pieces[-1], bytes):
                break
        transport.close()
        return outcome, pieces, inner.requests
    later = AsyncMemoryTransport(lambda request: reply)
    async_transport = AsyncPlatformTransport(later, platform)
    outcome = await async_transport.send(REQUEST)
    while getattr(outcome, "stream", None) is not None:
        pieces.append(await outcome.stream.read())
        if not isinstance(pieces[-1], bytes):
            break
    await async_transport.close()
    return outcome, pieces, later.requests


def framed(chunks: Iterable[bytes | Lost]) -> Reply:
    return streaming_reply(chunks, headers=AMAZON)


worlds = pytest.mark.parametrize("world", ["blocking", "async"])


@pytest.mark.anyio
@worlds
async def test_frames_come_out_as_server_sent_events(world: str) -> None:
    outcome, pieces, _ = await send(world, bedrock(), framed(FRAMES[:2]))

    assert outcome.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert [piece.partition(b"\n")[0] for piece in pieces[:2]] == [
        b"event: message_start",
        b"event: content_block_start",
    ]
    assert pieces[2:] == [None]


@pytest.mark.anyio
@worlds
async def test_what_breaks_the_framing_is_lost_after_what_came_before(world: str) -> None:
    _, pieces, _ = await send(world, bedrock(), framed([FRAMES[0] + b"x" * 16, FRAMES[1]]))

    assert pieces[0].startswith(b"event: message_start\n")
    assert pieces[1:] == [Lost("protocol", "cut", "the checksum of a frame's prelude is wrong")]


@pytest.mark.anyio
@worlds
async def test_an_end_within_a_frame_is_lost(world: str) -> None:
    _, pieces, _ = await send(world, bedrock(), framed([FRAMES[0][:30]]))

    assert pieces == [Lost("protocol", "cut", "it ended within a frame of the event stream")]


@pytest.mark.anyio
@worlds
async def test_without_a_token_nothing_is_sent(world: str) -> None:
    assert await send(world, WithoutToken(), Reply(200, Headers(), b"")) == (UNREACHED, [], [])


@pytest.mark.anyio
@worlds
async def test_a_lost_exchange_stays_lost(world: str) -> None:
    lost = Lost("timeout", "unanswered", "read timed out")

    assert (await send(world, bedrock(), lost))[0] == lost


@pytest.mark.anyio
@worlds
async def test_a_platform_that_changes_nothing_changes_nothing(world: str) -> None:
    outcome, pieces, sent = await send(world, Platform(), streaming_reply([b"data: 1\n\n"]))

    assert (pieces, outcome.headers["content-type"], sent) == ([b"data: 1\n\n", None], "text/event-stream", [REQUEST])

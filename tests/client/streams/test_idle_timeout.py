"""A stream that says nothing is given up, pings or not; one whose reader takes his time is not. No test waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from tests.client.scripted import ASK, EVENTS, SSE, Script

import tercet
from tercet.client.streams import reader as stream_module
from tercet.client.streams.idle_timeout import IdleTimer, timeout_error
from tercet.client.streams.reader import AsyncStream, Stream
from tercet.flow.body import TOO_LATE
from tercet.transport.base import Lost
from tercet.transport.deadline import SilentError
from tercet.wire.http import Headers, Request, Response, Timeout

PING = b'event: ping\ndata: {"type": "ping"}\n\n'


class Time:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Timed:
    """A body whose chunks come at times of their own; notes how long each read may wait."""

    def __init__(self, clock: Time, chunks: Iterable[tuple[float, bytes | Lost | None]]) -> None:
        self._clock, self._chunks = clock, iter(chunks)
        self.limit: float | None = None
        self.limits: list[float | None] = []
        self.closed = False

    def bound(self, seconds: float) -> None:
        self.limit = seconds

    def read(self) -> bytes | Lost | None:
        self.limits.append(self.limit)
        seconds, chunk = next(self._chunks, (0.0, None))
        if self.limit is not None and seconds > self.limit:
            self._clock.now += self.limit
            return Lost("timeout", "cut", "nothing came", SilentError("nothing came"))
        self._clock.now += seconds
        return chunk

    def close(self) -> None:
        self.closed = True


class AsyncTimed(Timed):
    async def read(self) -> bytes | Lost | None:  # type: ignore[override]
        return super().read()

    async def close(self) -> None:  # type: ignore[override]
        self.closed = True


def response(**limits: Any) -> Response:
    request = Request("POST", "http://local/v1/messages", Headers(), b"{}", timeout=Timeout(600, **limits), stream=True)
    return Response(200, Headers(SSE), b"", request=request)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(stream_module, "IdleTimer", lambda request, source: IdleTimer(request, source, time))
    return time


def test_pings_do_not_keep_a_stream_alive(clock: Time) -> None:
    pings = [(30.0, PING)] * 20
    source = Timed(clock, [(1.0, EVENTS[0]), (1.0, EVENTS[1]), (1.0, EVENTS[3]), *pings])
    stream = Stream[Any](response(stream_idle=300), source)

    with pytest.raises(tercet.StreamIdleTimeoutError, match="300 s") as caught:
        list(stream)

    assert clock.now == 1003 + 300
    assert caught.value.partial_message.text == "Hel"
    assert (caught.value.events_seen, caught.value.usage.input_tokens) == (3, 12)
    assert source.closed


@pytest.mark.anyio
async def test_pings_do_not_keep_an_async_stream_alive(clock: Time) -> None:
    source = AsyncTimed(clock, [(1.0, b"".join(EVENTS[:4])), *[(30.0, PING)] * 20])
    stream = AsyncStream[Any](response(stream_idle=300), source)

    with pytest.raises(tercet.StreamIdleTimeoutError) as caught:
        [event async for event in stream]

    assert clock.now == 1001 + 300
    assert caught.value.partial_message.text == "Hel"


def test_the_limit_is_kept_to_the_second_between_pings(clock: Time) -> None:
    source = Timed(clock, [(0.0, b"".join(EVENTS[:4])), (250.0, PING), (90.0, EVENTS[4])])

    with pytest.raises(tercet.StreamIdleTimeoutError):
        list(Stream[Any](response(stream_idle=300), source))

    assert source.limits == [300.0, 300.0, 50.0]
    assert clock.now == 1300


def test_a_long_thought_with_pings_is_no_silence(clock: Time) -> None:
    thinking = [(30.0, PING)] * 4
    source = Timed(clock, [(1.0, EVENTS[0]), *thinking, *((1.0, event) for event in EVENTS[1:])])

    assert len(list(Stream[Any](response(stream_idle=300), source))) == 7
    assert source.limits[-1] == 300.0


def test_a_reader_who_takes_his_time_is_no_silence(clock: Time) -> None:
    source = Timed(clock, [(1.0, event) for event in (*EVENTS[:4], PING, *EVENTS[4:])])
    seen = []
    for event in Stream[Any](response(stream_idle=300), source):
        seen.append(event)
        clock.now += 1000

    assert len(seen) == 7


def test_no_limit_is_no_limit(clock: Time) -> None:
    source = Timed(clock, [(1.0, EVENTS[0]), *[(30.0, PING)] * 1000, *((1.0, event) for event in EVENTS[1:])])

    assert len(list(Stream[Any](response(stream_idle=None), source))) == 7


def test_a_silent_connection_is_told_from_the_end_of_the_deadline() -> None:
    request = response().request
    silent = timeout_error(Lost("timeout", "cut", "nothing came", SilentError("x")), request, 300)

    assert type(silent) is tercet.StreamIdleTimeoutError
    assert type(timeout_error(TOO_LATE, request, 300)) is tercet.APITimeoutError


def limits_of(client: Any) -> Iterator[float | None]:
    yield from (client.timeout.idle, client.timeout.stream_idle)


def test_a_client_waits_300_seconds_for_an_event_and_90_for_a_byte() -> None:
    assert list(limits_of(tercet.Anthropic(api_key="sk-x"))) == [90.0, 300.0]


def test_a_client_says_how_long() -> None:
    client = tercet.Anthropic(api_key="sk-x", stream_idle_timeout=20)

    assert list(limits_of(client)) == [90.0, 20.0]
    assert list(limits_of(client.copy(timeout=7))) == [None, 20.0]
    assert list(limits_of(client.with_options(stream_idle_timeout=None))) == [90.0, None]


def test_a_calls_own_timeout_leaves_the_clients_limit_for_streams() -> None:
    script = Script((200, SSE, EVENTS))
    client = script.client(stream_idle_timeout=20)

    list(client.messages.create(**ASK, stream=True, timeout=5))

    assert (script.sent[0].timeout.read, script.sent[0].timeout.stream_idle) == (5.0, 20.0)


@pytest.mark.parametrize("value", [-1, "300", True])
def test_a_limit_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="stream_idle_timeout"):
        tercet.AsyncAnthropic(api_key="sk-x", stream_idle_timeout=value)

"""A stream is opened when its first content is there; what was read on the way is read again by the caller."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.flow.steps import ASK, CONTENT, OVERLOADED, PING, START, Clock, lost, reply, steps, streaming, whole

from tercet.flow.billing import NothingYielded
from tercet.flow.effects import Lost, Reply
from tercet.flow.first_content import bound_stream, open_stream
from tercet.transport.memory import Chunks
from tercet.wire.http import Headers

CUT = lost("read", "cut")


def open_one(outcome: Any, clock: Clock | None = None, **more: Any) -> Any:
    return steps(open_stream(ASK, clock or Clock(), **more), [outcome])[1]


@pytest.mark.parametrize(
    "chunks",
    [
        [START + CONTENT, b"more"],
        [START, CONTENT, b"more"],
        [START, PING, PING, CONTENT],
        [(START + CONTENT)[:-20], (START + CONTENT)[-20:]],
        [START, b'event: message_stop\ndata: {"type":"message_stop"}\n\n'],
        [b": comment\n\n", START, b'event: new\ndata: {"type":"new_kind"}\n\n'],
        [START, b"data: not json\n\n"],
    ],
)
def test_a_stream_that_begins_gives_every_byte_again(chunks: list[bytes]) -> None:
    outcome = open_one(streaming(*chunks))

    assert type(outcome) is Reply
    assert whole(outcome.stream) == [*chunks, None]


def test_nothing_is_read_beyond_the_first_content() -> None:
    source = streaming(START, CONTENT, b"unread")
    outcome = open_one(source)

    assert isinstance(source.stream, Chunks)
    assert source.stream.read() == b"unread"
    assert outcome.stream.read() == START


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_how_the_bytes_are_cut(size: int) -> None:
    data = START + PING + CONTENT
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    failing = START + OVERLOADED
    bad = [failing[at : at + size] for at in range(0, len(failing), size)]

    assert type(open_one(streaming(*chunks))) is Reply
    assert type(open_one(streaming(*bad))) is NothingYielded


@given(
    st.lists(st.integers(0, 400), max_size=8),
    st.sampled_from([b"", PING, OVERLOADED, CONTENT, b"data: [\n\n"]),
    st.booleans(),
)
def test_the_bytes_are_the_same_however_they_are_cut(cuts: list[int], middle: bytes, crlf: bool) -> None:
    data = START + middle + CONTENT
    data = data.replace(b"\n", b"\r\n") if crlf else data
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    chunks = [data[start:end] for start, end in pairwise(edges)]
    uncut, cut = open_one(streaming(data)), open_one(streaming(*chunks))

    if middle != OVERLOADED:  # else it depends on whether content was already in the same read
        assert type(cut) is type(uncut) is Reply
    received = b"".join(chunk for chunk in whole(cut.stream) if isinstance(chunk, bytes))
    assert data.startswith(received)
    assert received == data or type(cut) is NothingYielded


@pytest.mark.parametrize(
    ("chunks", "failure"),
    [
        ([], "the stream ended before its first content"),
        ([START], "the stream ended before its first content"),
        ([PING, START, PING], "the stream ended before its first content"),
        ([START, CUT], "it broke"),
        ([CUT], "it broke"),
    ],
)
def test_a_stream_that_ends_before_its_first_content_failed(chunks: list[Any], failure: str) -> None:
    source = streaming(*chunks)
    outcome = open_one(source)

    assert type(outcome) is NothingYielded
    assert isinstance(outcome.failure, Lost)
    assert outcome.failure.reason == failure
    assert isinstance(source.stream, Chunks)
    assert source.stream.closed


def test_a_whole_message_in_place_of_events_is_an_answer_and_not_asked_for_again() -> None:
    chunks = [b" \n", b'{"type":"mes', b'sage"}']
    outcome = open_one(streaming(*chunks))

    assert type(outcome) is Reply
    assert whole(outcome.stream) == [*chunks, None]


@pytest.mark.parametrize("ending", [b"\n\n", b""])
def test_an_error_event_before_the_first_content_is_the_failure(ending: bytes) -> None:
    outcome = open_one(streaming(START, OVERLOADED.rstrip() + ending))

    assert type(outcome) is NothingYielded
    assert isinstance(outcome.failure, dict)
    assert outcome.failure["error"]["type"] == "overloaded_error"  # type: ignore[index]


def test_what_failed_can_still_be_read_as_it_came() -> None:
    assert whole(open_one(streaming(START, CUT)).stream) == [START, CUT]
    assert whole(open_one(streaming(START, OVERLOADED, b"rest")).stream) == [START, OVERLOADED, None]


def test_pings_alone_do_not_keep_a_stream_alive_for_ever() -> None:
    clock = Clock()

    class Pings:
        def read(self) -> bytes:
            clock.now += 30
            return PING

        def close(self) -> None:
            pass

    source = Reply(200, Headers({"content-type": "text/event-stream"}), stream=Pings())
    outcome = open_one(source, clock)

    assert type(outcome) is NothingYielded
    assert isinstance(outcome.failure, Lost)
    assert outcome.failure.kind == "timeout"
    assert clock.now == 1300.0


def test_a_source_that_can_be_told_waits_no_longer_than_the_limit() -> None:
    class Told(Chunks):
        __slots__ = ("limits",)

        def bound(self, seconds: float) -> None:
            self.limits = [*getattr(self, "limits", []), seconds]

    told = Told([START, CONTENT])
    outcome = open_one(Reply(200, Headers({"content-type": "text/event-stream"}), stream=told))
    outcome.stream.bound(7.0)

    assert told.limits == [300.0, 300.0, 7.0]


@pytest.mark.parametrize(
    "outcome",
    [reply(500), lost(), Reply(200, Headers({"content-type": "application/pdf"}), stream=Chunks([b"{}"])), reply(200)],
)
def test_what_is_no_event_stream_passes_untouched(outcome: Any) -> None:
    assert open_one(outcome) is outcome


def test_a_body_that_is_streamed_has_the_deadline_too() -> None:
    files = Reply(200, Headers({"content-type": "application/pdf"}), stream=Chunks([b"a"]))

    assert whole(open_one(files, until=0.0).stream)[0].kind == "timeout"
    assert whole(steps(bound_stream(ASK, 0.0), [streaming(b"a")])[1].stream)[0].kind == "timeout"
    assert steps(bound_stream(ASK, 0.0), [lost()])[1] == lost()

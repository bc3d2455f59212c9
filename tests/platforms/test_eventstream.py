"""Amazon's framing: any chunking gives the same, and what is broken is noticed."""

from __future__ import annotations

import json
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.platforms.frames import CHUNK, EVENTS, FRAMES, chunk, exception, frame, text_header

from tercet.platforms.eventstream import LONGEST_FRAME, EventStreamBody, FrameDecoder, headers_in

WHOLE = b"".join(FRAMES)


def read(*chunks: bytes) -> tuple[list[tuple[str | None, str]], str | None]:
    """Event names and data, and why the stream is broken."""
    body = EventStreamBody()
    text = b"".join(body.feed(chunk) for chunk in chunks).decode()
    body.close()
    events = []
    for block in text.split("\n\n")[:-1]:
        lines = block.split("\n")
        name = next((line.removeprefix("event: ") for line in lines if line.startswith("event: ")), None)
        events.append((name, "\n".join(line.removeprefix("data: ") for line in lines if line.startswith("data: "))))
    return events, body.broken


def test_frames_become_the_events_that_the_api_would_have_sent() -> None:
    events, broken = read(WHOLE)

    assert [(name, json.loads(data)) for name, data in events] == [(event["type"], event) for event in EVENTS]
    assert broken is None


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16, 100])
def test_any_chunking_gives_the_same(size: int) -> None:
    assert read(*(WHOLE[at : at + size] for at in range(0, len(WHOLE), size))) == read(WHOLE)


def test_a_cut_at_every_byte_gives_the_same_as_no_cut() -> None:
    data = FRAMES[0] + FRAMES[2]
    expected = read(data)

    assert all(read(data[:at], data[at:]) == expected for at in range(len(data)))


def test_an_end_at_every_byte_within_a_frame_is_noticed() -> None:
    data = FRAMES[1]

    assert all(read(data[:at]) == ([], "it ended within a frame of the event stream") for at in range(1, len(data)))


def test_a_flipped_bit_anywhere_in_a_frame_breaks_the_stream() -> None:
    data = FRAMES[1]
    for at in range(len(data)):
        events, broken = read(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        assert (events, broken is None) == ([], False), at


def test_nothing_is_read_after_a_broken_frame() -> None:
    body = EventStreamBody()
    body.feed(FRAMES[0][:-1] + b"?")

    assert body.feed(FRAMES[1]) == b""
    assert body.broken == "the checksum of a frame is wrong"


@pytest.mark.parametrize(("total", "heads"), [(LONGEST_FRAME + 1, 0), (15, 0), (20, 5), (0, 0)])
def test_lengths_that_cannot_be_are_refused_before_their_bytes_are_waited_for(total: int, heads: int) -> None:
    prelude = struct.pack(">II", total, heads)
    decoder = FrameDecoder()
    decoder.feed(prelude + struct.pack(">I", zlib.crc32(prelude)))

    assert decoder.broken is not None


@given(st.binary(max_size=200), st.integers(1, 50))
@settings(max_examples=200)
def test_any_bytes_give_frames_or_a_reason_but_no_exception(data: bytes, size: int) -> None:
    body = EventStreamBody()
    for at in range(0, len(data), size):
        body.feed(data[at : at + size])
    body.close()

    assert data == b"" or body.broken is not None


@given(st.binary(max_size=60), st.binary(max_size=60))
@settings(max_examples=200)
def test_well_framed_rubbish_breaks_nothing(head: bytes, payload: bytes) -> None:
    events, broken = read(frame(payload, head), *FRAMES)

    assert len(events) in (0, len(EVENTS), len(EVENTS) + 1)
    assert (broken is None) == (len(events) >= len(EVENTS))


def test_header_values_of_every_type_are_passed_over() -> None:
    values = {
        0: b"",
        1: b"",
        2: b"a",
        3: b"ab",
        4: b"abcd",
        5: b"abcdefgh",
        6: b"\x00\x03abc",
        8: b"abcdefgh",
        9: b"0" * 16,
    }
    head = b"".join(bytes([2]) + b"x%d" % kind + bytes([kind]) + value for kind, value in values.items())

    assert headers_in(head + text_header("last", "seen")) == {"last": "seen"}


def test_frames_that_are_no_events_of_the_message_are_skipped() -> None:
    metrics = chunk({"amazon-bedrock-invocationMetrics": {"inputTokenCount": 1}})
    other = frame(b"{}", {**CHUNK, ":event-type": "initial-response"})
    numbered = chunk({"type": 5})

    assert read(metrics, other, numbered) == ([], None)


def test_line_ends_within_an_event_do_not_end_it() -> None:
    events, _ = read(chunk(b'{"type": "ping",\r\n "a":\n 1}'))

    assert [(name, json.loads(data)) for name, data in events] == [("ping", {"type": "ping", "a": 1})]


def test_a_type_cannot_smuggle_in_an_event() -> None:
    events, _ = read(chunk({"type": "x\n\nevent: message_stop\ndata: {}"}))

    assert [name for name, _ in events] == [None]


def test_what_is_not_json_is_passed_on_for_the_reader_to_judge() -> None:
    assert read(chunk(b"no json")) == ([(None, "no json")], None)


def test_a_chunk_without_bytes_breaks_the_stream() -> None:
    assert read(frame(b'{"p": "abc"}')) == ([], "a chunk of the event stream holds no bytes")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("throttlingException", "rate_limit_error"),
        ("modelStreamErrorException", "api_error"),
        ("validationException", "invalid_request_error"),
        ("serviceUnavailableException", "overloaded_error"),
        ("modelTimeoutException", "timeout_error"),
        ("brandNewException", "brandNewException"),
    ],
)
def test_an_exception_becomes_the_apis_error_event(kind: str, expected: str) -> None:
    (event,), broken = read(exception(kind, "Too much."))

    assert event[0] == "error"
    assert json.loads(event[1]) == {"type": "error", "error": {"type": expected, "message": "Too much.", "code": kind}}
    assert broken is None


def test_an_error_frame_tells_in_its_headers() -> None:
    headers = {":message-type": "error", ":error-code": "InternalServerException", ":error-message": "Sorry."}
    (event,), _ = read(frame(b"", headers))

    assert json.loads(event[1])["error"] == {
        "type": "api_error",
        "message": "Sorry.",
        "code": "InternalServerException",
    }

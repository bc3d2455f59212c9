"""Bytes become lines, and lines server-sent events, in any chunking."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire.samples_cut import SAMPLES, cut_at

from tercet.wire.stream.sse import LineSplitter, ServerSentEvent, SSEDecoder


def lines_of(chunks: list[bytes], limit: int = 100) -> list[bytes | None]:
    lines = LineSplitter(limit)
    return [line for chunk in chunks for line in lines.feed(chunk)] + lines.close()


def test_cr_lf_and_both_end_a_line_even_when_split() -> None:
    assert lines_of([b"a\r", b"\nb\rc\n\r\nd"]) == [b"a", b"b", b"c", b"", b"d"]


def test_other_line_separators_do_not_split() -> None:
    text = "a\u2028b\u0085c\x0bd".encode()

    assert lines_of([text + b"\n"]) == [text]


def test_a_line_above_the_limit_comes_out_as_none_at_once_and_the_next_is_read() -> None:
    lines = LineSplitter(4)

    assert lines.feed(b"12345") == [None]
    assert lines.feed(b"678") == []
    assert lines.feed(b"9\n1234\n") == [b"1234"]


def test_what_is_held_never_passes_the_limit() -> None:
    lines = LineSplitter(1000)
    for _ in range(5000):
        lines.feed(b"x" * 7)

    assert sum(map(len, lines._parts)) <= 1000


@settings(max_examples=200)
@given(st.lists(st.sampled_from([b"\r", b"\n", b"a", b"bc", b"\xc3", b"\xa9"]), max_size=30), st.data())
def test_any_chunking_gives_the_same_lines(pieces: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(pieces)
    place = data.draw(st.integers(0, len(whole)))

    assert lines_of([whole[:place], whole[place:]]) == lines_of([whole]) == lines_of(pieces)


def read(*chunks: bytes, **limits: int) -> list[tuple[str | None, str, str | None, int | None]]:
    decoder = SSEDecoder(**limits)
    events = [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.close()
    return [(event.event, event.data, event.id, event.retry) for event in events]


def test_a_plain_event() -> None:
    assert read(b"event: ping\ndata: {}\n\n") == [("ping", "{}", None, None)]


def test_all_fields_comments_and_data_of_several_lines() -> None:
    stream = b": hello\nevent:x\nid: 7\nretry: 300\ndata: a\ndata:  b\ndata\nnonsense: 1\n\n\n\ndata: c\n\n"

    assert read(stream) == [("x", "a\n b\n", "7", 300), (None, "c", "7", None)]


def test_a_bom_counts_only_at_the_start() -> None:
    bom = b"\xef\xbb\xbf"

    assert read(bom[:1], bom[1:] + b"data: a\n\n" + bom + b"data: b\n\n") == [
        (None, "a", None, None),
        (None, "", None, None),
    ]


def test_the_last_event_may_lack_its_blank_line_and_its_line_end() -> None:
    assert read(b"data: a\n") == read(b"data: a") == [(None, "a", None, None)]


def test_an_event_says_whether_its_last_line_was_cut() -> None:
    cut, whole = SSEDecoder(), SSEDecoder()
    cut.feed(b"data: a")
    whole.feed(b"data: a\n")

    assert [cut.close()[0].unfinished, whole.close()[0].unfinished] == [True, False]


@pytest.mark.parametrize("ending", [b"\r\n", b"\r", b"\n"])
@pytest.mark.parametrize("name", SAMPLES)
def test_line_ends_make_no_difference_at_any_split(name: str, ending: bytes) -> None:
    stream = SAMPLES[name].replace(b"\n", ending)
    expected = read(SAMPLES[name])
    places = range(len(stream) + 1) if len(stream) < 1200 else range(0, len(stream), 3)

    assert all(read(*cut_at(stream, place)) == expected for place in places)


def test_a_stream_that_comes_byte_by_byte() -> None:
    stream = SAMPLES["text"].replace(b"\n", b"\r\n")

    assert read(*[stream[i : i + 1] for i in range(len(stream))]) == read(SAMPLES["text"])


def test_separators_of_other_standards_stay_in_the_data() -> None:
    assert read("data: a\u2028b\u0085c\n\n".encode()) == [(None, "a\u2028b\u0085c", None, None)]


def test_an_id_with_nul_and_a_retry_that_is_no_number_are_passed_over() -> None:
    assert read(b"id: a\0b\nretry: soon\ndata: x\n\n") == [(None, "x", None, None)]


def test_bytes_that_are_not_utf_8_are_replaced_in_data_and_refused_in_json() -> None:
    event = SSEDecoder().feed(b'data: "\xff"\n\n')[0]

    assert event.data == '"\ufffd"'
    with pytest.raises(ValueError):
        event.json()


def test_an_event_shows_its_lines_and_its_json() -> None:
    event = SSEDecoder().feed(b'event: x\n: no\ndata: {"a":1}\n\n')[0]

    assert (event.raw, event.json()) == (["event: x", 'data: {"a":1}'], {"a": 1})
    assert repr(event) == """ServerSentEvent(event='x', data='{"a":1}', id=None, retry=None)"""
    assert ServerSentEvent().data == ""


@pytest.mark.parametrize(("stream", "why"), [(b"data: " + b"x" * 50, "a line"), (b"data: 1234\n" * 9, "an event")])
def test_a_limit_stops_the_stream_after_the_events_before(stream: bytes, why: str) -> None:
    decoder = SSEDecoder(line_limit=40, event_limit=80)

    assert [event.data for event in decoder.feed(b"data: a\n\n" + stream)] == ["a"]
    assert str(decoder.broken).startswith(why)
    assert decoder.feed(b"\n\ndata: b\n\n") == []
    assert decoder.close() == []


def test_a_flood_of_comments_is_not_kept() -> None:
    decoder = SSEDecoder()
    for _ in range(10_000):
        decoder.feed(b": still here\n\n")

    assert (decoder._raw, decoder._lines._parts) == ([], [])


def test_a_line_of_16_mib_in_small_chunks_is_joined_once() -> None:
    decoder, piece = SSEDecoder(), b"x" * 65_536
    decoder.feed(b"data: ")
    for _ in range(255):
        decoder.feed(piece)
    held = decoder._lines._parts

    assert len(held) == 256
    assert len(decoder.feed(b"\n\n")[0].content) == 255 * 65_536


FIELDS = st.lists(
    st.sampled_from([b"data: x", b"data", b"id: 1", b": c", b"event: e", b"", b"retry: 1", b"data:\xc3\xa9"])
)


@settings(max_examples=150)
@given(FIELDS, st.data())
def test_any_chunking_gives_the_same_events(fields: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(field + data.draw(st.sampled_from([b"\n", b"\r\n", b"\r"])) for field in fields)
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=6))

    assert read(*cut_at(stream, *places)) == read(stream)

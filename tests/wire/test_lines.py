from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.wire.lines import Lines


def lines_of(chunks: list[bytes], limit: int = 100) -> list[bytes | None]:
    lines = Lines(limit)
    return [line for chunk in chunks for line in lines.feed(chunk)] + lines.close()


def test_cr_lf_and_both_end_a_line_even_when_split() -> None:
    assert lines_of([b"a\r", b"\nb\rc\n\r\nd"]) == [b"a", b"b", b"c", b"", b"d"]


def test_other_line_separators_do_not_split() -> None:
    text = "a\u2028b\u0085c\x0bd".encode()

    assert lines_of([text + b"\n"]) == [text]


def test_a_line_above_the_limit_comes_out_as_none_at_once_and_the_next_is_read() -> None:
    lines = Lines(4)

    assert lines.feed(b"12345") == [None]
    assert lines.feed(b"678") == []
    assert lines.feed(b"9\n1234\n") == [b"1234"]


def test_what_is_held_never_passes_the_limit() -> None:
    lines = Lines(1000)
    for _ in range(5000):
        lines.feed(b"x" * 7)

    assert sum(map(len, lines._parts)) <= 1000


@settings(max_examples=200)
@given(st.lists(st.sampled_from([b"\r", b"\n", b"a", b"bc", b"\xc3", b"\xa9"]), max_size=30), st.data())
def test_any_chunking_gives_the_same_lines(pieces: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(pieces)
    place = data.draw(st.integers(0, len(whole)))

    assert lines_of([whole[:place], whole[place:]]) == lines_of([whole]) == lines_of(pieces)

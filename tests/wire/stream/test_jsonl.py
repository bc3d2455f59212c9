from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire.samples_cut import cut_at

from tercet.wire.stream.events import ProtocolFault
from tercet.wire.stream.jsonl import LineDecoder


def read(*chunks: bytes, limit: int = 1000) -> list[dict[str, object] | ProtocolFault]:
    decoder = LineDecoder(line_limit=limit)
    return [item for chunk in chunks for item in decoder.feed(chunk)] + decoder.close()


def test_an_object_per_line_whatever_the_line_ends() -> None:
    assert read(b'{"a":1}\r\n\n  \n{"b":"\xc3\xa9"}\n{"c":3}') == [{"a": 1}, {"b": "é"}, {"c": 3}]


def test_a_bad_line_is_named_and_the_others_go_on() -> None:
    items = read(b'\xef\xbb\xbf{"a":1}\n\n{oops\n[1]\n{"b":"\xff"}\n{"c":3}\n')

    assert [item for item in items if isinstance(item, dict)] == [{"a": 1}, {"c": 3}]
    faults = [item for item in items if isinstance(item, ProtocolFault)]
    assert [(fault.kind, fault.reason[:6]) for fault in faults] == [("line", f"line {n}") for n in (3, 4, 5)]
    assert faults[0].data == "{oops"


def test_a_line_above_the_limit_is_named_and_the_others_go_on() -> None:
    items = read(b'{"a":1}\n{"x":"', b"x" * 50, b"y" * 50, b'"}\n{"b":2}\n', limit=40)

    assert items == [{"a": 1}, ProtocolFault("line 2 is longer than 40 bytes", "", "line"), {"b": 2}]


def test_lone_surrogates_pass() -> None:
    assert read(b'{"a":"\\ud800"}\n') == [{"a": "\ud800"}]


def test_deep_nesting_is_a_fault() -> None:
    items = read(b'{"a":' + b"[" * 600 + b"]" * 600 + b"}\n" + b"[" * 100_000 + b"\n", limit=200_000)

    assert [type(item) for item in items] == [ProtocolFault, ProtocolFault]


@settings(max_examples=100)
@given(st.lists(st.integers(0, 40), max_size=8))
def test_any_chunking_gives_the_same(places: list[int]) -> None:
    stream = '{"é":"\\n"}\r\n{bad\r\n\r\n{"b":[2]}'.encode()

    assert read(*cut_at(stream, *[min(place, len(stream)) for place in places])) == read(stream)

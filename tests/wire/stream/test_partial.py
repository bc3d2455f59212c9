from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.wire.stream.partial import NotJSONError, parse_partial

ERROR = object()
# text, what is readable, what is readable with trailing strings; as jiter's partial_mode True and "trailing-strings"
CASES: list[tuple[str, Any, Any]] = [
    ('{"a":"b', {}, {"a": "b"}),
    ('{"a":"b\\u12', {}, {"a": "b"}),
    ('{"a":"b\\', {}, {"a": "b"}),
    ('{"a":"\\ud83d', {}, {"a": ""}),
    ('{"a":"\\ud83d\\u', {}, {"a": ""}),
    ('{"a":"\\ud83d\\ude00', {}, {"a": "😀"}),
    ('{"a":1', {"a": 1}, {"a": 1}),
    ('{"a":12,', {"a": 12}, {"a": 12}),
    ('{"a":tr', {}, {}),
    ('{"a":true', {"a": True}, {"a": True}),
    ('{"a"', {}, {}),
    ('{"a', {}, {}),
    ('{"a":', {}, {}),
    ('{"a":{"b":', {"a": {}}, {"a": {}}),
    ('{"a":[1,{"b":"c', {"a": [1, {}]}, {"a": [1, {"b": "c"}]}),
    ("[1,2 ", [1, 2], [1, 2]),
    ("[1,2.", [1], [1]),
    ("[1.5e", [], []),
    ("[1,-", [1], [1]),
    ("[-0", [0], [0]),
    ("[1e400", [math.inf], [math.inf]),
    ("[-Infinity,-Inf", [-math.inf], [-math.inf]),
    ("[12345678901234567890123", [12345678901234567890123], [12345678901234567890123]),
    ("[[1],[", [[1], []], [[1], []]),
    ('["é', [], ["é"]),
    ('{"a":1,"a":2', {"a": 2}, {"a": 2}),
    ("12", 12, 12),
    ('"abc"', "abc", "abc"),
    ('"abc', ERROR, "abc"),
    ('{"a":1} x', {"a": 1}, {"a": 1}),
    ('{"a":1}}', {"a": 1}, {"a": 1}),
    ('{"a":1 "b":2}', {"a": 1}, {"a": 1}),
    ("[[1 2], 3]", [[1]], [[1]]),
    ('{"a":[1 }, "b":2', {"a": [1]}, {"a": [1]}),
    *[
        (text, ERROR, ERROR)
        for text in [
            *("", "  ", "1e", "-", "tru", "Na", "nulx", "[truX", "[01", "[1,]", "[1,,", '{"a":1,}', "{,}", '{"a" 1'),
            *("{1", '{"a":x', '["ab\\x', '["a\nb"', '["\x01', "[+1]", "[.5]"),
        ]
    ],
]


@pytest.mark.parametrize(("text", "expected", "expected_with_strings"), CASES)
def test_the_readable_part(text: str, expected: Any, expected_with_strings: Any) -> None:
    for value, trailing in ((expected, False), (expected_with_strings, True)):
        if value is ERROR:
            with pytest.raises(NotJSONError):
                parse_partial(text, trailing_strings=trailing)
        else:
            assert parse_partial(text, trailing_strings=trailing) == value


def test_a_lone_surrogate_passes() -> None:
    assert parse_partial('["\\ud800"') == ["\ud800"]


def test_nesting_is_read_to_512_and_refused_beyond() -> None:
    value, depth = parse_partial("[" * 512), 0
    while value:
        value, depth = value[0], depth + 1

    assert depth == 511
    with pytest.raises(NotJSONError, match="nests deeper"):
        parse_partial("[" * 513)
    with pytest.raises(NotJSONError, match="nests deeper"):
        parse_partial('{"a":' * 100_000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150)
@given(JSON, st.booleans())
def test_whole_documents_read_as_the_standard_library_reads_them(value: Any, ascii_only: bool) -> None:
    assert parse_partial(json.dumps(value, ensure_ascii=ascii_only)) == value


def part_of(part: Any, whole: Any, *, strings: bool) -> bool:
    if isinstance(whole, dict):
        keys = list(whole)
        return list(part) == keys[: len(part)] and all(part_of(part[key], whole[key], strings=strings) for key in part)
    if isinstance(whole, list):
        return len(part) <= len(whole) and all(part_of(a, b, strings=strings) for a, b in zip(part, whole))
    if isinstance(whole, str):
        return bool(whole.startswith(part)) if strings else bool(part == whole)
    return True  # the end may cut a number to a shorter one: 12 of 123


@settings(max_examples=60)
@given(JSON.map(lambda value: {"value": value}), st.booleans())
def test_every_cut_reads_as_a_part_of_the_whole(value: Any, strings: bool) -> None:
    text = json.dumps(value)

    for cut in range(1, len(text)):
        assert part_of(parse_partial(text[:cut], trailing_strings=strings), value, strings=strings)

"""NaN and infinities are found wherever they stand, in bodies of every size, and text that looks like them is none."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.wire.requests.json_body import encode_json

SIZES = (0, 100, 300, 60_000, 150_000)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_cannot_hold_is_refused_in_bodies_of_every_size(size: int, value: float) -> None:
    for body in ({"a": value, "text": "x" * size}, {"text": "x" * size, "list": [{"deep": (value,)}]}):
        with pytest.raises(ValueError, match="JSON cannot hold"):
            encode_json(body)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("value", [None, "null", 0.5, "\u02ff\u02f0", 1.7976931348623157e308, -5e-324, 0xCB7FF0])
def test_whatever_looks_like_it_is_sent_as_it_is(size: int, value: Any) -> None:
    body = {"a": value, "text": "null \u02ff" + "x" * size}

    assert msgspec.json.decode(encode_json(body)) == body


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    ),
    st.sampled_from(SIZES),
)
def test_a_body_is_refused_exactly_if_a_number_in_it_is_none(value: Any, size: int) -> None:
    def holds(part: Any) -> bool:
        if isinstance(part, dict | list):
            return any(map(holds, part.values() if isinstance(part, dict) else part))
        return isinstance(part, float) and not math.isfinite(part)

    body = {"value": value, "text": "x" * size}
    if holds(value):
        with pytest.raises(ValueError, match="JSON cannot hold"):
            encode_json(body)
    else:
        assert msgspec.json.decode(encode_json(body)) == body

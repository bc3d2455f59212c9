"""Formats of strings, and patterns of strangers: tried where they cannot take long, refused where they can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.wire.json_formats import FORMATS, has_format, pattern_fits, pattern_is_found


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("date-time", "2026-01-15T09:30:00Z", "2026-01-15"),
        ("date", "2026-01-15", "20260115"),
        ("time", "09:30:00Z", "25:00"),
        ("duration", "PT1H30M", "P"),
        ("email", "a@example.com", "a at example.com"),
        ("hostname", "a-b.example.com", "-a.example.com"),
        ("uri", "https://example.com/", "no uri"),
        ("uuid", "3f2c9a4e-8d1b-4c6a-9e57-0b1a2c3d4e5f", "3f2c9a4e"),
        ("ipv4", "192.0.2.1", "192.0.2.256"),
        ("ipv6", "2001:db8::1", "2001:db8::1::2"),
        ("unheard-of", "anything", None),
    ],
)
def test_a_format_holds_for_its_strings(name: str, right: str, wrong: str | None) -> None:
    assert has_format(right, name)
    assert wrong is None or not has_format(wrong, name)


@given(value=st.text(max_size=50), name=st.sampled_from(sorted(FORMATS)))
def test_no_string_breaks_a_format(value: str, name: str) -> None:
    assert has_format(value, name) in (True, False)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a*)*b", "((a*)b?)*$", "(?:a{1,99}){1,99}$"])
def test_patterns_that_backtrack_without_end_are_not_tried(pattern: str) -> None:
    assert not pattern_fits(pattern, "a" * 100 + "!")


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [("^a+$", "aaa", True), ("^a+$", "ab", False), ("(", "x", True), ("x" * 501, "y", True), ("a", "a" * 501, False)],
)
def test_a_strangers_pattern_is_tried_on_what_is_short(pattern: str, value: str, fits: bool) -> None:
    assert pattern_fits(pattern, value) is fits


def test_ones_own_pattern_is_tried_on_everything() -> None:
    assert pattern_is_found("a$", "b" * 10_000 + "a")
    assert not pattern_is_found("(", "x")

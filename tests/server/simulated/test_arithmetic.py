"""Arithmetic: right, capped, never code."""

from __future__ import annotations

import inspect
import re
import sys
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tercet.server.simulated.arithmetic import NotComputableError, computed, evaluate, find_expressions


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("125 * 48", "6000"),
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("2 ** 3 ** 2", "512"),
        ("-2 ** 2", "-4"),
        ("7 // 2", "3"),
        ("7 % 3", "1"),
        ("1 / 8", "0.125"),
        ("0.1 + 0.2", "0.3"),
        ("2 ^ 10", "1024"),
        ("9 × 3 ÷ 2", "13.5"),
        ("144 ** 0.5", "12"),
        ("007 + 1.50", "8.5"),
        ("-" * 300 + "1", "1"),
        ("(" * 199 + "1" + ")" * 199, "1"),
        ("2 ** -1 ** 2", "0.5"),
        ("2 * -3 ** 2 + 1", "-17"),
        ("100 / 10 / 5", "2"),
        ("7 - 3 - 2", "2"),
        ("1. + .5", "1.5"),
    ],
)
def test_values(expression: str, expected: str) -> None:
    assert computed(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "1 +",
        "1 / 0",
        "0 ** -1",
        "9 ** 9999",
        "(1",
        "a + 1",
        "__import__('os')",
        "(" * 100,
        "1 if 2 else 3",
        "1 < 2",
        "1_000 + 1",
        "9 ** 99 ** 99",
        "0.1 ** 200",
        "1" * 401,
        "10 ** 60 * 10 ** 60",
        "1 2",
        "2 (3)",
        "()",
        "1)",
        "1.2.3",
        "2 * * 3",
        "* 2",
        ".",
        "5 % % 2",
        "10 ** 59 ** 0.5 * 10 ** 60",
    ],
)
def test_what_cannot_be_computed_is_refused(expression: str) -> None:
    with pytest.raises(NotComputableError):
        evaluate(expression)


@given(a=st.integers(-(10**6), 10**6), b=st.integers(-(10**6), 10**6), c=st.integers(1, 10**6))
@settings(max_examples=100, deadline=None)
def test_it_agrees_with_exact_arithmetic(a: int, b: int, c: int) -> None:
    assert evaluate(f"({a} + {b}) * {a} - {b} / {c}") == (a + b) * a - Fraction(b, c)


SUMS = st.recursive(
    st.integers(0, 30).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(["2", "-1", "0"])).map(lambda pair: f"({pair[0]}) ** {pair[1]}"),
        inner.map(lambda text: f"({text})"),
        st.tuples(st.sampled_from("+-"), inner).map("".join),
    ),
    max_leaves=12,
)


@given(text=SUMS)
@settings(max_examples=300, deadline=None)
def test_operators_bind_as_in_python(text: str) -> None:
    try:
        expected = eval(re.sub(r"[0-9]+", r"number(\g<0>)", text), {"number": Fraction})
    except (ZeroDivisionError, TypeError, OverflowError):
        assume(False)
    try:
        value = evaluate(text)
    except NotComputableError as refused:
        assume("too large" not in str(refused) and "longer" not in str(refused))
        raise
    assert value == expected


def test_a_sum_is_worked_out_however_deep_its_caller_stands() -> None:
    def below(depth: int) -> str | None:
        return below(depth - 1) if depth else computed("(" * 150 + "1 + 1" + ")" * 150)

    standing = len(inspect.stack(0))
    assert below(sys.getrecursionlimit() - standing - 60) == "2"


@given(text=st.text(alphabet="0123456789+-*/%.() ^x,", max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_is_searched_without_failing(text: str) -> None:
    assert all(computed(expression) is not None for expression in find_expressions(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What's 125 * 48?", ["125 * 48"]),
        ("And 3+3?", ["3+3"]),
        ("what is 12 plus 30", ["12 + 30"]),
        ("15% of 200", ["15 / 100 * 200"]),
        ("on 2026-11-21 call 555-123-4567", []),
        ("no numbers here", []),
        ("(2+3)*4 and 7/2", ["(2+3)*4", "7/2"]),
    ],
)
def test_expressions_are_found_in_sentences(text: str, expected: list[str]) -> None:
    assert find_expressions(text) == expected


@pytest.mark.parametrize("piece", ["(", "1", "1 ", "1+", "1,234", ") ", "1(", "-", "1 % of 2 "])
def test_the_work_of_searching_a_text_grows_with_its_length(piece: str) -> None:
    assert find_expressions(piece * 20_000) == find_expressions((piece * 20_000)[:20_000])


@given(text=st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_is_evaluated_as_anything_but_arithmetic(text: str) -> None:
    assert computed(text) is None or set(text) <= set("0123456789+-*/%.() ^×÷−·") or text.strip() != text

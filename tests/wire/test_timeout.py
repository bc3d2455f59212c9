"""Timeout: what callers pass for it, in httpx's own shapes."""

from __future__ import annotations

import pickle

import httpx
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet.wire.timeout import Timeout, seconds

PARTS = ("connect", "read", "write", "pool")


def parts(timeout: object) -> tuple[object, ...]:
    return tuple(getattr(timeout, part) for part in PARTS)


@pytest.mark.parametrize("make", [httpx.Timeout, httpx2.Timeout])
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((60.0,), {"read": 5.0, "write": 10.0, "connect": 2.0}),
        ((None,), {}),
        ((), {"timeout": 30}),
        (((1.0, 2.0, 3.0, 4.0),), {}),
        ((5,), {}),
        ((None,), {"connect": 5.0}),
        ((60.0,), {"pool": None}),
        ((), {"connect": 1, "read": 2, "write": 3, "pool": 4}),
    ],
)
def test_a_timeout_means_what_the_http_libraries_mean_by_it(make: type, arguments: tuple, named: dict) -> None:
    theirs = make(*arguments, **named)

    assert parts(Timeout(*arguments, **named)) == parts(theirs)
    assert parts(Timeout.of(theirs)) == parts(Timeout(theirs)) == parts(theirs)


@pytest.mark.parametrize("make", [httpx.Timeout, httpx2.Timeout, Timeout])
def test_some_limits_without_a_default_are_refused(make: type) -> None:
    with pytest.raises(ValueError):
        make(connect=5)


def test_one_number_is_every_limit_but_the_total() -> None:
    assert Timeout(5).as_dict() == {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0, "total": None}


def test_total_is_kept_when_a_timeout_is_made_from_a_timeout() -> None:
    assert Timeout(Timeout(5, total=9), read=1).as_dict() == {
        "connect": 5.0, "read": 1.0, "write": 5.0, "pool": 5.0, "total": 9.0,
    }  # fmt: skip


def test_no_arguments_and_infinity_mean_no_limit() -> None:
    assert Timeout() == Timeout(None) == Timeout(float("inf"))


@pytest.mark.parametrize("value", ["5", True, [5], (1, 2), (1, 2, 3, "4"), object(), b"1"])
def test_what_is_no_number_of_seconds_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match="timeout"):
        Timeout.of(value)


@pytest.mark.parametrize("value", [-1, -0.1, float("nan"), float("-inf")])
def test_negative_limits_and_nan_are_value_errors(value: float) -> None:
    with pytest.raises(ValueError, match=r"timeout.* must be at least 0 seconds"):
        Timeout.of(value)
    with pytest.raises(ValueError, match=r"timeout\.read"):
        Timeout(5, read=value)


def test_the_error_names_the_part() -> None:
    with pytest.raises(TypeError, match=r"timeout.connect must be a number of seconds or None, not str 'x'"):
        Timeout(5, connect="x")


def test_a_timeout_does_not_change() -> None:
    with pytest.raises(AttributeError, match="make another"):
        Timeout(5).read = 6  # type: ignore[misc]


@given(st.one_of(st.none(), st.floats(0, 1e6)), st.one_of(st.none(), st.floats(0, 1e6)))
def test_equal_timeouts_hash_and_pickle_alike(first: float | None, read: float | None) -> None:
    one, other = Timeout(first, read=read), Timeout(first, read=read)

    assert (one, hash(one)) == (other, hash(other))
    assert pickle.loads(pickle.dumps(one)) == one == Timeout.of(one)


def test_its_repr_names_every_limit() -> None:
    assert repr(Timeout(1, read=2)) == "Timeout(connect=1.0, read=2.0, write=1.0, pool=1.0, total=None)"


@pytest.mark.parametrize(("value", "read"), [(None, None), (3, 3.0), (0, 0.0), (float("inf"), None)])
def test_seconds_are_floats_or_no_limit(value: float | None, read: float | None) -> None:
    assert seconds(value, "x") == read


def test_streams_have_limits_of_their_own_that_never_undercut_read() -> None:
    assert [(limit.idle, limit.stream_idle) for limit in (Timeout(60), Timeout(1200), Timeout(None))] == [
        (None, 300.0),
        (None, 1200.0),
        (None, None),
    ]
    assert Timeout(60, idle=5, stream_idle=10).within(1).stream_idle == 10


def test_limits_of_streams_survive_copies_and_zero_takes_them_away() -> None:
    limit = Timeout(60, idle=5, stream_idle=10)

    assert (Timeout(limit).idle, Timeout(limit).stream_idle) == (5.0, 10.0)
    assert (pickle.loads(pickle.dumps(limit)).idle, Timeout(limit, stream_idle=0).stream_idle) == (5.0, None)
    assert "idle=5.0, stream_idle=10.0" in repr(limit)

"""A clock that can be set, moved on, frozen and let go."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tercet.server.clock import Clock


def test_it_goes_by_its_source_until_it_is_set() -> None:
    now = [100.0]
    clock = Clock(lambda: now[0])
    now[0] = 107.0
    assert clock() == 107.0


def test_once_set_it_runs_on_from_there() -> None:
    now = [100.0]
    clock = Clock(lambda: now[0])
    clock.set(datetime(2026, 11, 20, tzinfo=UTC))
    now[0] += 5
    assert clock() == datetime(2026, 11, 20, 0, 0, 5, tzinfo=UTC).timestamp()


def test_time_passes_at_once_where_it_is_asked_to() -> None:
    clock = Clock(lambda: 100.0)
    clock.advance(3600)
    assert clock() == 3700.0


def test_frozen_it_stands_still_and_can_still_be_moved() -> None:
    now = [100.0]
    clock = Clock(lambda: now[0])
    clock.freeze()
    now[0] = 200.0
    assert (clock(), clock.frozen) == (100.0, True)
    clock.advance(1)
    assert clock() == 101.0
    clock.run()
    now[0] = 202.0
    assert (clock(), clock.frozen) == (103.0, False)


def test_reset_it_goes_by_its_source_again() -> None:
    clock = Clock(lambda: 100.0)
    clock.set(5.0)
    clock.freeze()
    clock.reset()
    assert (clock(), clock.frozen) == (100.0, False)


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf"), 1e18])
def test_what_is_no_time_is_refused_and_changes_nothing(nonsense: float) -> None:
    clock = Clock(lambda: 100.0)
    with pytest.raises((ValueError, OverflowError, OSError)):
        clock.set(nonsense)
    assert clock() == 100.0

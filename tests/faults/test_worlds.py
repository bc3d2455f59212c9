"""Signals, cancellation, threads, forks and event loops, each in short; `make faults` runs them at full length."""

from __future__ import annotations

import sys

import pytest
from tests.faults import worlds
from tests.faults.server import FaultServer

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    "check", [worlds.readers, worlds.exhausted, worlds.arguments, worlds.pools], ids=lambda check: check.__name__
)
def test_callers_and_limits(check: object, server: FaultServer) -> None:
    assert [found for found in check(server) if found[1]] == []  # type: ignore[operator]


def test_a_cancelled_storm_leaves_a_pool_that_serves(server: FaultServer) -> None:
    assert [found for found in worlds.storm(server, 200) if found[1]] == []


def test_event_loops_may_come_and_go(server: FaultServer) -> None:
    assert [found for found in worlds.loops(server, 3) if found[1]] == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_fork_never_gets_anothers_answer(server: FaultServer) -> None:
    assert [found for found in worlds.forks(server, 20) if found[1]] == []


def test_threads_get_their_own_answers(server: FaultServer) -> None:
    assert [found for found in worlds.threads(server, 16, 5) if found[1]] == []


def test_cancelled_at_any_turn_nothing_is_left(server: FaultServer) -> None:
    found = [each for each, _ in zip(worlds.cancellations(server, 25), range(5))]

    assert [each for each in found if each[1]] == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals as Unix has them")
def test_what_a_signal_handler_raises_comes_out_unchanged(server: FaultServer) -> None:
    assert [found for found in worlds.interrupts(server, ["before the headers"]) if found[1]] == []

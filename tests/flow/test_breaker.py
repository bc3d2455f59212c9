"""The circuit breaker, as tables of steps and as a state machine that hypothesis walks at random."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.flow.steps import Clock, circuit, fail

from tercet.flow.breaker import MOVES, Breaker, Breakers, Circuit, CircuitBreaker, Circuits, breaker_from
from tercet.flow.events import BreakerDetails


def succeed(one: Circuit, times: int = 1) -> None:
    for _ in range(times):
        permit, _changed = one.admit()
        assert permit is not None
        one.judge(permit, True)


# --- when it opens ---------------------------------------------------------------------------------------------------


def test_five_failures_in_a_row_open_it() -> None:
    one = circuit()
    fail(one, 4)
    assert one.state == "closed"

    fail(one)

    assert one.state == "open"
    assert one.admit() == (None, None)


def test_a_success_between_breaks_the_row() -> None:
    one = circuit(ratio=None)
    fail(one, 4)
    succeed(one)
    fail(one, 4)

    assert one.state == "closed"


def test_one_lone_failure_never_opens_it() -> None:
    one = circuit(failures=None)
    fail(one)

    assert one.state == "closed"


def test_more_than_half_failed_of_ten_calls_open_it() -> None:
    one = circuit(failures=None)
    for _ in range(4):
        succeed(one)
        fail(one)
    fail(one)
    assert one.state == "closed"  # five of nine

    fail(one)

    assert one.state == "open"


def test_a_server_that_fails_every_other_time_is_not_cut_off() -> None:
    one = circuit()
    for _ in range(500):
        fail(one)
        succeed(one)

    assert one.state == "closed"


def test_failures_of_long_ago_do_not_count() -> None:
    clock = Clock()
    one = circuit(clock, failures=None)
    fail(one, 9)
    clock.now += 31
    succeed(one, 5)
    fail(one, 5)

    assert one.state == "closed"


def test_a_window_of_many_calls_needs_no_more_memory() -> None:
    clock = Clock()
    one = circuit(clock, failures=None)
    for _ in range(2_000):
        clock.now += 0.1
        succeed(one)

    assert len(one._slices) <= 10


# --- when it closes --------------------------------------------------------------------------------------------------


def opened(clock: Clock, **how: Any) -> Circuit:
    one = circuit(clock, **how)
    fail(one, 5)
    assert one.state == "open"
    return one


def test_it_lets_one_call_try_after_five_seconds_and_closes_after_two_that_worked() -> None:
    clock = Clock()
    one = opened(clock)
    clock.now += 4.9
    assert one.admit()[0] is None
    clock.now += 0.2

    first, changed = one.admit()
    assert changed == BreakerDetails("http://local", "claude-sonnet-4-6", "open", "half_open", None)
    assert one.admit()[0] is None
    assert first is not None
    one.judge(first, True)
    second, _ = one.admit()
    assert second is not None
    changed = one.judge(second, True)

    assert changed == BreakerDetails("http://local", "claude-sonnet-4-6", "half_open", "closed", None)


def test_each_time_it_opens_again_it_stays_open_twice_as_long_up_to_a_minute() -> None:
    clock = Clock()
    one = opened(clock)
    waits = []
    for _ in range(6):
        waits.append(one.retry_after)
        clock.now += one.retry_after or 0.0
        fail(one)

    assert waits == [5, 10, 20, 40, 60, 60]


def test_after_it_has_closed_the_next_time_is_short_again() -> None:
    clock = Clock()
    one = opened(clock)
    clock.now += 5
    fail(one)
    clock.now += 10
    succeed(one, 2)
    fail(one, 5)

    assert one.retry_after == 5


def test_the_time_open_varies_by_a_fifth() -> None:
    waits = []
    for chance in (0.0, 0.5, 1.0):
        one = circuit(jitter=0.2, random=lambda: chance)  # noqa: B023
        fail(one, 5)
        waits.append(one.retry_after)

    assert waits == pytest.approx([4.0, 5.0, 6.0])


@pytest.mark.parametrize(("asked", "open_for"), [(2.0, 5.0), (42.0, 42.0), (86_400.0, 600.0)])
def test_a_server_that_asks_for_a_longer_wait_gets_it_up_to_ten_minutes(asked: float, open_for: float) -> None:
    one = circuit()
    fail(one, 5, asked)

    assert one.retry_after == open_for


def test_a_trial_that_is_given_up_makes_room_at_once() -> None:
    clock = Clock()
    one = opened(clock)
    clock.now += 5
    permit, _ = one.admit()
    assert permit is not None
    one.give_back(permit)

    assert one.admit()[0] is not None


def test_a_trial_that_never_ends_makes_room_when_its_lease_is_over_and_counts_no_more() -> None:
    clock = Clock()
    one = opened(clock)
    clock.now += 5
    stuck, _ = one.admit()
    clock.now += 59
    assert one.admit()[0] is None
    clock.now += 2
    fresh, _ = one.admit()
    assert stuck is not None
    assert fresh is not None

    assert one.judge(stuck, False) is None
    assert one.state == "half_open"
    one.give_back(stuck)
    assert one.admit()[0] is None


def test_what_began_before_the_state_changed_counts_no_more() -> None:
    clock = Clock()
    one = circuit(clock)
    slow, _ = one.admit()
    fail(one, 5)
    clock.now += 5
    succeed(one, 2)
    assert slow is not None

    one.judge(slow, False)
    fail(one, 4)

    assert one.state == "closed"


# --- operators -------------------------------------------------------------------------------------------------------


def test_an_isolated_circuit_lets_nothing_through_until_it_is_reset() -> None:
    clock = Clock()
    one = circuit(clock)
    one.isolate()
    clock.now += 10_000

    assert (one.state, one.admit(), one.retry_after, one.holds()) == ("isolated", (None, None), None, float("inf"))
    assert one.reset() == BreakerDetails("http://local", "claude-sonnet-4-6", "isolated", "closed", None)
    assert one.admit()[0] is not None


def test_what_an_operator_changes_is_told_once() -> None:
    told: list[Any] = []
    one = Circuit(Breaker(), "http://local", "m", told.append)
    one.isolate()
    one.isolate()
    one.reset()
    one.reset()

    assert [(each.was, each.state) for each in told] == [("closed", "isolated"), ("isolated", "closed")]


def test_the_table_names_states_alone_and_every_state_can_be_left() -> None:
    states = {"closed", "open", "half_open", "isolated"}

    assert {was for was, _ in MOVES} == states
    assert set(MOVES.values()) == states


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"window": 0}, "Breaker.window must be more than 0, not 0"),
        ({"seconds": -1.0}, "Breaker.seconds must be more than 0"),
        ({"lease": float("nan")}, "Breaker.lease must be more than 0"),
        ({"ratio": 1.5}, "Breaker.ratio must be a share"),
        ({"failures": 0}, "Breaker.failures must be at least 1"),
    ],
)
def test_a_breaker_of_nonsense_is_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Breaker(**how)


def test_the_simple_form_opens_for_its_seconds_and_closes_with_one_success() -> None:
    clock = Clock()
    simple = breaker_from(CircuitBreaker(failures=3, seconds=30))
    assert simple is not None
    one = Circuit(Breaker(**{**{name: getattr(simple, name) for name in simple.__struct_fields__}, "clock": clock}))
    fail(one, 3)
    assert one.retry_after == 30
    clock.now += 30
    succeed(one)

    assert one.state == "closed"


@pytest.mark.parametrize(("value", "expected"), [(True, Breaker()), (False, None), (None, None)])
def test_what_callers_pass(value: Any, expected: Any) -> None:
    assert breaker_from(value) == expected


def test_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="breaker must be True, a CircuitBreaker or a Breaker, not int 5"):
        breaker_from(5)


# --- which circuit ---------------------------------------------------------------------------------------------------


def test_origins_credentials_and_models_have_circuits_of_their_own() -> None:
    circuits, breaker = Circuits(), Breaker()
    kinds = [
        ("http://a", "k1", "m"),
        ("http://b", "k1", "m"),
        ("http://a", "k2", "m"),
        ("http://a", "k1", "n"),
        ("http://a", "k1", None),
    ]
    made = {circuits.of(breaker, *kind) for kind in kinds}

    assert len(made) == len(circuits) == 5
    assert circuits.of(breaker, *kinds[0]) in made
    assert "k1" not in repr(list(circuits)) + repr(circuits._made)


def test_all_circuits_can_be_seen_and_reset() -> None:
    circuits, breaker = Circuits(), Breaker()
    breakers = Breakers(circuits, lambda model: circuits.of(breaker, "http://a", "k", model))
    breakers["m"].isolate()

    assert [each.state for each in breakers] == ["isolated"]
    assert repr(breakers) == "<Breakers: m: isolated>"
    breakers.reset()
    assert breakers["m"].state == "closed"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_lock_held_at_a_fork_is_no_lock_in_the_child() -> None:
    one = Circuits().of(Breaker(), "http://a", "k", "m")
    one._lock.acquire()
    one.after_fork()

    assert one.admit()[0] is not None


# --- at random -------------------------------------------------------------------------------------------------------


class AnyOrder(RuleBasedStateMachine):
    """Calls begin, end well or badly, or are lost without a word; time passes; operators interfere."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.one = circuit(self.clock)
        self.under_way: list[Any] = []
        self.trials: dict[int, float] = {}

    @rule()
    def begin(self) -> None:
        was = self.one.state
        permit, _ = self.one.admit()
        if permit is None:
            assert was != "closed"
            return
        assert was != "isolated"
        if permit.trial is not None:
            assert not any(
                each.generation == permit.generation and self.trials[each.trial] > self.clock.now
                for each in self.under_way
                if each.trial is not None
            ), "two trials at once"
            self.trials[permit.trial] = self.clock.now + 60
        self.under_way.append(permit)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), how=st.sampled_from(["well", "badly", "given back", "lost"]))
    def end(self, data: st.DataObject, how: str) -> None:
        index = data.draw(st.integers(0, len(self.under_way) - 1))
        permit = self.under_way[index]
        generation = self.one.generation
        if how != "lost":
            self.under_way.pop(index)
        if how == "given back":
            self.one.give_back(permit)
        elif how in ("well", "badly"):
            changed = self.one.judge(permit, how == "well")
            assert changed is None or permit.generation == generation, "an old generation counted"

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 31.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def isolate(self) -> None:
        self.one.isolate()

    @rule()
    def reset(self) -> None:
        self.one.reset()
        assert self.one.state == "closed"

    @invariant()
    def an_open_circuit_says_when(self) -> None:
        if self.one.state == "open":
            assert (self.one.retry_after or 0.0) <= 600.0

    def teardown(self) -> None:
        """Never stuck: once the server is well again, two trials close it within twice its longest time and a lease."""
        if self.one.state == "isolated":
            self.one.reset()
        self.clock.now += 60 + 60 + 1
        if self.one.state != "closed":
            succeed(self.one, 2)
        assert self.one.state == "closed"


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=100, stateful_step_count=50, suppress_health_check=list(HealthCheck))

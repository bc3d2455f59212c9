"""One attempt under a circuit breaker, as tables of steps."""

from __future__ import annotations

from typing import Any

import pytest
from tests.flow.steps import ASK, CONTENT, OVERLOADED, START, Clock, circuit, fail, lost, reply, steps, streaming, whole

from tercet.flow.billing import NothingYielded
from tercet.flow.breaker import Circuit, guard_attempt, verdict
from tercet.flow.effects import Lost, Send
from tercet.flow.events import BreakerDetails
from tercet.wire.errors import APIConnectionError, CircuitOpenError


def opened(clock: Clock) -> Circuit:
    one = circuit(clock)
    fail(one, 5)
    return one


def once(request: Any) -> Any:
    outcome = yield Send(request)
    return outcome


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (reply(200), True),
        (reply(400), True),
        (reply(401), True),
        (reply(429), True),
        (reply(500), False),
        (reply(503), False),
        (reply(529), False),
        (lost("connect", "not_sent"), False),
        (lost("timeout"), False),
        (lost("read", "cut"), False),
        (lost("tls", "not_sent"), None),
        (lost("pool", "not_sent"), None),
        (lost("closed"), None),
        (lost("too_large", "cut"), None),
        (NothingYielded(streaming(), lost("read", "cut")), False),
        (NothingYielded(streaming(), {"error": {"type": "overloaded_error"}}), False),
        (NothingYielded(streaming(), {"error": {"type": "invalid_request_error"}}), True),
    ],
)
def test_what_speaks_against_a_server(outcome: Any, expected: bool | None) -> None:
    assert verdict(outcome) is expected


def test_an_open_circuit_sends_nothing_and_says_when_it_will_try_again() -> None:
    one = circuit()
    fail(one, 5)

    asked, outcome = steps(guard_attempt(one, print, ASK, once), [])

    assert asked == []
    assert isinstance(outcome, Lost)
    assert outcome.phase == "not_sent"
    assert isinstance(outcome.raise_as, CircuitOpenError)
    assert isinstance(outcome.raise_as, APIConnectionError)
    assert outcome.raise_as.retry_after == 5.0
    assert "lets nothing through for 5.0 s more" in str(outcome.raise_as)


def test_a_change_is_told_once() -> None:
    one = circuit()
    fail(one, 4)

    asked, _ = steps(guard_attempt(one, print, ASK, once), [reply(529)])

    assert asked == ["send", BreakerDetails("http://local", "claude-sonnet-4-6", "closed", "open", 5.0)]


@pytest.mark.parametrize("steps_taken", [1, 2])
def test_a_cancelled_trial_frees_its_place(steps_taken: int) -> None:
    clock = Clock()
    one = opened(clock)
    clock.now += 5
    plan = guard_attempt(one, print, ASK, once)
    for _ in range(steps_taken):  # the change is told, the request is sent
        next(plan)
    plan.close()

    assert one.admit()[0] is not None


@pytest.mark.parametrize(
    ("rest", "failures"),
    [
        ([b"more"], 0),
        ([lost("read", "cut")], 1),
        ([OVERLOADED], 1),
        ([OVERLOADED[:5], OVERLOADED[5:]], 1),
        ([lost("too_large", "cut")], 0),
    ],
)
def test_a_stream_is_counted_when_it_has_ended(rest: list[Any], failures: int) -> None:
    one, told = circuit(), []
    fail(one, 4)
    _, outcome = steps(guard_attempt(one, told.append, ASK, once), [streaming(START + CONTENT, *rest)])
    assert one.state == "closed"

    whole(outcome.stream)

    assert one.state == ("open" if failures else "closed")
    assert len(told) == failures


def test_a_stream_that_its_reader_leaves_is_no_failure() -> None:
    one = circuit()
    fail(one, 4)
    _, outcome = steps(guard_attempt(one, print, ASK, once), [streaming(START + CONTENT, lost("read", "cut"))])
    outcome.stream.close()
    fail(one, 4)

    assert one.state == "closed"

"""Turns under a rate limit, as tables of steps on a clock that the test turns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.flow.pace import (
    GRACE,
    LONGEST_PAUSE,
    MINUTE,
    Axis,
    Bucket,
    Pace,
    PaceCost,
    WaitTooLong,
    begin,
    enter,
    expected_cost,
    learn,
    nap,
    pause,
    reserve,
    settle,
)
from tercet.wire.rate_limits import RateLimit, RateLimits

FOREVER = float("inf")
RESET = datetime(2026, 1, 1, tzinfo=UTC)


def starts(pace: Pace, costs: list[PaceCost], *, now: float = 1000.0) -> list[float]:
    """When each of these requests, all asking at once, has its turn."""
    bucket = Bucket()
    return [round(reserve(bucket, pace, str(number), cost, now, FOREVER), 3) for number, cost in enumerate(costs)]  # type: ignore[arg-type]


def take(bucket: Bucket, pace: Pace, token: str, cost: PaceCost, now: float) -> float | None:
    """Ask and, if the turn has come, begin."""
    reserve(bucket, pace, token, cost, now, FOREVER)
    return begin(bucket, pace, token, now, 60.0)


@pytest.mark.parametrize(
    ("pace", "costs", "waits"),
    [
        (Pace(), [PaceCost(1, 10**9, 10**9)] * 3, [0, 0, 0]),
        (Pace(requests_per_minute=3), [PaceCost(1)] * 5, [0, 0, 0, 20, 40]),
        (Pace(requests_per_minute=60, burst=1 / 60), [PaceCost(1)] * 3, [0, 1, 2]),
        (Pace(input_tokens_per_minute=100), [PaceCost(1, 60)] * 3, [0, 12, 48]),
        (Pace(output_tokens_per_minute=100), [PaceCost(1, 60, 50)] * 3, [0, 0, 30]),
        (Pace(tokens_per_minute=100), [PaceCost(1, 60, 40)] * 2, [0, 60]),
        # more than a minute's allowance: not before it is whole, and then the others wait
        (Pace(input_tokens_per_minute=100), [PaceCost(1, 300), PaceCost(1, 1)], [0, 120.6]),
        # the small one does not overtake
        (Pace(input_tokens_per_minute=100), [PaceCost(1, 100), PaceCost(1, 100), PaceCost(1, 1)], [0, 60, 60.6]),
        # the scarcer allowance decides
        (Pace(requests_per_minute=60, input_tokens_per_minute=60), [PaceCost(1, 60)] * 2, [0, 60]),
    ],
)
def test_turns_follow_from_limits_in_the_order_of_asking(pace: Pace, costs: list[PaceCost], waits: list[float]) -> None:
    assert starts(pace, costs) == pytest.approx(waits)


def test_a_bucket_that_was_left_alone_is_full_again() -> None:
    bucket, pace = Bucket(), Pace(requests_per_minute=2)
    assert [take(bucket, pace, token, PaceCost(1), 0.0) for token in "abc"] == [0.0, 0.0, 30.0]
    settle(bucket, "c", 0.0, PaceCost())

    assert [take(bucket, pace, token, PaceCost(1), 60.0) for token in "def"] == [0.0, 0.0, 30.0]


def test_a_turn_that_would_come_too_late_is_refused_and_takes_nothing() -> None:
    bucket, pace = Bucket(), Pace(requests_per_minute=1)
    take(bucket, pace, "a", PaceCost(1), 0.0)

    assert reserve(bucket, pace, "b", PaceCost(1), 0.0, 59.9) == WaitTooLong(60.0)
    assert list(bucket.turns) == ["a"]
    assert reserve(bucket, pace, "c", PaceCost(1), 0.0, 60.0) == 60.0


def test_what_was_not_used_is_given_back_and_what_was_used_beyond_is_charged() -> None:
    bucket, pace = Bucket(), Pace(input_tokens_per_minute=100)
    take(bucket, pace, "a", PaceCost(1, 100), 0.0)
    settle(bucket, "a", 0.0, PaceCost(1, 40))

    assert take(bucket, pace, "b", PaceCost(1, 60), 0.0) == 0.0
    settle(bucket, "b", 0.0, PaceCost(1, 110))
    assert take(bucket, pace, "c", PaceCost(1, 10), 0.0) == pytest.approx(36.0)


def test_who_waits_comes_earlier_when_those_before_give_something_back() -> None:
    bucket, pace = Bucket(), Pace(input_tokens_per_minute=100)
    assert [take(bucket, pace, token, PaceCost(1, 80), 0.0) for token in "abc"] == pytest.approx([0.0, 36.0, 84.0])

    settle(bucket, "a", 0.0, PaceCost(1, 20))
    assert begin(bucket, pace, "c", 0.0, 60.0) == pytest.approx(48.0)
    assert begin(bucket, pace, "b", 0.0, 60.0) == 0.0
    settle(bucket, "b", 0.0, PaceCost(1, 0))
    assert begin(bucket, pace, "c", 0.0, 60.0) == 0.0


def test_who_gives_up_makes_room_for_those_behind() -> None:
    bucket, pace = Bucket(), Pace(requests_per_minute=1)
    assert [take(bucket, pace, token, PaceCost(1), 0.0) for token in "abc"] == [0.0, 60.0, 120.0]
    settle(bucket, "b", 1.0, PaceCost())

    assert begin(bucket, pace, "c", 1.0, 60.0) == 59.0


def test_a_long_wait_is_slept_in_parts_and_a_short_one_whole() -> None:
    assert [nap(seconds) for seconds in (0.5, 2.0, 3.0, 5.0, 60.0)] == [0.5, 2.0, 2.0, 2.5, 30.0]


def test_nobody_knows_what_a_lost_request_used_so_all_of_it_counts() -> None:
    bucket, pace = Bucket(), Pace(input_tokens_per_minute=100)
    take(bucket, pace, "a", PaceCost(1, 100), 0.0)
    settle(bucket, "a", 0.0, None)

    assert take(bucket, pace, "b", PaceCost(1, 50), 0.0) == 30.0


def test_outputs_are_expected_to_be_as_long_as_they_usually_are() -> None:
    bucket = Bucket(axes={"output_tokens": Axis(1000)})
    assert expected_cost(bucket, 7, 500) == PaceCost(1, 7, 500)

    take(bucket, Pace(), "a", PaceCost(1, 7, 500), 0.0)
    settle(bucket, "a", 0.0, PaceCost(1, 7, 100), answered=True)
    assert expected_cost(bucket, 7, 500) == PaceCost(1, 7, 100)
    assert expected_cost(bucket, 7, 50) == PaceCost(1, 7, 50)

    take(bucket, Pace(), "b", PaceCost(1, 7, 100), 0.0)
    settle(bucket, "b", 0.0, PaceCost(1, 7, 200), answered=True)
    assert expected_cost(bucket, 7, None) == PaceCost(1, 7, 120)


def told(limit: int, remaining: int) -> RateLimits:
    return RateLimits(requests=RateLimit(limit, remaining, RESET))


def test_limits_are_learned_and_what_others_took_counts() -> None:
    bucket, pace = Bucket(), Pace()
    take(bucket, pace, "a", PaceCost(1), 10.0)

    learn(bucket, pace, told(60, 2), "a", 10.0, 11.0)

    assert [take(bucket, pace, token, PaceCost(1), 11.0) for token in "bcde"] == pytest.approx([0.0, 0.0, 1.0, 2.0])


def test_what_was_begun_since_the_report_s_request_is_taken_off_it() -> None:
    bucket, pace = Bucket(), Pace()
    for token, at in (("a", 10.0), ("b", 10.5), ("c", 10.6)):
        take(bucket, pace, token, PaceCost(1), at)

    learn(bucket, pace, told(60, 2), "a", 10.0, 11.0)

    assert take(bucket, pace, "d", PaceCost(1), 11.0) == pytest.approx(1.0)


def test_those_under_way_take_no_more_than_there_is() -> None:
    """The API refuses the rest of a burst; it does not charge for it."""
    bucket, pace = Bucket(), Pace()
    for number in range(200):
        take(bucket, pace, str(number), PaceCost(1), 10.0 + number / 1000)

    learn(bucket, pace, told(60, 59), "0", 10.0, 11.0)

    assert take(bucket, pace, "next", PaceCost(1), 11.0) == pytest.approx(1.0)


def test_a_report_older_than_the_last_one_is_not_taken() -> None:
    bucket, pace = Bucket(), Pace()
    learn(bucket, pace, told(60, 60), "x", 20.0, 21.0)
    learn(bucket, pace, told(60, 0), "y", 19.0, 22.0)

    assert take(bucket, pace, "a", PaceCost(1), 22.0) == 0.0


def test_a_limit_that_was_set_holds_where_it_is_the_lower_one() -> None:
    bucket, pace = Bucket(), Pace(requests_per_minute=10)
    learn(bucket, pace, told(1000, 1000), "x", 1.0, 2.0)
    assert bucket.axes["requests"].limit == 10

    learn(bucket, pace, told(5, 5), "x", 3.0, 4.0)
    assert bucket.axes["requests"].limit == 5


@pytest.mark.parametrize(
    "told",
    [
        RateLimits(),
        RateLimits(requests=RateLimit(None, 0, None)),
        RateLimits(requests=RateLimit(0, 0, None)),
        RateLimits(requests=RateLimit(None, None, RESET)),
    ],
)
def test_a_report_without_a_limit_paces_nothing(told: RateLimits) -> None:
    bucket = Bucket()
    learn(bucket, Pace(), told, "x", 1.0, 2.0)

    assert [take(bucket, Pace(), token, PaceCost(1), 2.0) for token in "abc"] == [0.0, 0.0, 0.0]
    assert bucket.axes == {}


def test_a_429_holds_back_who_waits_and_who_comes_in_the_same_order() -> None:
    bucket, pace = Bucket(), Pace(requests_per_minute=60, burst=1 / 60)
    assert [take(bucket, pace, token, PaceCost(1), 100.0) for token in "abc"] == pytest.approx([0.0, 1.0, 2.0])

    pause(bucket, 30.0, 100.0, 100.5)

    assert begin(bucket, pace, "b", 101.0, 60.0) == pytest.approx(29.5)
    assert (begin(bucket, pace, "c", 102.0, 60.0) or 0) > 28.5 + 1
    assert reserve(bucket, pace, "d", PaceCost(1), 102.0, FOREVER) > 28.5 + 2  # type: ignore[operator]
    assert begin(bucket, pace, "b", 131.0, 60.0) == 0.0


def test_a_second_429_of_the_same_burst_changes_nothing() -> None:
    bucket = Bucket()
    pause(bucket, 30.0, 100.0, 101.0)
    once = (bucket.paused_until, bucket.rate)
    pause(bucket, 29.0, 100.5, 102.0)

    assert once == (bucket.paused_until, bucket.rate)
    assert once == (131.0, pytest.approx(0.7))


def test_after_a_429_the_rate_is_lower_and_grows_back() -> None:
    bucket, pace = Bucket(), Pace(requests_per_minute=60, burst=1 / 60)
    pause(bucket, 1.0, 99.0, 100.0)
    assert [take(bucket, pace, token, PaceCost(1), 101.0) for token in "ab"] == pytest.approx([0.0, 1 / 0.705])

    assert [take(bucket, pace, token, PaceCost(1), 200.0) for token in "cd"] == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize(("asked", "until"), [(None, 101.0), (7.0, 107.0), (86_400.0, 100.0 + LONGEST_PAUSE)])
def test_how_long_a_429_pauses(asked: float | None, until: float) -> None:
    bucket = Bucket()
    pause(bucket, asked, 99.0, 100.0)

    assert bucket.paused_until == until


def test_no_more_than_max_concurrency_are_under_way_and_places_go_in_the_order_of_asking() -> None:
    bucket, pace = Bucket(), Pace(max_concurrency=2)
    for token in "abcd":
        reserve(bucket, pace, token, PaceCost(1), 0.0, FOREVER)

    assert [begin(bucket, pace, token, 0.0, 60.0) for token in "ab"] == [0.0, 0.0]
    assert begin(bucket, pace, "d", 0.0, 60.0) == pytest.approx(0.02)
    settle(bucket, "a", 1.0, None)
    assert begin(bucket, pace, "d", 1.0, 60.0) == pytest.approx(0.02)
    assert begin(bucket, pace, "c", 1.0, 60.0) == 0.0


def test_what_a_killed_process_held_is_free_after_its_lease() -> None:
    bucket, pace = Bucket(), Pace(max_concurrency=1, requests_per_minute=2)
    take(bucket, pace, "killed", PaceCost(1), 0.0)
    take(bucket, pace, "waited and killed", PaceCost(1), 0.0)

    assert take(bucket, pace, "lives", PaceCost(1), 60.5) == 0.0
    assert list(bucket.turns) == ["lives"]


def test_who_waited_and_vanished_has_taken_nothing() -> None:
    bucket, pace = Bucket(), Pace(requests_per_minute=1)
    assert [take(bucket, pace, token, PaceCost(1), 0.0) for token in "abc"] == [0.0, 60.0, 120.0]

    vanished = 60.0 + GRACE + 1
    assert take(bucket, pace, "d", PaceCost(1), vanished) == 0.0


def test_a_turn_that_was_lost_must_be_asked_for_again() -> None:
    assert begin(Bucket(), Pace(), "unknown", 0.0, 60.0) is None


def test_renewing_keeps_those_under_way_and_nobody_else() -> None:
    bucket, pace = Bucket(), Pace()
    take(bucket, pace, "a", PaceCost(1), 0.0)
    reserve(bucket, pace, "b", PaceCost(1), 0.0, FOREVER)
    bucket.renew(["a", "b", "c"], 500.0)

    assert {token: turn.expires for token, turn in bucket.turns.items()} == {"a": 500.0, "b": GRACE}


def test_in_a_new_epoch_times_mean_nothing_and_everything_is_free() -> None:
    bucket, pace = Bucket(epoch="before", newest=1e9, paused_until=1e9), Pace(requests_per_minute=1)
    take(bucket, pace, "a", PaceCost(1), 1e9)

    enter(bucket, "after")

    assert take(bucket, pace, "b", PaceCost(1), 5.0) == 0.0
    assert list(bucket.turns) == ["b"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"requests_per_minute": 0},
        {"input_tokens_per_minute": 1.5},
        {"tokens_per_minute": True},
        {"max_concurrency": -1},
        {"burst": 0},
        {"burst": 1.5},
        {"max_wait": -1},
        {"max_wait": float("nan")},
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Pace(**wrong)


@settings(max_examples=150)
@given(
    limit=st.integers(1, 500),
    burst=st.sampled_from([1.0, 0.5, 0.1]),
    steps=st.lists(
        st.tuples(st.floats(0, 30), st.sampled_from(["ask", "look", "give up", "end"]), st.integers(0, 400)),
        max_size=60,
    ),
)
def test_no_more_begins_than_a_bucket_holds_and_gets_back(
    limit: int, burst: float, steps: list[tuple[float, str, int]]
) -> None:
    """A leaky bucket run beside it never lacks what a request of that size needs, whoever asks, looks, gives up or ends."""
    bucket, pace = Bucket(), Pace(input_tokens_per_minute=limit, burst=burst)
    capacity, level, at, now = burst * limit, burst * limit, 0.0, 0.0
    costs: dict[str, int] = {}

    def looked(token: str) -> None:
        nonlocal level, at
        bucket.turns[token].expires = FOREVER
        if bucket.turns[token].began is None and begin(bucket, pace, token, now, FOREVER) == 0.0:
            level, at = min(capacity, level + (now - at) * limit / MINUTE), now
            assert level >= min(costs[token], capacity) - 1e-6 * limit
            level -= costs[token]

    for number, (passes, kind, value) in enumerate(steps):
        now += passes
        waiting = [token for token, turn in bucket.turns.items() if turn.began is None]
        under_way = [token for token, turn in bucket.turns.items() if turn.began is not None]
        if kind == "ask":
            costs[str(number)] = value
            reserve(bucket, pace, str(number), PaceCost(1, value), now, FOREVER)
            looked(str(number))
        elif kind == "look" and waiting:
            looked(waiting[value % len(waiting)])
        elif kind == "give up" and waiting:
            settle(bucket, waiting[value % len(waiting)], now, PaceCost())
        elif kind == "end" and under_way:
            settle(bucket, under_way[value % len(under_way)], now, None)


def test_in_a_forked_child_nothing_is_under_way() -> None:
    bucket, pace = Bucket(), Pace(max_concurrency=1)
    take(bucket, pace, "the parent's", PaceCost(1), 0.0)
    bucket.after_fork()

    assert take(bucket, pace, "mine", PaceCost(1), 0.0) == 0.0

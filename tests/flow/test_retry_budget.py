"""The retry quota: the AWS SDKs' figures, and what they are for."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.flow.steps import ASK, lost, reply, steps, streaming

from tercet.flow.billing import NothingYielded
from tercet.flow.retry import RetryPolicy, with_retries
from tercet.flow.retry_budget import QuotaPolicy, RetryBudget

CALM = RetryPolicy(random=lambda: 0.0)


@pytest.mark.parametrize(
    ("outcome", "cost"),
    [
        (reply(429), 5),
        (reply(503), 5),
        (reply(529), 5),
        (reply(500), 14),
        (reply(502), 14),
        (reply(408), 14),
        (lost(), 14),
        (NothingYielded(streaming(), lost()), 14),
    ],
)
def test_what_a_retry_costs(outcome: Any, cost: int) -> None:
    quota = RetryBudget()

    assert quota.take(outcome) == cost
    assert quota.left == 500 - cost


def test_retries_after_failures_drain_it() -> None:
    quota = RetryBudget()
    left = []
    for _ in range(3):
        quota.take(reply(500))
        left.append(quota.left)

    assert left == [486, 472, 458]


def test_a_success_after_a_retry_gives_back_what_the_retry_took() -> None:
    quota = RetryBudget()
    quota.reward(quota.take(reply(500)))

    assert quota.left == 500


def test_a_clean_success_earns_one() -> None:
    quota = RetryBudget()
    quota.take(reply(500))
    quota.reward()

    assert quota.left == 487


def test_it_never_holds_more_than_its_capacity() -> None:
    quota = RetryBudget()
    quota.reward()
    quota.reward(14)

    assert quota.left == 500


def test_when_too_little_is_left_it_pays_nothing_and_keeps_what_it_has() -> None:
    quota = RetryBudget(QuotaPolicy(capacity=10))

    assert quota.take(reply(500)) is None
    assert quota.take(reply(529)) == 5
    assert quota.left == 5


@pytest.mark.parametrize(("status", "most"), [(529, 1_100), (500, 1_036)])
def test_in_a_storm_a_thousand_calls_send_a_tenth_more_at_most(status: int, most: int) -> None:
    quota, sent = RetryBudget(), 0
    for _ in range(1_000):
        asked, _ending = steps(with_retries(lambda attempt: ASK, CALM, quota=quota), [reply(status)] * 3)
        sent += asked.count("send")

    assert sent <= most
    assert sent > 1_000  # and some were tried again


def test_a_call_without_quota_ends_with_its_own_error_and_says_so() -> None:
    _, ending = steps(with_retries(lambda attempt: ASK, CALM, quota=RetryBudget(QuotaPolicy(capacity=0))), [reply(529)])

    assert ending.outcome.status == 529
    assert ending.attempts[0].stopped_by == "retry quota exhausted"


def test_flapping_costs_nothing_in_the_long_run() -> None:
    quota = RetryBudget()
    for _ in range(500):
        asked, _ = steps(with_retries(lambda attempt: ASK, CALM, quota=quota), [reply(529), reply(200)])
        assert asked.count("send") == 2

    assert quota.left == 500


@pytest.mark.parametrize("name", ["capacity", "throttled", "otherwise", "clean"])
@pytest.mark.parametrize("value", [-1, True, 1.5, "5"])
def test_a_policy_of_nonsense_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"QuotaPolicy.{name} must be an int"):
        QuotaPolicy(**{name: value})


@given(st.lists(st.sampled_from([429, 500, 529, "clean", "refund"])))
def test_whatever_happens_it_stays_between_nothing_and_its_capacity(happenings: list[Any]) -> None:
    quota, taken = RetryBudget(QuotaPolicy(capacity=60)), None
    for happening in happenings:
        if happening == "clean":
            quota.reward()
        elif happening == "refund":
            quota.reward(taken)
            taken = None
        else:
            taken = quota.take(reply(happening))
        assert 0 <= quota.left <= 60


def test_ten_threads_lose_no_token_and_find_none() -> None:
    quota = RetryBudget(QuotaPolicy(capacity=200))
    wrong: list[int] = []

    def work() -> None:
        for _ in range(2_000):
            taken = quota.take(reply(529))
            if not 0 <= quota.left <= 200:
                wrong.append(quota.left)
            if taken is not None:
                quota.reward(taken)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert quota.left == 200

"""Estimates: an interval that holds the true price, a probe that grows until it is narrow, a sentence for people."""

from math import log
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.toolkit.bulk.estimates import CostInterval, JobEstimate, equal_share, interval_of, next_probe


def job(seed, sigma, items=10_000):
    """Costs of a job whose answers, and whose thinking, are lognormal."""
    chance = Random(seed)

    def tokens():
        return min(8000, chance.lognormvariate(log(300), sigma))

    return [round(20_000 + 5_000 * (tokens() + tokens())) for _ in range(items)]


def probed(costs):
    number = 0
    while (more := next_probe(costs[:number], len(costs))) > number:
        number = more
    return costs[:number]


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.0, 1.2])
def test_the_interval_holds_the_true_price_in_17_of_20_jobs(sigma):
    held = 0
    for seed in range(20):
        costs = job(seed, sigma)
        part = probed(costs)
        found = interval_of(part, len(costs))
        assert found.half_width <= 0.1 or len(part) == 2000
        held += found.low <= sum(costs) <= found.high
    assert held >= 17


def test_a_job_that_was_answered_whole_costs_what_it_cost():
    assert interval_of([5, 7, 9], 3) == CostInterval(21, 21, 21)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=50), st.integers(0, 10**7))
def test_an_interval_is_in_order_and_never_below_what_was_spent(costs, more):
    low, likely, high = interval_of(costs, len(costs) + more)
    assert sum(costs) <= low <= likely + 1
    assert likely <= high


def test_a_probe_is_never_larger_than_the_job_nor_than_two_thousand():
    assert next_probe([], 50) == 50
    assert next_probe([1] * 50, 50) == 0
    assert next_probe([1] * 200, 10_000) == 0
    wild = [1, 10**9] * 100
    assert 200 < next_probe(wild, 10_000) <= 2000
    assert next_probe([1, 10**12] * 1000, 10_000_000) == 0


def test_equal_requests_are_told_as_a_share():
    assert equal_share([b"a", b"b", b"a", b"a"]) == 0.5
    assert equal_share([]) == 0.0


def test_an_estimate_is_a_sentence():
    live = CostInterval(56_000_000_000, 62_000_000_000, 72_000_000_000)
    told = str(JobEstimate(items=1_200_000, live=live, answers=400, equal=0.04))
    assert told == (
        "1,200,000 items; $31.00 (28.00–36.00) as batches, $62.00 (56.00–72.00) live; 4% equal requests (from 400 answers)"
    )
    unknown = JobEstimate(items=3, live=None, answers=0, equal=0.0)
    assert (str(unknown), unknown.low) == ("3 items, at a price that is not known", None)

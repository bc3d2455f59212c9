"""Distributions as settings write them: what is understood, what is drawn, what is refused."""

from __future__ import annotations

from contextlib import suppress
from math import log
from random import Random
from statistics import median, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.server.distributions import Distribution


def test_a_number_is_drawn_as_it_stands() -> None:
    assert [Distribution(written).draw(Random(1)) for written in ("30", 30, 2.5)] == [30.0, 30.0, 2.5]


def test_a_uniform_distribution_stays_between_its_ends() -> None:
    drawn = [Distribution("uniform:10,60").draw(chance) for chance in map(Random, range(500))]
    assert 10 <= min(drawn) < 12
    assert 58 < max(drawn) <= 60


def test_a_lognormal_distribution_has_the_median_and_the_spread_that_were_said() -> None:
    chance = Random(7)
    drawn = [Distribution("lognormal:300,0.8").draw(chance) for _ in range(4000)]
    assert 280 < median(drawn) < 320
    assert 0.76 < stdev(map(log, drawn)) < 0.84


@pytest.mark.parametrize(
    "written",
    ["", "many", "lognormal:300", "uniform:60,10", "lognormal:0,1", "lognormal:300,9", "-1", "1,2", True, "nan"],
)
def test_what_is_no_distribution_is_refused_with_what_one_is(written: object) -> None:
    with pytest.raises(ValueError, match=r"distribution|ends before|needs a median"):
        Distribution(written)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_distribution_or_refused(written: str) -> None:
    with suppress(ValueError):
        assert Distribution(written).draw(Random(1)) >= 0

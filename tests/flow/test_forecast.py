"""What a request may cost before it is sent: bounds made of its estimate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from tercet.flow.estimate import Estimate
from tercet.flow.forecast import forecast

DAY = date(2026, 11, 20)
ASKED = Estimate("claude-opus-5", likely_input=100, most_input=300, most_output=200)


def test_the_least_is_the_likely_input_and_a_token_and_the_most_is_all_that_is_allowed() -> None:
    found = forecast(ASKED, DAY)

    assert (found.tokens.likely, found.tokens.most) == (100, 500)
    assert (found.low, found.high) == (Decimal("0.000525"), Decimal("0.0065"))


def test_an_answer_of_no_tokens_costs_its_input() -> None:
    found = forecast(replace(ASKED, most_output=0), DAY)

    assert (found.low, found.high) == (Decimal("0.0005"), Decimal("0.0015"))


def test_the_least_is_read_from_the_cache_where_one_is_marked_and_the_model_has_a_price_for_it() -> None:
    assert forecast(replace(ASKED, cached="5m"), DAY).low == Decimal("0.000075")
    assert forecast(replace(ASKED, model="claude-2.1", cached="5m"), DAY).low == Decimal("0.000824")


def test_others_who_may_answer_count_at_most_and_not_at_least() -> None:
    found = forecast(replace(ASKED, also=(ASKED,)), DAY)

    assert (found.tokens, found.low, found.high) == ((100, 1_000), Decimal("0.000525"), Decimal("0.013"))


def test_where_nobody_knows_there_is_no_figure_and_the_line_says_so() -> None:
    unlimited = forecast(replace(ASKED, most_output=None), DAY)
    unknown = forecast(replace(ASKED, model="claude-of-tomorrow"), DAY)

    assert (unlimited.tokens.most, unlimited.high) == (None, None)
    assert repr(unlimited).endswith("100 tokens of input likely, ? in all at most; $0.000525 at least>")
    assert (unknown.low, unknown.high, unknown.tokens.most) == (None, None, 500)
    assert repr(unknown).endswith("500 in all at most; price not known>")

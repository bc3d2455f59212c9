"""An account's periods: each is found again, and where too many are kept apart, none counts for too little."""

from __future__ import annotations

from tercet.flow.accounts import KEPT, NOTHING, Account, Amount, PeriodSpan, enter, hold, settle


def spend(account: Account, period: int, tokens: int) -> None:
    enter(account, period, 0.0, "")
    hold(account, "one", Amount(0, tokens), 1.0)
    settle(account, "one", Amount(0, tokens))


def test_each_period_is_found_as_it_was_left() -> None:
    account = Account()
    for period in range(KEPT):
        spend(account, period * 10, period + 1)

    assert [enter(account, period * 10, 0.0, "").spent.tokens for period in range(KEPT)] == [*range(1, KEPT + 1)]


def test_beyond_those_that_are_kept_the_closest_two_count_as_the_most_of_either() -> None:
    account = Account()
    for period in range(KEPT):
        spend(account, period * 10, 1)
    spend(account, 3, 7)
    enter(account, 2_000, 0.0, "")

    assert len(account.others) == KEPT
    assert PeriodSpan(0, 3, Amount(0, 7), NOTHING) in account.others
    assert [enter(account, period, 0.0, "").spent.tokens for period in (0, 2, 3, 10)] == [7, 7, 7, 1]

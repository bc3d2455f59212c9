"""Budgets: accounts as tables of steps, on a clock that the test turns."""

from __future__ import annotations

import pickle
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Context, Decimal, localcontext
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tercet.flow.budget import (
    Account,
    Amount,
    Budget,
    distinct_accounts,
    end_of,
    exceeded_error,
    nano_dollars,
    period_of,
    reserve,
    settle,
    state_of,
    turn_over,
)
from tercet.flow.store.memory import MemoryStore

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp()
DAY = 86_400


def usd(amount: str) -> Amount:
    return Amount(nano_dollars(amount))


def test_what_does_not_fit_is_not_reserved() -> None:
    account, budget = Account(), Budget(usd=1)

    assert reserve(account, budget, "a", usd("0.6"), 60.0)
    assert not reserve(account, budget, "b", usd("0.400001"), 60.0)
    assert reserve(account, budget, "c", usd("0.4"), 60.0)
    assert not reserve(account, budget, "d", usd("0.000001"), 60.0)


def test_what_was_not_used_can_be_used_by_others() -> None:
    account, budget = Account(), Budget(usd=1)
    reserve(account, budget, "a", usd("1"), 60.0)
    settle(account, "a", usd("0.25"))

    assert reserve(account, budget, "b", usd("0.75"), 60.0)
    assert not reserve(account, budget, "c", usd("0.01"), 60.0)


def test_what_is_not_known_counts_as_spent_in_full() -> None:
    account, budget = Account(), Budget(usd=1)
    reserve(account, budget, "a", usd("0.7"), 60.0)
    settle(account, "a", None)
    state = state_of(account, budget, NOON)

    assert (state.spent_usd, state.uncertain_usd, state.left_usd) == (Decimal("0.7"), Decimal("0.7"), Decimal("0.3"))


def test_where_part_is_known_only_that_and_the_rest_s_bound_counts() -> None:
    account, budget = Account(), Budget(usd=1)
    reserve(account, budget, "a", usd("0.7"), 60.0)
    settle(account, "a", None, usd("0.2"))

    assert state_of(account, budget, NOON).uncertain_usd == Decimal("0.2")


def test_both_limits_hold() -> None:
    budget = Budget(usd=1, tokens=100)

    assert not reserve(Account(), budget, "a", Amount(1, 101), 60.0)
    assert not reserve(Account(), budget, "a", Amount(1_000_000_001, 1), 60.0)
    assert reserve(Account(), budget, "a", Amount(1_000_000_000, 100), 60.0)


def test_a_lease_that_runs_out_makes_the_reservation_uncertain_never_free() -> None:
    account, budget = Account(), Budget(usd=1)
    reserve(account, budget, "killed", usd("0.9"), 60.0)
    turn_over(account, budget, NOON, 60.1, "")

    state = state_of(account, budget, NOON)
    assert (state.reserved_usd, state.uncertain_usd) == (Decimal(0), Decimal("0.9"))
    assert not reserve(account, budget, "b", usd("0.2"), 120.0)

    settle(account, "killed", usd("0.1"))  # it was only stopped, and comes late
    assert state_of(account, budget, NOON).spent_usd == Decimal("0.9")


def test_renewed_reservations_stay() -> None:
    account, budget = Account(), Budget(usd=1)
    reserve(account, budget, "a", usd("0.9"), 60.0)
    account.renew(["a", "gone"], 120.0)
    turn_over(account, budget, NOON, 100.0, "")

    assert state_of(account, budget, NOON).reserved_usd == Decimal("0.9")


def test_after_the_machine_starts_anew_nobody_can_settle_what_was_held() -> None:
    account, budget = Account(epoch="before"), Budget(usd=1)
    reserve(account, budget, "a", usd("0.9"), 1e9)
    turn_over(account, budget, NOON, 5.0, "after")

    assert state_of(account, budget, NOON).uncertain_usd == Decimal("0.9")


def test_a_new_period_begins_with_nothing_spent_and_keeps_what_is_under_way() -> None:
    account, budget = Account(), Budget(usd=1, per="day")
    turn_over(account, budget, NOON, 0.0, "")
    for token in "ab":
        reserve(account, budget, token, usd("0.4"), 1e9)
    settle(account, "a", usd("0.4"))
    turn_over(account, budget, NOON + DAY, 1.0, "")

    state = state_of(account, budget, NOON + DAY)
    assert (state.spent_usd, state.reserved_usd, state.left_usd) == (Decimal(0), Decimal("0.4"), Decimal("0.6"))
    settle(account, "b", usd("0.3"))
    assert state_of(account, budget, NOON + DAY).left_usd == Decimal(1)


@pytest.mark.parametrize("wrong", [NOON - 7200, NOON + 73 * 365 * DAY, 0.0, -1e9, 1e300, float("nan")])
def test_a_clock_that_was_wrong_finds_each_period_as_it_left_it(wrong: float) -> None:
    account, budget = Account(), Budget(usd=1, per="hour")
    turn_over(account, budget, NOON, 0.0, "")
    reserve(account, budget, "a", usd("0.75"), 1e9)
    reserve(account, budget, "b", usd("0.25"), 1e9)
    settle(account, "a", usd("0.5"))

    turn_over(account, budget, wrong, 1.0, "")
    assert state_of(account, budget, wrong).spent_usd == 0
    assert reserve(account, budget, "c", usd("0.75"), 1e9)
    settle(account, "b", usd("0.125"))
    settle(account, "c", usd("0.75"))
    turn_over(account, budget, NOON, 2.0, "")
    assert state_of(account, budget, NOON).spent_usd == Decimal("0.625")
    turn_over(account, budget, wrong, 3.0, "")
    assert state_of(account, budget, wrong).spent_usd == Decimal("0.75")


@pytest.mark.parametrize(
    ("per", "ends"),
    [
        (None, None),
        ("minute", datetime(2026, 3, 31, 12, 1, tzinfo=UTC)),
        ("hour", datetime(2026, 3, 31, 13, tzinfo=UTC)),
        ("day", datetime(2026, 4, 1, tzinfo=UTC)),
        ("month", datetime(2026, 4, 1, tzinfo=UTC)),
        (1800, datetime(2026, 3, 31, 12, 30, tzinfo=UTC)),
    ],
)
def test_when_a_budget_is_whole_again(per: Any, ends: datetime | None) -> None:
    assert end_of(per, period_of(per, NOON)) == ends


def test_a_month_ends_in_december_too() -> None:
    december = datetime(2026, 12, 5, tzinfo=UTC).timestamp()

    assert end_of("month", period_of("month", december)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_the_error_says_what_was_asked_what_is_left_and_when_there_is_more() -> None:
    account, budget = Account(), Budget(usd="5.00", per="day", tag="team-a")
    turn_over(account, budget, NOON, 0.0, "")
    reserve(account, budget, "a", usd("4.5"), 60.0)
    settle(account, "a", usd("4.5"))
    reserve(account, budget, "b", usd("0.4"), 60.0)

    error = exceeded_error(budget, state_of(account, budget, NOON), usd("0.2"))

    assert str(error) == (
        "This request may use up to $0.2, and $0.1 is left of the budget of $5 per day for 'team-a' "
        "(spent $4.5, reserved $0.4); it is whole again at 2026-04-01 00:00:00 UTC. A lower max_tokens asks for less."
    )
    assert (error.unit, error.left, error.asked) == ("usd", Decimal("0.1"), Decimal("0.2"))
    assert (error.limit, error.spent, error.reserved) == (Decimal(5), Decimal("4.5"), Decimal("0.4"))
    assert (error.tag, error.resets_at) == ("team-a", datetime(2026, 4, 1, tzinfo=UTC))


def test_the_error_speaks_of_tokens_where_they_are_short() -> None:
    budget = Budget(usd=100, tokens=50)
    error = exceeded_error(budget, state_of(Account(), budget, NOON), Amount(10, 60))

    assert (error.unit, error.left, error.asked) == ("tokens", Decimal(50), Decimal(60))


@pytest.mark.parametrize(
    ("given", "held"),
    [(5, 5 * 10**9), (0.1, 10**8), ("0.0000000019", 1), (Decimal("1e-9"), 1), (0, 0), ("1e3", 10**12)],
)
def test_dollars_are_whole_nano_dollars_rounded_down(given: Any, held: int) -> None:
    with localcontext(Context(prec=2)):
        assert nano_dollars(given) == held


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"usd": -1},
        {"usd": "much"},
        {"usd": float("nan")},
        {"usd": float("inf")},
        {"usd": True},
        {"tokens": 1.5},
        {"tokens": -1},
        {"usd": 1, "per": "fortnight"},
        {"usd": "1e30"},
        {"usd": object()},
        {"tokens": True},
        {"tokens": 2**63},
        *(
            {"usd": 1, "per": per}
            for per in (0, -5, -0.0, True, "", "Day", float("nan"), float("inf"), 1e-300, 10**400, [], b"day")
        ),
        {"usd": 1, "tag": 5},
    ],
)
def test_a_budget_that_makes_no_sense_is_refused_in_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"(must be .*, not |needs a limit)"):
        Budget(**wrong)


def test_a_period_that_ends_after_all_calendars_has_no_end() -> None:
    state = Budget(usd=1, per=1e12).state()

    assert (state.left_usd, state.resets_at) == (Decimal(1), None)


def test_a_budget_of_this_process_cannot_go_to_another_where_it_would_begin_anew() -> None:
    with pytest.raises(TypeError, match="store="):
        pickle.dumps(Budget(usd=1))


def test_a_budget_in_a_file_can() -> None:
    budget = Budget(usd="0.5", tokens=7, per="day", tag="t", by_key=True, store="/nowhere/x.db")
    copied = pickle.loads(pickle.dumps(budget))

    assert vars(copied) == vars(budget)


def test_a_copy_of_a_budget_is_the_same_limit() -> None:
    budget = Budget(usd=1)

    assert deepcopy(budget) is budget


def test_budgets_of_one_tag_share_an_account_and_others_do_not() -> None:
    one, other, untagged = Budget(usd=1, tag="shared"), Budget(usd=1, tag="shared"), Budget(usd=1)

    assert one.store is other.store
    assert one.store is not untagged.store
    assert one.key("cred") == other.key("cred2")
    assert Budget(usd=1, by_key=True).key("a") != Budget(usd=1, by_key=True).key("b")


@settings(max_examples=150)
@given(
    limit=st.integers(0, 500),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["reserve", "settle", "lose", "die"]),
            st.integers(0, 7),
            st.integers(0, 200),
            st.floats(0, 1),
        ),
        max_size=60,
    ),
)
def test_whatever_happens_what_was_spent_never_passes_the_limit(
    limit: int, steps: list[tuple[str, int, int, float]]
) -> None:
    """As long as no request costs more than was reserved for it. And what is counted is the sum of its parts."""
    account, budget = Account(), Budget(tokens=limit)
    paid, open_holds, now = 0, {}, 0.0
    for kind, which, tokens, part in steps:
        token = str(which)
        if kind == "reserve" and token not in account.holds:
            if reserve(account, budget, token, Amount(0, tokens), now + 60):
                open_holds[token] = tokens
        elif kind == "settle" and token in open_holds:
            used = int(open_holds.pop(token) * part)
            paid += used
            settle(account, token, Amount(0, used))
        elif kind == "lose" and token in open_holds:
            paid += open_holds.pop(token)
            settle(account, token, None)
        elif kind == "die":
            now += 61
            turn_over(account, budget, NOON, now, "")
            paid += sum(open_holds.values())
            open_holds.clear()

    state = state_of(account, budget, NOON)
    assert state.spent_tokens == paid
    assert state.reserved_tokens == sum(open_holds.values())
    assert paid + state.reserved_tokens <= limit


def test_in_a_forked_child_what_the_parent_holds_counts_as_spent() -> None:
    account, budget = Account(), Budget(usd=1)
    reserve(account, budget, "the parent's", usd("0.6"), 60.0)
    account.after_fork()

    assert state_of(account, budget, NOON).uncertain_usd == Decimal("0.6")


# --- whose account it is -----------------------------------------------------------------------------------------------


def test_an_account_is_a_tag_a_unit_and_a_period() -> None:
    kinds: list[dict[str, Any]] = [
        {"usd": 1},
        {"tokens": 1},
        {"usd": 1, "per": "day"},
        {"usd": 1, "per": "month"},
        {"usd": 1, "tag": "a"},
        {"usd": 1, "tag": "a', 'usd"},
        {"usd": 1, "tag": "\udc80"},
        {"usd": 1, "by_key": True},
    ]
    assert len({Budget(**kind).key() for kind in kinds}) == len(kinds)
    assert Budget(usd=1, per="minute").key() == Budget(usd=5, per=60).key()
    assert all(key.isascii() for key in (Budget(**kind).key() for kind in kinds))


def test_a_budget_of_two_units_shares_each_with_those_of_that_unit() -> None:
    both, other = Budget(usd=1, tokens=100, tag="two units"), Budget(tokens=50, tag="two units")

    assert [part.key() for part in both.parts] == [Budget(usd=1, tag="two units").key(), other.key()]
    assert both.parts[1].store is other.store


def test_equal_budgets_are_one_and_of_two_limits_on_one_account_the_lower_one_holds() -> None:
    store, alone = MemoryStore(), Budget(usd=1)
    low, high = Budget(usd=1, store=store), Budget(usd=5, store=store)

    assert distinct_accounts([alone, alone]) == (alone,)
    assert distinct_accounts([high, low, Budget(usd=1, store=store)]) == distinct_accounts([low, high]) == (low,)
    assert len(distinct_accounts([Budget(usd=1), Budget(usd=1)])) == 2
    assert len(distinct_accounts([Budget(usd=1, store="/tmp/x/../a.db"), Budget(usd=2, store="/tmp/a.db")])) == 1


def test_who_looks_at_any_time_changes_nothing() -> None:
    class Watched(MemoryStore):
        def kept(self) -> bytes:
            return msgspec.msgpack.encode(self._states)

    store = Watched()
    budget = Budget(usd=1, per="day", store=store)
    store.update(budget.key(), Account, lambda account: settle_one(account, budget))
    before = store.kept()
    for wall in (NOON, NOON + 9 * DAY, NOON - 9 * DAY, 0.0, 1e300):
        budget.state(wall)

    assert store.kept() == before


def settle_one(account: Account, budget: Budget) -> None:
    turn_over(account, budget, NOON, 0.0, "")
    reserve(account, budget, "a", usd("0.5"), 1.0)
    settle(account, "a", usd("0.25"))
    reserve(account, budget, "b", usd("0.5"), 1.0)


@pytest.mark.parametrize("moment", ["now", True, datetime(2026, 12, 1, tzinfo=UTC), [1]])
def test_a_moment_that_is_no_number_of_seconds_is_refused_in_a_sentence(moment: Any) -> None:
    with pytest.raises(TypeError, match="seconds since 1970"):
        Budget(usd=1).state(moment)

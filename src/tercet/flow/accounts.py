"""The account of a budget, and its periods, as functions of its state: what is reserved, spent, and not known. Money is whole
nano-dollars, periods are whole UTC; a time that no calendar has counts as the nearest one that it has.

Theory of operation. An account keeps what was spent for each period that its clock has told, not for the newest alone: a
clock that is wrong once, in either direction, finds each period as it left it. What is reserved counts in every period
until it is settled, and is booked in the period that it was reserved in. Few periods are kept apart; beyond those, the
two that lie closest become one span that counts as spent whatever was the most in either: never too little. What cannot
be known counts as spent. Knows no network and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, TypeAlias

import msgspec

Period: TypeAlias = Literal["minute", "hour", "day", "month"]
SECONDS: dict[str, float] = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
SHORTEST = 1e-6
"""Seconds: a shorter period has numbers that no store holds."""
LONGEST = 1e300
"""Seconds, too: what is longer may be a whole number that no float holds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.toordinal()
_EARLIEST = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()
_LATEST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()


def check_per(per: Any) -> Period | float | None:
    """Return `per` as given. Raises ValueError for what is no period."""
    if per is None or per in ("minute", "hour", "day", "month"):
        found: Period | None = per
        return found
    if isinstance(per, int | float) and not isinstance(per, bool) and SHORTEST <= per <= LONGEST:
        return per
    raise ValueError(f"per must be 'minute', 'hour', 'day', 'month', seconds above 0, or None for good, not {per!r}")


def period_name(per: Period | float | None) -> str:
    """Return a period's name in keys: the same for `minute` and 60."""
    return "" if per is None else "month" if per == "month" else repr(_seconds(per))


def period_of(per: Period | float | None, wall: float) -> int:
    """Return the number of the period that a time lies in."""
    if per is None:
        return 0
    if per == "month":
        day = _moment(wall)
        return day.year * 12 + day.month - 1
    return int(_sane(wall) // _seconds(per))


def end_of(per: Period | float | None, period: int) -> datetime | None:
    """Return when a period ends, and the budget is whole again. None: never, or after the year 9999."""
    if per is None:
        return None
    try:
        if per == "month":
            return datetime((period + 1) // 12, (period + 1) % 12 + 1, 1, tzinfo=UTC)
        return _EPOCH + timedelta(seconds=(period + 1) * _seconds(per))
    except (OverflowError, ValueError):
        return None


def day_of(wall: float) -> date:
    """Return the day of UTC that a time lies in."""
    return date.fromordinal(_FIRST_DAY + int(_sane(wall) // 86400.0))


def _seconds(per: Period | float) -> float:
    return SECONDS[per] if isinstance(per, str) else float(per)


def _moment(wall: float) -> datetime:
    return _EPOCH + timedelta(seconds=_sane(wall))


def _sane(wall: float) -> float:
    return wall if _EARLIEST <= wall <= _LATEST else _LATEST if wall > 0 else _EARLIEST if wall < 0 else 0.0


KEPT = 12
"""Spans of periods that an account keeps besides the current one."""
NANO_IN_MICRO = 1_000


class Amount(msgspec.Struct, frozen=True, array_like=True):
    """Count nano-dollars and tokens."""

    nano_usd: int = 0
    tokens: int = 0

    def plus(self, other: Amount) -> Amount:
        return Amount(self.nano_usd + other.nano_usd, self.tokens + other.tokens)

    def minus(self, other: Amount) -> Amount:
        return Amount(self.nano_usd - other.nano_usd, self.tokens - other.tokens)

    def most(self, other: Amount) -> Amount:
        return Amount(max(self.nano_usd, other.nano_usd), max(self.tokens, other.tokens))


NOTHING = Amount()


class Hold(msgspec.Struct):
    """Keep what is reserved for one request."""

    amount: Amount
    period: int
    expires: float


class PeriodSpan(msgspec.Struct, frozen=True, array_like=True):
    """Keep the most that was spent in any of these periods, both ends included."""

    first: int
    last: int
    spent: Amount
    uncertain: Amount

    def holds(self, period: int) -> bool:
        return self.first <= period <= self.last

    def join(self, other: PeriodSpan) -> PeriodSpan:
        first, last = min(self.first, other.first), max(self.last, other.last)
        return PeriodSpan(first, last, self.spent.most(other.spent), self.uncertain.most(other.uncertain))


class Account(msgspec.Struct):
    """Keep what was spent in the current period and in others, and what is reserved."""

    period: int = 0
    first: int = 0
    last: int = 0
    """The periods that the current figures stand for: as a rule the current one alone."""
    spent: Amount = NOTHING
    uncertain: Amount = NOTHING
    """For requests whose cost is not known: it counts as spent."""
    held: Amount = NOTHING
    holds: dict[str, Hold] = {}
    others: list[PeriodSpan] = []
    """In the order of time; never two that overlap."""
    epoch: str = ""
    adopted: bool = False
    """Whether an account of an earlier Tercet, if there was one, has been taken over."""

    def renew(self, tokens: Iterable[str], until: float) -> None:
        """Renew the holds of these tokens, whose holders live."""
        for token in tokens:
            if (hold := self.holds.get(token)) is not None:
                hold.expires = until

    def after_fork(self) -> None:
        """Settle all holds as not known: the parent settles them in its own copy, in this one nobody will."""
        for token in list(self.holds):
            settle(self, token, None)

    def copy(self) -> Account:
        """Return a copy to look at, which the decisions may change."""
        return msgspec.structs.replace(self, holds=dict(self.holds), others=list(self.others))


def enter(account: Account, period: int, now: float, epoch: str) -> Account:
    """Return the account in this period; what nobody can settle any more has become uncertain."""
    if account.period != period:
        _move(account, period)
    if account.epoch != epoch or any(hold.expires < now for hold in account.holds.values()):
        for token in [key for key, hold in account.holds.items() if account.epoch != epoch or hold.expires < now]:
            settle(account, token, None)
        account.epoch = epoch
    return account


def _move(account: Account, period: int) -> None:
    if not account.first <= period <= account.last:
        if account.spent != NOTHING or account.uncertain != NOTHING:
            _keep(account, PeriodSpan(account.first, account.last, account.spent, account.uncertain))
        found = next((span for span in account.others if span.holds(period)), None)
        if found is None:
            found = PeriodSpan(period, period, NOTHING, NOTHING)
        else:
            account.others.remove(found)
        account.first, account.last, account.spent, account.uncertain = msgspec.structs.astuple(found)
    account.period = period


def _keep(account: Account, span: PeriodSpan) -> None:
    apart = []
    for other in account.others:
        if other.first <= span.last and span.first <= other.last:
            span = span.join(other)
        else:
            apart.append(other)
    spans = sorted([*apart, span], key=lambda each: each.first)
    if len(spans) > KEPT:
        closest = min(range(len(spans) - 1), key=lambda at: spans[at + 1].first - spans[at].last)
        spans[closest : closest + 2] = [spans[closest].join(spans[closest + 1])]
    account.others = spans


def fits(account: Account, amount: Amount, usd: int | None, tokens: int | None) -> bool:
    """Return whether `amount` more stays within these limits, in nano-dollars and tokens."""
    counted = account.spent.plus(account.uncertain).plus(account.held).plus(amount)
    return (usd is None or counted.nano_usd <= usd) and (tokens is None or counted.tokens <= tokens)


def hold(account: Account, token: str, amount: Amount, until: float) -> None:
    """Reserve `amount` for this holder."""
    account.holds[token] = Hold(amount, account.period, until)
    account.held = account.held.plus(amount)


def held_in(account: Account) -> Amount:
    """Return what is reserved for the current period, without what is under way from others."""
    own = [each.amount for each in account.holds.values() if account.first <= each.period <= account.last]
    return Amount(sum(each.nano_usd for each in own), sum(each.tokens for each in own))


def settle(account: Account, token: str, used: Amount | None, uncertain: Amount | None = None) -> None:
    """Book what a request used that is over. None: it is not known; then `uncertain`, or all that was held, counts.

    Tokens that are not held (their lease ran out) were booked as uncertain, and stay so: too much rather than too little.
    """
    held = account.holds.pop(token, None)
    if held is None:
        return
    account.held = account.held.minus(held.amount)
    if used is None:
        _book(account, held.period, NOTHING, held.amount if uncertain is None else uncertain)
    else:
        _book(account, held.period, used, NOTHING)


def _book(account: Account, period: int, spent: Amount, uncertain: Amount) -> None:
    if account.first <= period <= account.last:
        account.spent, account.uncertain = account.spent.plus(spent), account.uncertain.plus(uncertain)
        return
    for at, span in enumerate(account.others):
        if span.holds(period):
            account.others[at] = PeriodSpan(
                span.first, span.last, span.spent.plus(spent), span.uncertain.plus(uncertain)
            )
            return
    if spent != NOTHING or uncertain != NOTHING:
        _keep(account, PeriodSpan(period, period, spent, uncertain))


# --- accounts of earlier versions --------------------------------------------------------------------------------------


class MicroAmount(msgspec.Struct, frozen=True, array_like=True):
    """Count micro-dollars and tokens."""

    micro_usd: int = 0
    tokens: int = 0

    def in_nano(self) -> Amount:
        return Amount(self.micro_usd * NANO_IN_MICRO, self.tokens)


class AccountBefore(msgspec.Struct):
    """Keep an account as Tercet 0.x did: one period, in micro-dollars. `held` is what its holders never settled."""

    period: int = 0
    spent: MicroAmount = MicroAmount()
    uncertain: MicroAmount = MicroAmount()
    held: MicroAmount = MicroAmount()

    def renew(self, tokens: Iterable[str], until: float) -> None:
        """Do nothing: nobody holds anything in it any more."""

    def after_fork(self) -> None:
        """Do nothing: nobody holds anything in it any more."""


def adopt(account: Account, before: AccountBefore | None) -> None:
    """Take over what an earlier Tercet counted in the account's current period, once."""
    if account.adopted:
        return
    account.adopted = True
    if before is not None and before.period == account.period:
        account.spent = account.spent.plus(before.spent.in_nano())
        account.uncertain = account.uncertain.plus(before.uncertain.in_nano()).plus(before.held.in_nano())

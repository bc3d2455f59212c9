"""A hard limit on money or tokens: what a request may cost at most is reserved before it leaves, and settled after.

Decisions as functions of an account's state. Money is whole micro-dollars. What cannot be known counts as spent: an
attempt without an answer, a process that was killed. The decisions know no network and no clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from tercet.flow.shared_state import Store, store_at
from tercet.wire.errors.refused import BudgetExceededError

Period: TypeAlias = Literal["minute", "hour", "day", "month"]
SECONDS: dict[str, float] = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
MICRO = Decimal(1_000_000)
EXACT = Context(prec=60)
"""Not the caller's context: a limit must not depend on somebody's rounding."""
_tagged: dict[str, Store] = {}
"""This process's own accounts that have a tag: the same tag, the same account."""


class Amount(msgspec.Struct, frozen=True, array_like=True):
    """Micro-dollars and tokens."""

    micro_usd: int = 0
    tokens: int = 0

    def plus(self, other: Amount) -> Amount:
        return Amount(self.micro_usd + other.micro_usd, self.tokens + other.tokens)

    def minus(self, other: Amount) -> Amount:
        return Amount(self.micro_usd - other.micro_usd, self.tokens - other.tokens)


class Hold(msgspec.Struct):
    """Reserved for one request."""

    amount: Amount
    period: int
    expires: float


class Account(msgspec.Struct):
    """What was spent in a period, and what is reserved."""

    period: int = 0
    spent: Amount = Amount()
    uncertain: Amount = Amount()
    """For requests whose cost is not known: it counts as spent."""
    held: Amount = Amount()
    holds: dict[str, Hold] = {}
    epoch: str = ""

    def renew(self, tokens: Iterable[str], until: float) -> None:
        """Those who hold these still live."""
        for token in tokens:
            if (hold := self.holds.get(token)) is not None:
                hold.expires = until

    def after_fork(self) -> None:
        """The parent settles what it holds in its own copy; in this one nobody will."""
        for token in list(self.holds):
            settle(self, token, None)


class Budget:
    """A hard limit in US dollars (`usd`), in tokens (`tokens`), or both, for all requests of a client.

    `per`: `minute`, `hour`, `day` or `month` (of UTC), or seconds; None: for good. Budgets of one `tag` share an account,
    as do all clients that are given the same Budget; `by_key=True` keeps one account for each credential. `store`: a path
    (SQLite) or `redis://` URL where the account survives the process and is shared; None: this process alone.
    """

    def __init__(
        self,
        *,
        usd: float | str | Decimal | None = None,
        tokens: int | None = None,
        per: Period | float | None = None,
        tag: str | None = None,
        by_key: bool = False,
        store: Any = None,
    ) -> None:
        if usd is None and tokens is None:
            raise ValueError("a budget needs a limit: usd= or tokens=")
        if tokens is not None and (type(tokens) is not int or tokens < 0):
            raise ValueError(f"tokens must be a whole number ≥ 0, not {tokens!r}")
        if per is not None and per not in (*SECONDS, "month") and not (isinstance(per, int | float) and per > 0):
            raise ValueError(f"per must be minute, hour, day, month or seconds > 0, not {per!r}")
        self.micro_usd = None if usd is None else micro_dollars(usd)
        self.tokens, self.tag, self.by_key, self.place = tokens, tag, by_key, store
        self.per: Period | float | None = per

    @cached_property
    def store(self) -> Store:
        """Where the account is kept."""
        if self.place is None and self.tag is not None:
            return _tagged.setdefault(self.tag, store_at(None))
        return store_at(self.place, durable=True)

    def key(self, credential: str = "") -> str:
        """The account's key in the store."""
        return f"budget:{self.tag or ''}:{credential if self.by_key else ''}"

    def state(self, wall: float | None = None, credential: str = "") -> BudgetState:
        """What is spent and what is left, now or at a time (seconds since 1970)."""
        wall = time.time() if wall is None else wall

        def look(account: Account) -> BudgetState:
            return state_of(turn_over(account, self, wall, self.store.now(), self.store.epoch), self, wall)

        return self.store.update(self.key(credential), Account, look)

    def __repr__(self) -> str:
        parts: dict[str, Any] = {
            "usd": None if self.micro_usd is None else dollars(self.micro_usd),
            "tokens": self.tokens,
        }
        parts |= {"per": self.per, "tag": self.tag}
        return f"Budget({', '.join(f'{name}={value}' for name, value in parts.items() if value is not None)})"

    def __reduce__(self) -> Any:
        if self.place is None or hasattr(self.place, "update"):
            raise TypeError(
                "a budget kept in this process cannot go to another one: give it store=, a path or redis:// URL"
            )
        return _budget, (self.micro_usd, self.tokens, self.per, self.tag, self.by_key, self.place)

    def __deepcopy__(self, memo: Any) -> Budget:
        return self  # the same limit, not a second one


def _budget(micro_usd: int | None, tokens: Any, per: Any, tag: Any, by_key: bool, place: Any) -> Budget:
    usd = None if micro_usd is None else dollars(micro_usd)
    return Budget(usd=usd, tokens=tokens, per=per, tag=tag, by_key=by_key, store=place)


class BudgetState(NamedTuple):
    """An account at a moment. Dollars are exact; None where the budget has no such limit."""

    spent_usd: Decimal
    spent_tokens: int
    uncertain_usd: Decimal
    """Part of what is spent: for requests whose cost is not known, at their most."""
    uncertain_tokens: int
    reserved_usd: Decimal
    reserved_tokens: int
    left_usd: Decimal | None
    left_tokens: int | None
    resets_at: datetime | None


def micro_dollars(usd: float | str | Decimal) -> int:
    """Dollars as whole micro-dollars, rounded down."""
    try:
        value = EXACT.multiply(Decimal(str(usd)), MICRO)
        if not value.is_finite() or value < 0:
            raise ValueError
    except (ValueError, ArithmeticError):
        raise ValueError(f"usd must be an amount ≥ 0 in US dollars, not {usd!r}") from None
    return int(value.to_integral_value(ROUND_FLOOR))


def rounded_up(usd: Decimal) -> int:
    """Dollars as whole micro-dollars, rounded up: as costs are counted."""
    return int(EXACT.multiply(usd, MICRO).to_integral_value(ROUND_CEILING))


def dollars(micro_usd: int) -> Decimal:
    """Micro-dollars as dollars."""
    return EXACT.divide(Decimal(micro_usd), MICRO)


def period_of(per: Period | float | None, wall: float) -> int:
    """The number of the period that a time lies in."""
    if per is None:
        return 0
    if per == "month":
        day = datetime.fromtimestamp(wall, UTC)
        return day.year * 12 + day.month - 1
    return int(wall // SECONDS.get(str(per), per if not isinstance(per, str) else 1.0))


def end_of(per: Period | float | None, period: int) -> datetime | None:
    """When a period ends, and the budget is whole again."""
    if per is None:
        return None
    if per == "month":
        return datetime((period + 1) // 12, (period + 1) % 12 + 1, 1, tzinfo=UTC)
    seconds = SECONDS.get(str(per), per if not isinstance(per, str) else 1.0)
    return datetime.fromtimestamp((period + 1) * seconds, UTC)


def turn_over(account: Account, budget: Budget, wall: float, now: float, epoch: str) -> Account:
    """The account at this time: a new period begins with nothing spent, and what nobody can settle is uncertain.

    A clock that is set back does not bring an old period again.
    """
    period = period_of(budget.per, wall)
    if period > account.period:
        account.period, account.spent, account.uncertain = period, Amount(), Amount()
    if account.epoch != epoch or any(hold.expires < now for hold in account.holds.values()):
        for token in [key for key, hold in account.holds.items() if account.epoch != epoch or hold.expires < now]:
            settle(account, token, None)
        account.epoch = epoch
    return account


def reserve(account: Account, budget: Budget, token: str, amount: Amount, until: float) -> bool:
    """Hold `amount` if it fits into what is left; whether it did."""
    counted = account.spent.plus(account.uncertain).plus(account.held).plus(amount)
    if budget.micro_usd is not None and counted.micro_usd > budget.micro_usd:
        return False
    if budget.tokens is not None and counted.tokens > budget.tokens:
        return False
    account.holds[token] = Hold(amount, account.period, until)
    account.held = account.held.plus(amount)
    return True


def settle(account: Account, token: str, used: Amount | None, uncertain: Amount | None = None) -> None:
    """The request is over: book what it used. None: it is not known; then `uncertain`, or all that was held, counts.

    Tokens that are not held (their lease ran out) were booked as uncertain, and stay so: too much rather than too little.
    """
    hold = account.holds.pop(token, None)
    if hold is None:
        return
    account.held = account.held.minus(hold.amount)
    if hold.period != account.period:
        return  # it belongs to a period that is over
    if used is not None:
        account.spent = account.spent.plus(used)
    else:
        account.uncertain = account.uncertain.plus(hold.amount if uncertain is None else uncertain)


def state_of(account: Account, budget: Budget, wall: float) -> BudgetState:
    """The account for people."""
    spent = account.spent.plus(account.uncertain)
    counted = spent.plus(account.held)
    return BudgetState(
        dollars(spent.micro_usd),
        spent.tokens,
        dollars(account.uncertain.micro_usd),
        account.uncertain.tokens,
        dollars(account.held.micro_usd),
        account.held.tokens,
        None if budget.micro_usd is None else max(Decimal(0), dollars(budget.micro_usd - counted.micro_usd)),
        None if budget.tokens is None else max(0, budget.tokens - counted.tokens),
        end_of(budget.per, account.period),
    )


def exceeded(budget: Budget, state: BudgetState, amount: Amount) -> BudgetExceededError:
    """The error for a request that does not fit: says what it may cost, what is left, and what to do."""
    in_dollars = state.left_usd is not None and dollars(amount.micro_usd) > state.left_usd
    unit = "usd" if in_dollars else "tokens"
    asked = dollars(amount.micro_usd) if in_dollars else Decimal(amount.tokens)
    left = Decimal((state.left_usd if in_dollars else state.left_tokens) or 0)
    limit = dollars(budget.micro_usd or 0) if in_dollars else Decimal(budget.tokens or 0)
    spent = state.spent_usd if in_dollars else Decimal(state.spent_tokens)
    reserved = state.reserved_usd if in_dollars else Decimal(state.reserved_tokens)
    shown = "${:f}".format if in_dollars else "{:f} tokens".format
    resets = f"; it is whole again at {state.resets_at:%Y-%m-%d %H:%M:%S} UTC" if state.resets_at else ""
    return BudgetExceededError(
        f"This request may use up to {shown(asked)}, and {shown(left)} is left of the budget of {shown(limit)}"
        f"{f' per {budget.per}' if budget.per else ''}{f' for {budget.tag!r}' if budget.tag else ''} "
        f"(spent {shown(spent)}, reserved {shown(reserved)}){resets}. A lower max_tokens asks for less.",
        unit=unit, limit=limit, spent=spent, reserved=reserved, left=left, asked=asked, tag=budget.tag,
        resets_at=state.resets_at,
    )  # fmt: skip

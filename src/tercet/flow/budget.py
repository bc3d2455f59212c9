"""A hard limit on money or tokens: what a request may cost at most is reserved before it leaves, and settled after.

Whose account it is, what a limit allows, and the account for people. Money is whole nano-dollars. The state itself and its
decisions stand in `accounts.py`; they know no network and no clock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import ROUND_FLOOR, Context, Decimal
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from tercet.flow.accounts import (
    Account,
    AccountBefore,
    Amount,
    Period,
    adopt,
    check_per,
    end_of,
    enter,
    fits,
    held_in,
    hold,
    period_name,
    period_of,
    settle,
)
from tercet.flow.store import store_at
from tercet.flow.store.store import S, Store
from tercet.wire.errors.limits import BudgetExceededError

__all__ = [
    "Account",
    "Amount",
    "Budget",
    "BudgetState",
    "distinct_accounts",
    "end_of",
    "exceeded_error",
    "nano_dollars",
    "period_of",
    "reserve",
    "settle",
    "state_of",
    "turn_over",
]

T = TypeVar("T")
NANO = Decimal(1_000_000_000)
LARGEST = 10**18
"""Nano-dollars or tokens: more than this no limit is, and no store holds."""
EXACT = Context(prec=60)
"""Not the caller's context: a limit must not depend on somebody's rounding."""
_tagged: dict[str, Store] = {}
"""This process's own accounts that have a tag: the same tag, the same account."""


class Budget:
    """A hard limit in US dollars (`usd`), in tokens (`tokens`), or both, for all requests of a client.

    `per`: `minute`, `hour`, `day` or `month` (of UTC), or seconds; None: for good. `store`: a path (SQLite) or `redis://`
    URL where the account survives the process and is shared; None: this process alone. In one store budgets share an
    account if their `tag`, their unit and their period are equal; each checks its own limit. So do all clients that are
    given the same Budget. `by_key=True` keeps one account for each credential.
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
        if tokens is not None and (type(tokens) is not int or not 0 <= tokens <= LARGEST):
            raise ValueError(f"tokens must be a whole number from 0 to {LARGEST:,}, not {tokens!r}")
        if tag is not None and not isinstance(tag, str):
            raise ValueError(f"tag must be a text, not {tag!r}")
        self.nano_usd = None if usd is None else nano_dollars(usd)
        self.per: Period | float | None = check_per(per)
        self.tokens, self.tag, self.by_key, self.place = tokens, tag, by_key, store
        unit = "tokens" if usd is None else "usd"
        self._key = f"money:{(tag or '', unit, period_name(per), by_key)!a}"
        self._before: dict[str, AccountBefore] = {}

    @cached_property
    def store(self) -> Store:
        """Return the store of the account."""
        if self.place is None and self.tag is not None:
            return _tagged.setdefault(self.tag, store_at(None))
        return store_at(self.place, durable=True)

    @property
    def parts(self) -> tuple[Budget, ...]:
        """Return the budgets of one unit that this one stands for, on the same store: itself, or one in dollars and one in tokens."""
        if self.nano_usd is None or self.tokens is None:
            return (self,)
        same: dict[str, Any] = {"per": self.per, "tag": self.tag, "by_key": self.by_key, "store": self.store}
        return (Budget(usd=dollars(self.nano_usd), **same), Budget(tokens=self.tokens, **same))

    def key(self, credential: str = "") -> str:
        """Return the account's key in the store."""
        return f"{self._key}{credential!a}" if self.by_key else self._key

    def changing(self, credential: str, wall: float, act: Callable[[Account], T]) -> Callable[[Account], T]:
        """Return a change of the account that hands it to `act` as it is at this time (seconds since 1970)."""
        store, before = self.store, self.account_before(credential)

        def changed(account: Account) -> T:
            turn_over(account, self, wall, store.now(), store.epoch)
            adopt(account, before)
            return act(account)

        return changed

    def account_before(self, credential: str) -> AccountBefore | None:
        """Return the account that an earlier Tercet kept in this store. The store is asked once."""
        if self.store.lease == float("inf"):
            return None  # nothing that it holds is older than this process
        old = self._key_before(credential)
        if old not in self._before:
            self._before[old] = read_state(self.store, old, AccountBefore, lambda account: account)
        return self._before[old]

    def has_looked(self, credential: str) -> bool:
        """Return whether the store was asked for it: from then on `changing` waits for nothing."""
        return not self.store.blocking or self._key_before(credential) in self._before

    def _key_before(self, credential: str) -> str:
        return f"budget:{self.tag or ''}:{credential if self.by_key else ''}"

    def state(self, wall: float | None = None, credential: str = "") -> BudgetState:
        """Return what is spent and what is left, now or at a time (seconds since 1970). Changes nothing."""
        wall = time.time() if wall is None else wall
        if isinstance(wall, bool) or not isinstance(wall, int | float):
            raise TypeError(
                f"state() takes seconds since 1970, as time.time() and datetime.timestamp() give them, not {wall!r:.80}"
            )
        states = [part._state(wall, credential) for part in self.parts]
        return states[0] if len(states) == 1 else states[0].with_tokens_of(states[1])

    def _state(self, wall: float, credential: str) -> BudgetState:
        store, before = self.store, self.account_before(credential)

        def look(kept: Account) -> BudgetState:
            account = turn_over(kept.copy(), self, wall, store.now(), store.epoch)
            adopt(account, before)
            return state_of(account, self, wall)

        return read_state(store, self.key(credential), Account, look)

    def __repr__(self) -> str:
        parts: dict[str, Any] = {
            "usd": None if self.nano_usd is None else f"{dollars(self.nano_usd):f}",
            "tokens": self.tokens,
        }
        parts |= {"per": self.per, "tag": self.tag}
        return f"Budget({', '.join(f'{name}={value}' for name, value in parts.items() if value is not None)})"

    def __reduce__(self) -> Any:
        if self.place is None or hasattr(self.place, "update"):
            raise TypeError(
                "a budget kept in this process cannot go to another one: give it store=, a path or redis:// URL"
            )
        return _budget, (self.nano_usd, self.tokens, self.per, self.tag, self.by_key, self.place)

    def __deepcopy__(self, memo: Any) -> Budget:
        return self  # the same limit, not a second one


def _budget(nano_usd: int | None, tokens: Any, per: Any, tag: Any, by_key: bool, place: Any) -> Budget:
    usd = None if nano_usd is None else dollars(nano_usd)
    return Budget(usd=usd, tokens=tokens, per=per, tag=tag, by_key=by_key, store=place)


class _SeenError(Exception):
    """Raised to end a change that only looks, so that no store writes anything."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def read_state(store: Store, key: str, kind: type[S], look: Callable[[S], T]) -> T:
    """Return what `look` finds in a state, which stays as it is."""

    def change(state: S) -> None:
        raise _SeenError(look(state))

    try:
        store.update(key, kind, change)
    except _SeenError as seen:
        value: T = seen.value
        return value
    raise AssertionError("a store calls every change")


def distinct_accounts(budgets: Iterable[Budget]) -> Sequence[Budget]:
    """Return budgets of one unit each, one for each account: of several limits on one account, the lowest."""
    found: dict[Any, Budget] = {}
    for budget in budgets:
        for part in budget.parts:
            account = (_place_of(part), part.key(), part.by_key)
            if account not in found or _limit(part) < _limit(found[account]):
                found[account] = part
    return tuple(found.values())


def _place_of(budget: Budget) -> Any:
    place = budget.place
    if place is None:
        return ("tag", budget.tag) if budget.tag is not None else id(budget)
    if hasattr(place, "update"):
        return id(place)
    text = str(place)
    return text if "://" in text else os.path.realpath(text)


def _limit(budget: Budget) -> int:
    limit = budget.tokens if budget.nano_usd is None else budget.nano_usd
    assert limit is not None
    return limit


class BudgetState(NamedTuple):
    """Show an account at a moment. Dollars are exact; None where the budget has no such limit."""

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

    def with_tokens_of(self, other: BudgetState) -> BudgetState:
        """Return this with the other's figures for tokens."""
        names = ("spent_tokens", "uncertain_tokens", "reserved_tokens", "left_tokens")
        return self._replace(**{name: getattr(other, name) for name in names})


def nano_dollars(usd: float | str | Decimal) -> int:
    """Return dollars as whole nano-dollars, rounded down."""
    try:
        value = EXACT.multiply(Decimal(str(usd)), NANO)
        if not value.is_finite() or not 0 <= value <= LARGEST:
            raise ValueError
    except (ValueError, ArithmeticError):
        raise ValueError(f"usd must be an amount in US dollars, from 0 to {dollars(LARGEST):,f}, not {usd!r}") from None
    return int(value.to_integral_value(ROUND_FLOOR))


def dollars(nano_usd: int) -> Decimal:
    """Return nano-dollars as dollars."""
    return EXACT.divide(Decimal(nano_usd), NANO)


def turn_over(account: Account, budget: Budget, wall: float, now: float, epoch: str) -> Account:
    """Return the account in the period of this time, with what was spent in it; what nobody can settle is uncertain."""
    return enter(account, period_of(budget.per, wall), now, epoch)


def reserve(account: Account, budget: Budget, token: str, amount: Amount, until: float) -> bool:
    """Hold `amount` if it fits into what is left. Returns whether it did."""
    if not fits(account, amount, budget.nano_usd, budget.tokens):
        return False
    hold(account, token, amount, until)
    return True


def state_of(account: Account, budget: Budget, wall: float) -> BudgetState:
    """Return the account for people. What is reserved for another period is so in this one as far as there is room."""
    spent, own = account.spent.plus(account.uncertain), held_in(account)
    usd, tokens = (
        most if limit is None else min(most, max(least, limit - counted))
        for limit, counted, least, most in (
            (budget.nano_usd, spent.nano_usd, own.nano_usd, account.held.nano_usd),
            (budget.tokens, spent.tokens, own.tokens, account.held.tokens),
        )
    )
    return BudgetState(
        dollars(spent.nano_usd),
        spent.tokens,
        dollars(account.uncertain.nano_usd),
        account.uncertain.tokens,
        dollars(usd),
        tokens,
        None if budget.nano_usd is None else dollars(max(0, budget.nano_usd - spent.nano_usd - usd)),
        None if budget.tokens is None else max(0, budget.tokens - spent.tokens - tokens),
        end_of(budget.per, account.period),
    )


def exceeded_error(budget: Budget, state: BudgetState, amount: Amount) -> BudgetExceededError:
    """Return the error for a request that does not fit: says what it may cost, what is left, and what to do."""
    in_dollars = state.left_usd is not None and dollars(amount.nano_usd) > state.left_usd
    unit = "usd" if in_dollars else "tokens"
    asked = dollars(amount.nano_usd) if in_dollars else Decimal(amount.tokens)
    left = Decimal((state.left_usd if in_dollars else state.left_tokens) or 0)
    limit = dollars(budget.nano_usd or 0) if in_dollars else Decimal(budget.tokens or 0)
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

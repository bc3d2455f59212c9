"""One attempt's reservations in its budgets: what it may cost, at catalog prices, and what it did cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from secrets import token_hex
from typing import TypeAlias

from msgspec.structs import replace

from tercet.catalog import prices
from tercet.flow import budget as decide
from tercet.flow.budget import EXACT, MICRO, Account, Amount, Budget, rounded_up
from tercet.flow.estimate import Asked
from tercet.flow.turns import count, fingerprint, leases_of
from tercet.flow.usage import Used
from tercet.wire.errors.refused import BudgetUnknownError, SharedStateError
from tercet.wire.errors.tree import AnthropicError
from tercet.wire.http import Request

SEARCH = 10_000
"""Micro-dollars of one web search."""
Settlement: TypeAlias = tuple[Amount | None, Amount | None]
"""What a request used if that is known, or what it counts for if it is not."""
COUNTED = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


class Money:
    """What one attempt holds in budgets."""

    def __init__(
        self, budgets: Sequence[Budget], request: Request, asked: tuple[Asked, ...], wall_clock: Callable[[], float]
    ) -> None:
        self._budgets, self._asked, self._wall_clock = budgets, asked, wall_clock
        self._token = token_hex(8)
        self._credential = fingerprint(request) if any(budget.by_key for budget in budgets) else ""
        self._held: list[tuple[Budget, Amount]] = []

    def reserve(self) -> None:
        """Hold the most that this may cost in every budget. Raises BudgetExceededError, BudgetUnknownError."""
        for budget in self._budgets:
            amount = most(self._asked, budget, self._day())
            self._held.append((budget, amount))  # before it is: a writer that fails may have written
            key, store, wall = budget.key(self._credential), budget.store, self._wall_clock()

            def fits(
                account: Account, budget: Budget = budget, amount: Amount = amount, wall: float = wall
            ) -> decide.BudgetState | None:
                now, epoch = budget.store.now(), budget.store.epoch
                decide.turn_over(account, budget, wall, now, epoch)
                if decide.reserve(account, budget, self._token, amount, now + budget.store.lease):
                    return None
                return decide.state_of(account, budget, wall)

            try:
                short = store.update(key, Account, fits)
            except SharedStateError as error:
                if not error.may_be_written:
                    self._held.pop()
                raise
            if short is not None:
                self._held.pop()
                raise decide.exceeded(budget, short, amount)
            leases_of(store).keep(self._token, key, Account)

    def _day(self) -> date:
        return datetime.fromtimestamp(self._wall_clock(), UTC).date()

    def end(self, used: Used | None, *, answers: bool = True) -> None:
        """The request is over, and may have cost what `used` says; None: as much as it could. `answers`: it may have
        been billed for an answer, too."""
        self._settle_each(lambda budget, held: self._cost(budget, held, used, answers))

    def _cost(self, budget: Budget, held: Amount, used: Used | None, answers: bool) -> Settlement:
        known = None if used is None or self._asked[0].batch else actual(self._asked[0], budget, used, self._day())
        if known is not None and used is not None and used.final:
            return known, None
        if known is not None or answers:
            return None, held if known is None else known
        unanswered = tuple(replace(each, most_output=0) for each in self._asked)
        return None, most(unanswered, budget, self._day())

    def unused(self) -> None:
        """Nothing was billed."""
        self._settle_each(lambda budget, held: (Amount(), None))

    def _settle_each(self, cost: Callable[[Budget, Amount], Settlement]) -> None:
        """Settle every budget, and raise afterwards what kept one from being written."""
        problem: AnthropicError | None = None
        for budget, held in self._held:
            try:
                self._settle(budget, *cost(budget, held))
            except AnthropicError as error:
                problem = error
        if problem is not None:
            raise problem

    def _settle(self, budget: Budget, used: Amount | None, uncertain: Amount | None) -> None:
        store, key = budget.store, budget.key(self._credential)
        leases_of(store).drop(self._token, key)

        def settled(account: Account) -> None:
            decide.turn_over(account, budget, self._wall_clock(), store.now(), store.epoch)
            decide.settle(account, self._token, used, uncertain)

        store.update(key, Account, settled)


def most(asked: tuple[Asked, ...], budget: Budget, day: date) -> Amount:
    """The most that these requests may take from a budget, together."""
    total = Amount()
    for each in asked:
        if each.most_output is None:
            raise BudgetUnknownError(
                f"What a request to {each.model!r} may cost is not known: it sets no max_tokens, and the model's limit is "
                "not in the catalog."
            )
        money = 0 if budget.micro_usd is None else _most_money(each, each.most_output, day)
        total = total.plus(Amount(money, each.most_input + each.most_output))
    return total


def _most_money(asked: Asked, output: int, day: date) -> int:
    rates = prices.rates(
        asked.model, day, prompt_tokens=asked.most_input, batch=asked.batch, us=asked.us, fast=asked.fast
    )
    if rates is None:
        raise BudgetUnknownError(
            f"The price of {asked.model!r}{' at this speed' if asked.fast else ''} is not known, so a budget in dollars "
            "cannot allow it. Use a budget in tokens, or give the catalog the price (tercet.catalog.load)."
        )
    written = {"5m": rates.cache_write_5m, "1h": rates.cache_write_1h}.get(asked.cached or "")
    input_rate = max(rates.input, written or rates.input)
    read, written_out = (
        EXACT.multiply(Decimal(n), rate) for n, rate in ((asked.most_input, input_rate), (output, rates.output))
    )
    return rounded_up(EXACT.divide(EXACT.add(read, written_out), MICRO)) + asked.searches * SEARCH


def actual(asked: Asked, budget: Budget, used: Used, day: date) -> Amount | None:
    """What an answer took from a budget. None where its price is not known, or its usage makes no sense.

    An answer that broke off counts with all the output it could have had.
    """
    usage = used.usage
    if not used.final:
        usage = {**usage, "output_tokens": asked.most_output or 0}
    tokens = sum(count(usage, name) for name in COUNTED)
    if budget.micro_usd is None:
        return Amount(0, tokens)
    money = prices.price(asked.model, usage, day, us=asked.us, fast=asked.fast)
    return None if money is None else Amount(rounded_up(money), tokens)

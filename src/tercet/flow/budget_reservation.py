"""One attempt's reservations in its budgets: what it may cost, at catalog prices, and what it did cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from msgspec.structs import replace

from tercet.flow import budget as decide
from tercet.flow.budget import LARGEST, Account, Amount, Budget
from tercet.flow.cost import cost_of_answer, most_cost, price_day
from tercet.flow.effects import Plan, Wait, Work
from tercet.flow.estimate import Estimate
from tercet.flow.reservation import fingerprint, leases_of
from tercet.flow.store.store import Store
from tercet.flow.usage import ReportedUsage, tokens_of
from tercet.wire.errors.limits import BudgetUnknownError, SharedStateError
from tercet.wire.errors.tree import AnthropicError
from tercet.wire.http import Request

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
Settlement: TypeAlias = tuple[Amount | None, Amount | None]
"""What a request used if that is known, or what it counts for if it is not."""


class BudgetReservation:
    """Hold what one attempt may cost in budgets, each of one unit and with an account of its own."""

    def __init__(
        self, budgets: Sequence[Budget], request: Request, asked: tuple[Estimate, ...], wall_clock: Callable[[], float]
    ) -> None:
        self._budgets, self._asked, self._wall_clock = budgets, asked, wall_clock
        self._token = token_hex(8) if budgets else ""
        self._credential = fingerprint(request) if any(budget.by_key for budget in budgets) else ""
        self._held: list[tuple[Budget, str, Amount]] = []
        """With the holder's token in each: two addresses of one store must not meet."""

    def reserve(self) -> Plan[None]:
        """Hold the most that this may cost in every budget. Raises BudgetExceededError, BudgetUnknownError."""
        for budget in self._budgets:
            amount, token = most(self._asked, budget, self._day()), f"{self._token}{len(self._held)}"
            self._held.append((budget, token, amount))  # before it is: a writer that fails may have written
            store, key, wall = budget.store, budget.key(self._credential), self._wall_clock()

            def fits(
                account: Account,
                budget: Budget = budget,
                token: str = token,
                amount: Amount = amount,
                wall: float = wall,
            ) -> decide.BudgetState | None:
                if decide.reserve(account, budget, token, amount, budget.store.now() + budget.store.lease):
                    return None
                return decide.state_of(account, budget, wall)

            try:
                change = yield from self._changing(budget, wall, fits)
                short = yield from write_account(store, key, change)
            except SharedStateError as error:
                if not error.may_be_written:
                    self._held.pop()
                raise
            if short is not None:
                self._held.pop()
                raise decide.exceeded_error(budget, short, amount)
            leases_of(store).keep(token, key, Account)

    def _changing(self, budget: Budget, wall: float, act: Callable[[Account], T]) -> Plan[Callable[[Account], T]]:
        """Make a change of the account; the first one may have to wait for the store, in a thread."""
        if budget.has_looked(self._credential):
            return budget.changing(self._credential, wall, act)
        if (error := (yield Work(partial(_look, budget, self._credential)))) is not None:
            raise error
        return budget.changing(self._credential, wall, act)

    def _day(self) -> date:
        return price_day(self._wall_clock())

    def end(self, used: ReportedUsage | None, *, answers: bool = True) -> None:
        """Settle a request that is over, and may have cost what `used` (sane) says; None: as much as it could. `answers`: it may
        have been billed for an answer, too."""
        self._settle_each(lambda budget, held: self._cost(budget, held, used, answers))

    def _cost(self, budget: Budget, held: Amount, used: ReportedUsage | None, answers: bool) -> Settlement:
        asked = self._asked[0] if len(self._asked) == 1 else None
        known = None if used is None or asked is None or asked.batch else actual(asked, budget, used, self._day())
        if known is not None and used is not None and used.final:
            return known, None
        if known is not None or answers:
            return None, self._bound(budget, held, asked, used) if known is None else known
        unanswered = tuple(replace(each, most_output=0) for each in self._asked)
        return None, most(unanswered, budget, self._day())

    def _bound(self, budget: Budget, held: Amount, asked: Estimate | None, used: ReportedUsage | None) -> Amount:
        """Return what an answer counts for that is not known: what is held, or more where a dearer model began to answer."""
        if used is None or asked is None or asked.batch or budget.nano_usd is None:
            return held
        high = cost_of_answer(asked, used, self._day()).high
        return held if high is None else Amount(max(held.nano_usd, high), held.tokens)

    def refund(self) -> None:
        """Give everything back: nothing was billed."""
        self._settle_each(lambda budget, held: (Amount(), None))

    def _settle_each(self, cost: Callable[[Budget, Amount], Settlement]) -> None:
        """Settle every budget, and raise afterwards what kept one from being written."""
        problem: AnthropicError | None = None
        held, self._held = self._held, []
        for budget, token, amount in held:
            try:
                self._settle(budget, token, *cost(budget, amount))
            except AnthropicError as error:
                problem = error
        if problem is not None:
            raise problem

    def _settle(self, budget: Budget, token: str, used: Amount | None, uncertain: Amount | None) -> None:
        store, key = budget.store, budget.key(self._credential)
        leases_of(store).drop(token, key)

        def settled(account: Account) -> None:
            decide.settle(account, token, used, uncertain)

        change = budget.changing(self._credential, self._wall_clock(), settled)
        if store.blocking:
            store.begin(key, Account, change, trails=True).add_done_callback(_log_failure)
        else:
            store.update(key, Account, change)


def _look(budget: Budget, credential: str) -> Exception | None:
    try:
        budget.account_before(credential)
    except Exception as error:  # handed on as a value, and raised by the plan that asked
        return error
    return None


def write_account(store: Store, key: str, change: Callable[[Account], T]) -> Plan[T]:
    """Change an account, and go on when that is safe."""
    if not store.blocking:
        return store.update(key, Account, change)
    future = store.begin(key, Account, change)
    try:
        yield Wait(future)
    finally:
        future.cancel()  # whoever called is gone: what has not begun is not done
    return future.result()


def _log_failure(future: Future[None]) -> None:
    if (error := future.exception()) is not None:
        log_unsettled(error)


def log_unsettled(error: BaseException) -> None:
    """Log that a request could not be settled, and leave it to the lease: what was answered is paid for."""
    import logging

    logging.getLogger("tercet").warning(
        "A request could not be settled; what it had reserved counts in full: %s", error
    )


def most(asked: tuple[Estimate, ...], budget: Budget, day: date) -> Amount:
    """Return the most that these requests may take from a budget, together, with all who may answer for them."""
    tokens = sum([_most_tokens(each) for each in _everyone(asked)])
    money = 0 if budget.nano_usd is None else most_cost(asked, day)
    if money is None:
        raise _unknown_price(asked, day)
    return Amount(min(money, LARGEST + 1), min(tokens, LARGEST + 1))


def _everyone(asked: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    if len(asked) == 1 and not asked[0].also:
        return asked
    return tuple(each for one in asked for each in (one, *one.also))


def _most_tokens(asked: Estimate) -> int:
    if asked.unknown:
        raise BudgetUnknownError(
            f"Nothing was sent: what this request may cost is not known, since {asked.unknown}. Use the client's methods "
            "(messages, batches), or send it from a client without a budget: client.with_options(budget=None)."
        )
    if asked.most_output is None:
        raise BudgetUnknownError(
            f"Nothing was sent: what a request to {asked.model!r} may cost is not known. It sets no max_tokens, and the "
            "model's limit is not in the catalog."
        )
    return asked.most_input + asked.most_output


def _unknown_price(asked: tuple[Estimate, ...], day: date) -> BudgetUnknownError:
    alone = (replace(each, also=()) for each in _everyone(asked))
    one = next(each for each in alone if most_cost((each,), day) is None)
    return BudgetUnknownError(
        f"Nothing was sent: the price of {one.model!r}{' at this speed' if one.fast else ''} is not known, so a "
        "budget in dollars cannot allow it. Use a budget in tokens, or give the catalog the price "
        "(tercet.catalog.load)."
    )


def actual(asked: Estimate, budget: Budget, used: ReportedUsage, day: date) -> Amount | None:
    """Return what an answer took from a budget, at the price of the model that answered. None where that is not known.

    An answer that broke off counts with all the output it could have had.
    """
    if asked.also and (used.model is None or not used.final):
        return None
    if asked.grows and not used.final:
        return None
    usage = used.usage if used.final else {**used.usage, "output_tokens": asked.most_output or 0}
    tokens = tokens_of(usage)
    if budget.nano_usd is None:
        return Amount(0, tokens)
    cost = cost_of_answer(asked, used, day)
    money = cost.known if used.final else cost.high
    return None if money is None else Amount(money, tokens)

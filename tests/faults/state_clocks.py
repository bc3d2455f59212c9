"""Row 138: budgets per minute, day and month in one store, on a wall clock that is wrong, forwards and backwards.

In each period, whatever the clock said before and after: what was billed in it is booked in it, its limit is not passed, and
nothing is reserved by nobody.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from tests.faults.children import Child, until
from tests.faults.held import COST, LEASE, Memory, Place
from tests.faults.server import FaultServer, Steps
from tests.faults.state_limits import FAULTS, WORLDS, Fault, client_of, figures, said_by, said_in_loop

from tercet.flow.accounts import KEPT, period_of
from tercet.flow.budget import NANO, Budget

Problems = Iterator[tuple[str, list[str]]]
PERIODS: tuple[Any, ...] = ("minute", "day", "month", 7.5)
TODAY = 1_796_000_000.0
DAY = 86_400.0
JUMPS = (0.1, 7.4, 60.0, 3_600.0, DAY, 31 * DAY, 366 * DAY, 3_660 * DAY)
"""Seconds that a clock may be wrong by."""
LOW = 12
"""Answers that a period's budget pays for."""
PLAYED = [fault for fault in FAULTS if fault.name in ("answered", "refused", "unanswered", "an error in 200")]


class Clock:
    """A wall clock that somebody sets."""

    def __init__(self) -> None:
        self.at = TODAY

    def __call__(self) -> float:
        return self.at


def _budgets(place: Place, store: Any = None) -> list[Budget]:
    usd = LOW * Decimal(COST) / NANO
    return [Budget(usd=usd, per=per, store=place.named() if store is None else store) for per in PERIODS]


def _set(client: Any, clock: Clock) -> Any:
    client._policies.admission.wall_clock = clock
    return client


def clocks(server: FaultServer, place: Place, worlds: Sequence[str] = WORLDS, *, calls: int = 400) -> Problems:
    """138: between two calls, and between a request and its answer, the clock goes anywhere."""
    for world in worlds:
        for name, places in (("few", 5), ("many", 3 * KEPT)):
            with place.clean() as clean:
                problems = _wander(server, _budgets(clean), world, calls, places)
            yield f"138 a clock that goes to {name} places, {calls} calls · {world} · {place.name}", problems


def _wander(server: FaultServer, budgets: list[Budget], world: str, calls: int, places: int) -> list[str]:
    dice, clock = random.Random(138), Clock()
    stops = [TODAY + dice.choice((-1, 1)) * dice.choice(JUMPS) * dice.random() for _ in range(places)]
    billed: Counter[tuple[int, int]] = Counter()
    """(budget, period) -> nano-dollars that the server may have billed for requests that left in it."""
    sent: list[tuple[float, Fault]] = []
    fault = PLAYED[0]

    def answer(body: bytes) -> Steps:
        sent.append((clock.at, fault))
        clock.at = dice.choice((clock.at, dice.choice(stops)))
        return fault.steps("Anthropic")

    server.play(answer)
    client, loop = _set(client_of("Anthropic", world, server, budgets), clock), asyncio.new_event_loop()
    problems, said = [], []
    for _ in range(calls):
        clock.at, fault = dice.choice(stops), dice.choice(PLAYED)
        said.append(
            said_by(client, fault) if world == "blocking" else loop.run_until_complete(said_in_loop(client, fault))
        )
    closed = client.close()
    if world == "async":
        loop.run_until_complete(closed)
    loop.close()
    for wall, each in sent:
        for number, budget in enumerate(budgets):
            billed[number, period_of(budget.per, wall)] += each.bill.nano_usd
    for wall in stops:
        for number, budget in enumerate(budgets):
            problems += _wrong_at(wall, budget, billed[number, period_of(budget.per, wall)])
    if not {"answered", "BudgetExceededError"} <= set(said):
        problems.append(f"they ended with {sorted(set(said))}")
    return problems


def _wrong_at(wall: float, budget: Budget, due: int) -> list[str]:
    """What is wrong with the account of the period in which this time lies."""
    limit, spent, uncertain, held, left = figures(budget, budget.state(wall))
    said = f"{budget} at {wall}: {due} billed, {spent} booked, {uncertain} of them uncertain, {held} held, {left} left"
    right = due <= spent <= limit and uncertain <= spent and held == 0 and spent + left == limit
    return [] if right else [said]


def killed_in_another_time(server: FaultServer, place: Place) -> Problems:
    """138: `kill -9` of a process whose clock is wrong: what it held is booked where it was, and today has its money back."""
    if isinstance(place, Memory):
        return
    for ahead in (-3_660 * DAY, -DAY, 31 * DAY, 3_660 * DAY):
        with place.clean() as clean:
            clock = Clock()
            clock.at += ahead
            server.play([next(fault for fault in FAULTS if fault.name == "cancelled").steps("Anthropic")])

            def ask(clean: Place = clean, clock: Clock = clock) -> str:
                budgets = _budgets(clean, clean.store())
                return said_by(_set(client_of("Anthropic", "blocking", server, budgets), clock), FAULTS[0])

            child = Child(ask)
            until(lambda: server.requests, "the request")
            child.end(kill=True)
            problems = [f"it ended with {child.status}"] * (child.status != -signal.SIGKILL)
            problems += _while_held(_budgets(clean, clean.store()))
            for budget in _budgets(clean, clean.store(ahead=LEASE + 1)):
                there, here = budget.state(clock.at), budget.state(TODAY)
                apart = period_of(budget.per, clock.at) != period_of(budget.per, TODAY)
                if there.reserved_usd or here.reserved_usd or (apart and here.spent_usd):
                    problems.append(f"{budget}, later: {there} there, {here} here")
                problems += _wrong_at(clock.at, budget, COST)
        yield f"138 killed {ahead / DAY:+.0f} days away · {place.name}", problems


def _while_held(budgets: list[Budget]) -> list[str]:
    """While its lease runs nobody can say whose period it will be: no period may spend that money, and none is overdrawn."""
    problems = []
    for budget in budgets:
        limit, spent, _, held, left = figures(budget, budget.state(TODAY))
        if spent or held < COST or held + left != limit:
            problems.append(f"{budget}: {spent} spent, {held} reserved, {left} left of {limit}")
    return problems


CHECKS = (clocks, killed_in_another_time)

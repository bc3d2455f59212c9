"""Budgets against a model of ten lines: whatever is asked, answered, lost and killed, on whatever clocks, between whatever
budgets of a store. `TERCET_EXAMPLES=10000` tries as many."""

from __future__ import annotations

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as done
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.client.platforms.clouds import GIVEN, cloud
from tests.client.scripted import ASK, JSON, KEY, Script
from tests.flow.store.servers import redis_server

import tercet
from tercet.catalog.loading import as_of
from tercet.flow import budget_reservation
from tercet.flow.accounts import KEPT, Account, Amount, day_of, enter, fits, hold, period_of, settle
from tercet.flow.budget import Budget
from tercet.flow.effects import Lost, Plan, Reply, Send, Wait, Work
from tercet.flow.estimate import estimates_of
from tercet.flow.limits import LimitLayer
from tercet.flow.store.memory import MemoryStore
from tercet.flow.store.redis import RedisStore
from tercet.flow.store.sqlite import SQLiteStore
from tercet.wire.http import Headers, Request

EXAMPLES = int(os.environ.get("TERCET_EXAMPLES", "60"))
pytestmark = pytest.mark.timeout(max(120, EXAMPLES // 5))
NOON = 1_790_000_000.0
CLOCKS = [0.0, NOON, NOON + 61, NOON + 86_400, NOON - 40 * 86_400, NOON + 73 * 365 * 86_400]
LEASE = 60.0


def request(max_tokens: int, batch: bool) -> Request:
    params = {**ASK, "max_tokens": max_tokens}
    body = {"requests": [{"custom_id": "a", "params": params}] * 2} if batch else params
    path = "/v1/messages/batches" if batch else "/v1/messages"
    return Request("POST", f"http://local{path}", Headers({"x-api-key": KEY}), json.dumps(body).encode())


class Model:
    """What an account is: sums for each period, and what is held."""

    def __init__(self) -> None:
        self.spent: dict[Any, int] = defaultdict(int)
        self.held: dict[Any, tuple[Any, int]] = {}

    def fits(self, period: Any, amount: int, limit: int) -> bool:
        return self.spent[period] + sum(each for _, each in self.held.values()) + amount <= limit

    def settle(self, holder: Any, used: int | None = None) -> None:
        if holder in self.held:  # else its lease ran out, and all of it is spent already
            period, amount = self.held.pop(holder)
            self.spent[period] += amount if used is None else used


class World:
    """Budgets in some stores, requests under way, a clock for leases and a clock on the wall, and the model of it all."""

    def __init__(self, kept: str, place: Any, kinds: list[Any]) -> None:
        self.now, self.wall = 1_000.0, NOON
        self.stores = [self._store(kept, place, number) for number in range(2)]
        self.budgets = [
            Budget(**{unit: limit}, per=per, tag=tag, store=self.stores[store])
            for unit, limit, per, tag, store in kinds
        ]
        self.models: dict[Any, Model] = defaultdict(Model)
        self.under_way: list[tuple[Plan[Any], list[Budget], bool]] = []

    def _store(self, kept: str, place: Any, number: int) -> Any:
        if kept == "memory":
            return MemoryStore(lambda: self.now)
        if kept == "redis":
            store = RedisStore(place, prefix=f"{os.urandom(6).hex()}:", lease=LEASE)
            store.now = lambda: self.now  # type: ignore[method-assign]
            return store
        return SQLiteStore(Path(place) / f"{number}.db", lease=LEASE, clock=lambda: self.now)

    def model(self, budget: Budget) -> Model:
        return self.models[id(budget.store), budget.tag or "", budget.tokens is None, budget.per]

    def limits(self, chosen: list[Budget]) -> dict[Model, Budget]:
        """Each account once, with the lowest limit."""
        found: dict[Model, Budget] = {}
        for budget in sorted(chosen, key=lambda each: each.tokens or each.nano_usd or 0, reverse=True):
            found[self.model(budget)] = budget
        return found

    def start(self, chosen: list[Budget], max_tokens: int, batch: bool) -> None:
        asking = request(max_tokens, batch)
        plan = LimitLayer((), chosen, clock=lambda: self.now, wall_clock=lambda: self.wall).layer()(asking, sent)
        went = stepped(plan, None)
        amounts = {
            model: in_unit(
                budget_reservation.most(estimates_of(asking), budget, max(as_of(), day_of(self.wall))), budget
            )
            for model, budget in self.limits(chosen).items()
        }
        may = all(
            model.fits(period_of(budget.per, self.wall), amounts[model], budget.tokens or budget.nano_usd or 0)
            for model, budget in self.limits(chosen).items()
        )
        assert isinstance(went, Send) is may
        if may:
            for model, budget in self.limits(chosen).items():
                model.held[id(plan)] = (period_of(budget.per, self.wall), amounts[model])
            self.under_way.append((plan, list(self.limits(chosen).values()), batch))

    def end(self, which: int, how: str, part: int) -> None:
        if not self.under_way:
            return
        plan, budgets, batch = self.under_way.pop(which % len(self.under_way))
        usage = {"input_tokens": 1, "output_tokens": part}
        stepped(plan, OUTCOMES[how](usage))
        for budget in budgets:
            used: int | None = None
            if how == "refused":
                used = 0
            elif how == "answered" and not batch:
                used = 1 + part if budget.tokens is not None else 3_000 + 15_000 * part
            self.model(budget).settle(id(plan), used)

    def die(self) -> None:
        """Everything that holds something is gone, and its leases run out."""
        if isinstance(self.stores[0], MemoryStore):
            return
        self.now += LEASE + 1
        for plan, budgets, _ in self.under_way:
            for budget in budgets:
                self.model(budget).settle(id(plan))

    def check(self) -> None:
        for budget in self.budgets:
            model, state, limit = self.model(budget), budget.state(self.wall), budget.tokens or budget.nano_usd or 0
            spent, uncertain, reserved, left = figures(state, budget)
            assert spent == model.spent[period_of(budget.per, self.wall)]
            assert 0 <= uncertain <= spent
            assert reserved <= sum(each for _, each in model.held.values())
            assert left == max(0, limit - spent - reserved)
            if {in_limit(each) for each in self.budgets if self.model(each) is model} == {limit}:
                assert spent + reserved + left == limit


def in_limit(budget: Budget) -> int:
    return budget.tokens or budget.nano_usd or 0


def in_unit(amount: Amount, budget: Budget) -> int:
    return amount.nano_usd if budget.tokens is None else amount.tokens


def figures(state: Any, budget: Budget) -> tuple[int, int, int, int]:
    if budget.tokens is not None:
        return state.spent_tokens, state.uncertain_tokens, state.reserved_tokens, state.left_tokens
    amounts = (state.spent_usd, state.uncertain_usd, state.reserved_usd, state.left_usd)
    a, b, c, d = (int(each * 10**9) for each in amounts)
    return a, b, c, d


def sent(request: Request) -> Plan[Any]:
    return (yield Send(request))


def stepped(plan: Plan[Any], answer: Any) -> Any:
    """The next thing that a plan asks of the network, or its end."""
    try:
        effect = plan.send(answer)
        while isinstance(effect, Work | Wait):
            effect = plan.send(effect.act() if isinstance(effect, Work) else done([effect.future]) and None)
        return effect
    except StopIteration as end:
        return end.value


def reply(status: int, usage: Any) -> Reply:
    return Reply(status, Headers(), json.dumps({"model": "claude-sonnet-4-6", "usage": usage}).encode())


OUTCOMES: dict[str, Any] = {
    "answered": lambda usage: reply(200, usage),
    "nonsense": lambda usage: reply(200, {"total_tokens": 2**62}),
    "lost": lambda usage: Lost("read", "unanswered", "it broke"),
    "refused": lambda usage: reply(429, usage),
}

budgets_of_a_store = st.tuples(
    st.sampled_from(["tokens", "usd"]),
    st.integers(1, 2_000),
    st.sampled_from([None, "minute", "hour", "day", "month", 7.5]),
    st.sampled_from([None, "a"]),
    st.integers(0, 1),
).map(lambda kind: kind if kind[0] == "tokens" else (kind[0], f"{kind[1]}e-5", *kind[2:]))
steps = st.one_of(
    st.tuples(st.just("start"), st.integers(1, 15), st.integers(1, 500), st.booleans()),
    st.tuples(st.just("end"), st.integers(0, 5), st.sampled_from(list(OUTCOMES)), st.integers(0, 1)),
    st.tuples(st.just("clock"), st.sampled_from(CLOCKS)),
    st.tuples(st.just("die")),
)


@contextmanager
def place_for(kept: str, server: str) -> Iterator[Any]:
    with TemporaryDirectory() as folder:
        yield server if kept == "redis" else folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


class Nobody:
    """Renews nothing: whoever holds something in these tests is dead when its lease is over."""

    def keep(self, *told: Any) -> None:
        pass

    drop = keep


def played(kept: str, kinds: list[Any], plays: list[Any], server: str = "") -> None:
    with pytest.MonkeyPatch.context() as patch, place_for(kept, server) as place:
        patch.setattr(budget_reservation, "leases_of", lambda store: Nobody())
        world = World(kept, place, kinds)
        for name, *how in plays:
            if name == "start":
                chosen = [each for number, each in enumerate(world.budgets) if how[0] >> number & 1]
                if chosen:
                    world.start([*chosen, *chosen], how[1], how[2])
            elif name == "end":
                world.end(*how)
            elif name == "clock":
                world.wall = how[0]
            else:
                world.die()
            world.check()
        while world.under_way:
            world.end(0, "lost", 0)
        world.check()
        for budget in world.budgets:
            assert figures(budget.state(world.wall), budget)[2] == 0
        for store in world.stores:
            store.close()


play = st.lists(steps, max_size=25)
some_budgets = st.lists(budgets_of_a_store, min_size=1, max_size=4)


@settings(max_examples=EXAMPLES)
@given(kinds=some_budgets, plays=play)
def test_in_memory_every_account_is_its_model(kinds: list[Any], plays: list[Any]) -> None:
    played("memory", kinds, plays)


@settings(max_examples=max(10, EXAMPLES // 3))
@given(kinds=some_budgets, plays=play)
def test_in_a_file_every_account_is_its_model(kinds: list[Any], plays: list[Any]) -> None:
    played("file", kinds, plays)


@settings(max_examples=max(10, EXAMPLES // 3))
@given(kinds=some_budgets, plays=play)
def test_on_a_server_every_account_is_its_model(server: str, kinds: list[Any], plays: list[Any]) -> None:
    played("redis", kinds, plays, server)


# --- clocks ------------------------------------------------------------------------------------------------------------


@settings(max_examples=EXAMPLES)
@given(
    plays=st.lists(st.tuples(st.integers(-40, 40) | st.integers(-(2**40), 2**40), st.integers(0, 60)), max_size=60),
    late=st.booleans(),
)
def test_on_any_clock_nothing_that_was_spent_is_lost_and_no_period_passes_its_limit(
    plays: list[tuple[int, int]], late: bool
) -> None:
    account, spent, under_way = Account(), defaultdict[int, int](int), list[tuple[str, int, int]]()
    for number, (period, tokens) in enumerate(plays):
        enter(account, period, 0.0, "")
        if fits(account, Amount(0, tokens), None, 100):
            hold(account, str(number), Amount(0, tokens), 1.0)
            under_way.append((str(number), period, tokens))
        while len(under_way) > (3 if late else 0):
            token, reserved_in, used = under_way.pop(0)
            settle(account, token, Amount(0, used))
            spent[reserved_in] += used
        assert account.spent.tokens >= spent[period]
        assert len(account.others) <= KEPT
    for period, used in spent.items():
        kept = enter(account.copy(), period, 0.0, "").spent.tokens
        assert used <= 100
        assert kept >= used
        if len(spent) <= KEPT:
            assert kept == used


# --- clients -----------------------------------------------------------------------------------------------------------

CLIENTS = ["Anthropic", *GIVEN]
calls = st.lists(
    st.tuples(st.sampled_from(["ask", *OUTCOMES]), st.sampled_from(CLIENTS), st.integers(0, 60)), max_size=14
)


class Nested(Script):
    """Answers each request as the play goes on: there may be others before that, while this one is under way."""

    def __init__(self, plays: list[Any], ask: Any) -> None:
        super().__init__((200, JSON, b"{}"))
        self.plays, self.ask = plays, ask

    def next(self, request: Request, stream: Any) -> Reply | Lost:
        self.sent.append(request)
        while self.plays and self.plays[-1][0] == "ask":
            self.ask(*self.plays.pop())
        how, _, part = self.plays.pop() if self.plays else ("lost", "", 0)
        outcome: Reply | Lost = OUTCOMES[how]({"input_tokens": 1, "output_tokens": part})
        return outcome


@settings(max_examples=EXAMPLES)
@given(plays=calls, limit=st.integers(0, 1_500), is_async=st.booleans())
def test_clients_of_all_platforms_never_pass_a_limit_together(plays: list[Any], limit: int, is_async: bool) -> None:
    shared = [Budget(tokens=limit), Budget(tokens=limit + 500, per="day"), Budget(usd="0.01", per=3600)]

    def ask(_: str, kind: str, part: int) -> None:
        name = "Async" * is_async + kind
        if kind == "Anthropic":
            client = script.async_client(budget=shared) if is_async else script.client(budget=shared)
        else:
            client = cloud(name, script, **GIVEN[kind], budget=shared)
        try:
            if is_async:
                in_a_loop(client.messages.create(**{**ASK, "max_tokens": 64}))
            else:
                client.messages.create(**{**ASK, "max_tokens": 64})
        except tercet.AnthropicError:
            pass
        for budget in shared:
            spent, uncertain, reserved, left = figures(budget.state(), budget)
            assert spent + reserved + left == in_limit(budget)
            assert 0 <= uncertain <= spent

    script = Nested(plays, ask)
    while plays:
        ask(*plays.pop())
    assert [figures(budget.state(), budget)[2] for budget in shared] == [0, 0, 0]


def in_a_loop(coroutine: Any) -> Any:
    """Carry it out in a loop and a thread of its own: loops do not nest."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()

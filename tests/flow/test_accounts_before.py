"""Accounts of earlier versions, in micro-dollars under other keys: taken over once, and a spent budget never begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.client.scripted import ASK, JSON, KEY, MESSAGE, Script
from tests.flow.store.servers import redis_server

import tercet
from tercet.flow.accounts import period_of
from tercet.flow.reservation import fingerprint
from tercet.flow.store.redis import RedisStore
from tercet.flow.store.sqlite import SQLiteStore
from tercet.wire.http import Headers, Request

PRICE = 12 * Decimal("0.000003") + 6 * Decimal("0.000015")
NOON = 1_790_000_000.0


class OldAmount(msgspec.Struct, frozen=True, array_like=True):
    micro_usd: int = 0
    tokens: int = 0


class OldHold(msgspec.Struct):
    amount: OldAmount
    period: int
    expires: float


class OldAccount(msgspec.Struct):
    """As Tercet wrote it before."""

    period: int = 0
    spent: OldAmount = OldAmount()
    uncertain: OldAmount = OldAmount()
    held: OldAmount = OldAmount()
    holds: dict[str, OldHold] = {}
    epoch: str = ""

    def renew(self, tokens: Any, until: float) -> None: ...

    def after_fork(self) -> None: ...


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(params=["file", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return tmp_path / "budget.db" if request.param == "file" else request.getfixturevalue("server")


@pytest.fixture
def tag(tmp_path: Path) -> str:
    """A tag that no other test has."""
    return str(tmp_path)


def left_behind(place: Any, key: str, period: int) -> None:
    store: Any = SQLiteStore(place, durable=True) if isinstance(place, Path) else RedisStore(place, durable=True)

    def write(account: OldAccount) -> None:
        account.period, account.epoch = period, store.epoch
        account.spent, account.uncertain = OldAmount(400_000, 4_000), OldAmount(200_000, 2_000)
        account.held = OldAmount(100_000, 1_000)
        account.holds = {"killed": OldHold(OldAmount(100_000, 1_000), period, 1e12)}

    store.update(key, OldAccount, write)
    store.close()


@pytest.mark.parametrize("per", [None, "minute", "hour", "day", "month", 7.5])
def test_what_was_spent_in_the_current_period_counts_and_what_was_reserved_is_uncertain(
    place: Any, tag: str, per: Any
) -> None:
    left_behind(place, f"budget:{tag}:", period_of(per, NOON))
    budget = tercet.Budget(usd=1, tokens=10_000, per=per, tag=tag, store=place)
    for _ in range(2):
        state = budget.state(NOON)
        assert (state.spent_usd, state.uncertain_usd, state.reserved_usd) == (Decimal("0.7"), Decimal("0.3"), 0)
        assert (state.spent_tokens, state.uncertain_tokens, state.left_tokens) == (7_000, 3_000, 3_000)


@pytest.mark.parametrize("per", ["minute", "hour", "day", "month"])
def test_what_was_spent_in_an_earlier_period_is_over(place: Any, tag: str, per: Any) -> None:
    left_behind(place, f"budget:{tag}:", period_of(per, NOON) - 1)

    assert tercet.Budget(usd=1, per=per, tag=tag, store=place).state(NOON).spent_usd == 0


def test_it_is_taken_over_once(place: Any, tag: str) -> None:
    left_behind(place, f"budget:{tag}:", 0)
    for number in range(1, 4):
        budget = tercet.Budget(usd=1, tag=tag, store=place)
        Script((200, JSON, MESSAGE)).client(budget=budget).messages.create(**ASK)
        assert budget.state().spent_usd == Decimal("0.7") + number * PRICE
        budget.store.close()


def test_a_spent_budget_stays_spent(place: Any, tag: str) -> None:
    left_behind(place, f"budget:{tag}:", 0)
    script = Script((200, JSON, MESSAGE))

    with pytest.raises(tercet.BudgetExceededError):
        script.client(budget=tercet.Budget(usd="0.7", tag=tag, store=place)).messages.create(**ASK)
    assert script.sent == []


def test_each_credential_takes_over_its_own(place: Any, tag: str) -> None:
    request = Request("POST", "http://local/v1/messages", Headers({"x-api-key": KEY}))
    left_behind(place, f"budget:{tag}:{fingerprint(request)}", 0)
    budget = tercet.Budget(usd=1, by_key=True, tag=tag, store=place)
    Script((200, JSON, MESSAGE)).client(budget=budget).messages.create(**ASK)

    assert budget.state(credential=fingerprint(request)).spent_usd == Decimal("0.7") + PRICE
    assert budget.state(credential="another").spent_usd == 0


def test_nothing_of_it_is_taken_for_budgets_of_this_process() -> None:
    assert tercet.Budget(usd=1).state().spent_usd == 0

"""Budgets whose holders are killed, stopped or run out of disk, in short; `make faults` runs the same at full length."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults import (
    children,
    data_folder,
    report,
    state,
    state_clocks,
    state_file,
    state_kills,
    state_limits,
    state_power,
    state_redis,
)
from tests.faults.held import ACCOUNT, File, Memory, OnRedis, Place
from tests.faults.server import FaultServer

from tercet.flow import accounts
from tercet.flow.budget import Account, Budget
from tercet.flow.store import sqlite
from tercet.flow.store.memory import MemoryStore

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(sys.platform != "linux", reason="forks, signals and limits as Linux has them"),
]


@pytest.fixture
def strace() -> None:
    if not children.can_trace():
        pytest.skip("no strace here, or it may not look at our children")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[state_redis.Server]:
    if not state_redis.can_serve():
        pytest.skip("no redis-server here: `apt-get install redis-server` brings it")
    running = state_redis.Server(tmp_path_factory.mktemp("redis"))
    yield running
    running.kill()


@pytest.fixture(params=["file", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "file":
        return File(tmp_path / "budget.db")
    return OnRedis(request.getfixturevalue("redis").url)


def wrong(found: Iterator[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """What has problems; that nothing was checked is one, too."""
    checked = list(found)
    return [each for each in checked if each[1]] if checked else [("nothing was checked", [""])]


@pytest.mark.parametrize("check", [state_kills.failpoints, state_kills.signals, state_kills.paused])
def test_no_process_that_ends_takes_money_with_it(check: Any, server: FaultServer, place: Place) -> None:
    assert wrong(check(server, place)) == []


def test_kills_at_any_time_leave_an_account_that_adds_up(server: FaultServer, place: Place) -> None:
    assert wrong(state_kills.kills(server, place, 12, at_once=2)) == []


def test_kills_of_tasks_that_share_their_commits_leave_an_account_that_adds_up(
    server: FaultServer, place: Place
) -> None:
    assert wrong(state_kills.tasks(server, place, 3)) == []


def test_processes_of_threads_spend_what_there_is_and_no_more(server: FaultServer, place: Place) -> None:
    assert wrong(state_kills.together(server, place, processes=3, threads=2, calls=40)) == []


@pytest.mark.parametrize("check", [state_file.full, state_file.spoilt, state_file.read_only])
def test_no_request_leaves_where_its_money_cannot_be_kept(check: Any, server: FaultServer, tmp_path: Path) -> None:
    assert wrong(check(server, File(tmp_path / "budget.db"))) == []


def test_all_who_wait_for_a_lock_give_up_together(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.1)

    assert wrong(state_file.locked(server, File(tmp_path / "budget.db"), threads=4)) == []


def test_what_a_redis_server_refuses_or_forgets_stops_the_spending(
    server: FaultServer, redis: state_redis.Server
) -> None:
    assert wrong(state_redis.refusing(server, redis)) == []
    assert wrong(state_redis.silent(server, redis, threads=4)) == []
    assert wrong(state_redis.killed(server, redis, times=1)) == []


@pytest.mark.parametrize("check", [state_limits.several, state_limits.drained, state_clocks.clocks])
def test_several_budgets_in_one_store_add_up_whatever_goes_wrong(check: Any, server: FaultServer) -> None:
    assert wrong(check(server, Memory(), worlds=["async"])) == []
    with state.quick_folder() as folder:
        assert wrong(check(server, File(Path(folder) / "budget.db"), worlds=["blocking"])) == []


def test_budgets_add_up_on_every_platform(server: FaultServer) -> None:
    assert wrong(state_limits.platforms(server, Memory(), worlds=["blocking"])) == []


def test_budgets_of_programs_that_share_and_end_add_up(server: FaultServer, place: Place) -> None:
    assert wrong(state_limits.shared(server, place)) == []
    assert wrong(state_limits.killed(server, place, kinds=["Anthropic", "AnthropicBedrock"])) == []
    assert wrong(state_clocks.killed_in_another_time(server, place)) == []


@pytest.mark.usefixtures("strace")
def test_every_way_in_which_a_transaction_may_end_early_is_harmless(server: FaultServer, tmp_path: Path) -> None:
    assert wrong(state_file.syscalls(server, File(tmp_path / "budget.db"), ["ftruncate"])) == []
    assert wrong(state_file.hot_journals(server, File(tmp_path / "budget.db"), step=900)) == []


@pytest.mark.usefixtures("strace")
def test_what_was_acknowledged_survives_a_loss_of_power(server: FaultServer, tmp_path: Path) -> None:
    assert wrong(state_power.power(server, File(tmp_path / "budget.db"), tries=1)) == []


@pytest.mark.usefixtures("strace")
def test_the_model_of_lost_power_is_not_blind(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(self: File, **more: Any) -> sqlite.SQLiteStore:
        return sqlite.SQLiteStore(self.path, durable=False)

    monkeypatch.setattr(File, "store", careless)

    assert wrong(state_power.power(server, File(tmp_path / "budget.db"), tries=2)) != []


def test_the_local_api_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    assert wrong(data_folder.kills(tmp_path / "killed", times=2, count=150)) == []


def test_the_local_api_refuses_folders_that_are_not_its_own(tmp_path: Path) -> None:
    assert wrong(data_folder.spoilt(tmp_path / "folder")) == []


def test_the_judges_see_what_is_wrong(server: FaultServer, tmp_path: Path) -> None:
    place = File(tmp_path / "budget.db")
    place.store().update(ACCOUNT, state_power.Account, lambda found: None)

    assert state_kills.audit(place, 0) == []
    assert "are counted" in " ".join(state_kills.audit(place, 1))
    assert children.in_child(lambda: 1 // 0 and []) == ["ZeroDivisionError: integer division or modulo by zero"]  # type: ignore[func-returns-value]


def test_the_judge_of_limits_sees_what_leaks_and_what_is_billed_unseen(server: FaultServer) -> None:
    budget = Budget(usd=1, store=MemoryStore())
    assert state_limits.wrong_sheet([budget], server, state_limits.Bill()) == []

    assert "0 booked" in " ".join(state_limits.wrong_sheet([budget], server, state_limits.WHOLE))
    budget.store.update(budget.key(), Account, lambda found: accounts.hold(found, "nobody", state_limits.WHOLE, 1e12))
    assert "reserved by nobody" in " ".join(state_limits.wrong_sheet([budget], server, state_limits.Bill()))


def test_every_row_about_state_and_tools_is_named() -> None:
    assert list(report.ROWS) == list(range(118, 139))

"""Real races: no budget is overdrawn by threads, no rate by processes, and who is killed does not keep what it held."""

from __future__ import annotations

import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from tests.flow.races import COST, budget_race, pace_race, spending_race

from tercet.flow.budget import Budget
from tercet.flow.pace import Bucket, Pace, PaceCost, begin, reserve
from tercet.flow.store.sqlite import SQLiteStore


@pytest.mark.parametrize("kept", ["in memory", "in a file"])
def test_64_threads_never_overdraw_a_budget(kept: str, tmp_path: Path) -> None:
    calls = 20 if kept == "in memory" else 2
    race = budget_race("0.05", calls=calls, store=None if kept == "in memory" else tmp_path / "budget.db")

    assert race.most_at_once <= Decimal("0.05")
    assert race.paid <= race.state.spent_usd <= Decimal("0.05")
    assert race.state.reserved_usd == 0
    assert race.sent + race.refused == 64 * calls
    assert race.sent >= 20


@pytest.mark.slow
def test_processes_pace_their_calls_by_one_file(tmp_path: Path) -> None:
    race = pace_race(tmp_path / "pace.db", processes=4, calls=60, per_minute=12_000, burst=20)

    assert race.exits == [0] * 4
    assert len(race.starts) == 240
    assert race.turns_left == 0
    assert race.too_early(12_000, 20) == 0
    assert race.starts[-1] - race.began >= 1.0


@pytest.mark.slow
def test_processes_of_many_threads_never_overdraw_a_budget_in_a_file(tmp_path: Path) -> None:
    paid, state = spending_race(tmp_path / "budget.db", "0.03", processes=3, threads=8, calls=3)

    assert paid == state.spent_usd <= Decimal("0.03")
    assert state.left_usd < 2 * COST
    assert (state.reserved_usd, state.uncertain_usd) == (0, 0)


HOLD = """
import sys, time
from tercet.flow.budget import Account, Amount, Budget, reserve as hold
from tercet.flow.pace import Bucket, PaceCost, Pace, begin, reserve
from tercet.flow.store.sqlite import SQLiteStore
store = SQLiteStore(sys.argv[1])
def enter(bucket):
    reserve(bucket, Pace(max_concurrency=1), "killed", PaceCost(1), store.now(), 60)
    begin(bucket, Pace(max_concurrency=1), "killed", store.now(), store.lease)
store.update("pace", Bucket, enter)
def book(account):
    account.epoch = store.epoch
    hold(account, Budget(tokens=100), "killed", Amount(0, 80), store.now() + store.lease)
store.update(Budget(tokens=100).key(), Account, book)
print("held", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_held_comes_back_after_its_lease_and_its_money_stays_counted(tmp_path: Path) -> None:
    path = str(tmp_path / "state.db")
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    def place(store: SQLiteStore) -> float | None:
        pace = Pace(max_concurrency=1)

        def asked(bucket: Bucket) -> float | None:
            reserve(bucket, pace, "mine", PaceCost(1), store.now(), 60)
            return begin(bucket, pace, "mine", store.now(), store.lease)

        return store.update("pace", Bucket, asked)

    soon = SQLiteStore(path)
    late = SQLiteStore(path, clock=lambda: soon.now() + 61)
    assert place(soon) != 0.0
    assert place(late) == 0.0
    budget = Budget(tokens=100, store=soon)
    assert (budget.state(0.0).reserved_tokens, budget.state(0.0).left_tokens) == (80, 20)
    budget = Budget(tokens=100, store=late)
    assert (budget.state(0.0).uncertain_tokens, budget.state(0.0).left_tokens) == (80, 20)
    assert budget.state(0.0).reserved_tokens == 0

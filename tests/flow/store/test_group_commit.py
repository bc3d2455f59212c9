"""Group commit: one at a time still, many to a commit, and nobody waits for ever, whoever is interrupted, forked or gone."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.flow.store.kept import Kept
from tests.flow.store.test_stores import Tally, added

from tercet.flow.budget import Account
from tercet.flow.budget_reservation import write_account
from tercet.flow.drivers import arun, run
from tercet.flow.effects import Plan, Wait
from tercet.flow.store import group_commit, store_at
from tercet.flow.store.sqlite import SQLiteStore
from tercet.wire.errors.limits import SharedStateBusyError, SharedStateError


class Held:
    """Holds the writing thread at its next group until it is let go."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.go_on.wait(10)


def behind(store: Kept) -> Held:
    """A group is being written, and goes on being written."""
    held = Held()
    store.before = held
    store.begin("first", Tally, added)
    assert held.reached.wait(10)
    return held


def wrong(tally: Tally) -> None:
    tally.count = 99
    raise ValueError("no")


def test_what_is_asked_for_during_a_commit_is_committed_together() -> None:
    store = Kept()
    held = behind(store)
    asked = [store.begin(f"key {number % 3}", Tally, added) for number in range(9)]
    held.go_on.set()

    assert [future.result(10) for future in asked] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert store.groups == [1, 9]


def test_a_change_that_fails_spoils_none_of_its_group() -> None:
    store = Kept()
    held = behind(store)
    asked: list[Future[Any]] = [store.begin("key", Tally, change) for change in (added, wrong, added, wrong)]
    held.go_on.set()

    assert [asked[0].result(10), asked[2].result(10)] == [1, 2]
    for future in (asked[1], asked[3]):
        with pytest.raises(ValueError, match="no"):
            future.result(10)
    assert store.groups == [1, 4]


def test_each_change_gets_a_state_of_its_own() -> None:
    store = Kept()
    held = behind(store)
    mine = store.begin("key", Tally, lambda tally: tally)
    store.begin("key", Tally, added).add_done_callback(lambda _: None)
    held.go_on.set()
    store.flush()

    assert mine.result(10).count == 0


def test_each_of_a_group_that_could_not_be_written_gets_an_error_of_its_own() -> None:
    failure = SharedStateError("the disk is full")
    failure.may_be_written = True

    def full() -> None:
        raise failure

    store = Kept()
    held = behind(store)
    asked = [store.begin("key", Tally, added) for _ in range(3)]
    store.before = full
    held.go_on.set()
    errors = [future.exception(10) for future in asked]

    assert [(str(error), error.may_be_written) for error in errors if isinstance(error, SharedStateError)] == [
        ("the disk is full", True)
    ] * 3
    assert len(set(map(id, errors))) == 3
    store.before = lambda: None
    assert store.update("key", Tally, added) == 1


@pytest.mark.parametrize("failure", [RuntimeError("a bug"), MemoryError(), SystemExit(1)])
def test_whatever_happens_to_the_writing_nobody_waits_for_ever(failure: BaseException) -> None:
    def broken() -> None:
        raise failure

    store = Kept(broken)
    with pytest.raises(SharedStateError, match="interrupted") as told:
        store.begin("key", Tally, added).result(10)
    assert told.value.may_be_written
    store.before = lambda: None
    assert store.begin("key", Tally, added).result(10) == 1


def test_what_nobody_waits_for_is_written_by_itself() -> None:
    store = Kept()

    assert store.begin("key", Tally, added, trails=True).result(10) == 1


def test_what_trails_goes_with_the_next_commit_and_before_it() -> None:
    store = Kept()
    held = behind(store)
    for _ in range(5):
        store.begin("key", Tally, added, trails=True)
    last = store.begin("key", Tally, added)
    held.go_on.set()

    assert last.result(10) == 6
    assert store.groups == [1, 6]


def test_whoever_reads_in_this_process_sees_what_trails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "TRAIL", 3600.0)
    one, other = SQLiteStore(tmp_path / "state.db"), SQLiteStore(tmp_path / "state.db")
    one.begin("key", Tally, added, trails=True)

    assert other.update("key", Tally, added) == 2


def test_what_trails_is_tried_again_where_somebody_holds_the_file() -> None:
    tries: list[int] = []

    def busy() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise SharedStateBusyError("locked")

    store = Kept(busy)
    trailing, waiting = store.begin("key", Tally, added, trails=True), store.begin("key", Tally, added)
    with pytest.raises(SharedStateBusyError):
        waiting.result(10)

    assert trailing.result(10) == 1


def test_what_trails_is_given_up_after_half_a_lease() -> None:
    def busy() -> None:
        raise SharedStateBusyError("locked")

    store = Kept(busy)
    store.lease = 0.0
    with pytest.raises(SharedStateBusyError):
        store.begin("key", Tally, added, trails=True).result(10)


def test_a_store_is_kept_until_what_trails_is_written_and_no_longer(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "state.db")
    future, gone = store.begin("key", Tally, added, trails=True), weakref.ref(store)
    thread = store._thread
    del store
    assert future.result(10) == 1
    assert thread is not None
    thread.join(10)
    gc.collect()

    assert gone() is None
    assert not thread.is_alive()


def test_a_change_that_asks_the_same_store_is_told_so_and_does_not_hang() -> None:
    store = Kept()
    with pytest.raises(SharedStateError, match="would wait for the first"):
        store.begin("key", Tally, lambda tally: store.update("key", Tally, added)).result(10)


def test_a_change_may_leave_something_for_later() -> None:
    """As a collector does, which may come at any moment."""
    store = Kept()
    later: list[Future[int]] = []
    store.begin("key", Tally, lambda tally: later.append(store.begin("key", Tally, added, trails=True))).result(10)

    assert later[0].result(10) == 1


def test_where_no_thread_can_be_started_the_asker_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", none)
    store = Kept()

    assert store.update("key", Tally, added) == 1
    assert store.begin("key", Tally, added, trails=True).result(0) == 2


def test_who_is_interrupted_while_waiting_takes_back_what_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Kept()
    held = behind(store)

    def interrupted(self: Future[Any], timeout: float | None = None) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Future, "result", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.update("key", Tally, added)
    held.go_on.set()

    assert store.update("key", Tally, added) == 1


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such signals here")
def test_a_signal_s_exception_reaches_who_waits_and_no_one_else() -> None:
    class Alarm(Exception):
        pass

    def ring(*_: Any) -> None:
        raise Alarm

    store = Kept()
    held = behind(store)
    other = store.begin("other", Tally, added)

    def interrupted() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        store.update("key", Tally, added)

    before = signal.signal(signal.SIGALRM, ring)
    try:
        with pytest.raises(Alarm):
            interrupted()
    finally:
        signal.signal(signal.SIGALRM, before)
    held.go_on.set()

    assert other.result(10) == 1
    assert store.update("key", Tally, added) == 1


# --- plans and event loops ---------------------------------------------------------------------------------------------


def test_a_plan_waits_in_this_thread() -> None:
    assert run(write_account(Kept(), "key", lambda account: account.period), _unused) == 0


def _unused(request: Any) -> Any:
    raise AssertionError("nothing is sent")


@pytest.mark.parametrize("error", [SharedStateError("away"), ValueError("wrong")])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_failure_is_raised_in_the_plan(error: Exception, asynchronous: bool) -> None:
    def fails(account: Account) -> None:
        raise error

    plan = write_account(Kept(), "key", fails)
    with pytest.raises(type(error), match=str(error)):
        asyncio.run(arun(plan, _unused)) if asynchronous else run(plan, _unused)


def test_tasks_that_wait_for_a_commit_occupy_no_thread() -> None:
    store = Kept()
    held = behind(store)

    async def main() -> int:
        asked = [asyncio.ensure_future(arun(write_account(store, "key", _count), _unused)) for _ in range(100)]
        while len(store._queue) < 100:
            await asyncio.sleep(0)
        threads = threading.active_count()
        held.go_on.set()
        assert sorted(await asyncio.gather(*asked)) == list(range(1, 101))
        return threads

    before = threading.active_count()
    assert asyncio.run(main()) == before
    assert store.groups == [1, 100]


def _count(account: Account) -> int:
    account.period += 1
    return account.period


def test_a_task_that_is_cancelled_ends_when_its_change_has() -> None:
    store = Kept()

    async def main() -> None:
        held = Held()
        store.before = held
        task = asyncio.ensure_future(arun(write_account(store, "key", _count), _unused))
        while not held.reached.is_set():
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        held.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert store.update("key", Account, _count) == 2  # it was begun, and is done


@pytest.mark.filterwarnings("ignore")
def test_a_loop_that_was_closed_harms_no_writing(caplog: pytest.LogCaptureFixture) -> None:
    store = Kept()
    held = Held()
    store.before = held

    async def waiting() -> None:
        await arun(write_account(store, "key", _count), _unused)

    loop = asyncio.new_event_loop()
    task = loop.create_task(waiting())
    while not held.reached.is_set():
        loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    held.go_on.set()

    assert store.update("key", Account, _count) == 2
    assert "exception calling callback" not in caplog.text
    task.get_coro().close()  # type: ignore[union-attr]


def test_a_plan_that_is_closed_takes_back_what_has_not_begun() -> None:
    store = Kept()
    held = behind(store)
    plan: Plan[int] = write_account(store, "key", _count)
    effect = plan.send(None)
    assert isinstance(effect, Wait)
    plan.close()
    held.go_on.set()

    with pytest.raises(CancelledError):
        effect.future.result(10)
    assert store.update("key", Account, _count) == 1


# --- the end of a process ----------------------------------------------------------------------------------------------

BEGIN = """
import os, sys, threading
from tercet.flow.budget import Account
from tercet.flow.store import group_commit
from tercet.flow.store.sqlite import SQLiteStore
group_commit.TRAIL = 3600.0
store = SQLiteStore(sys.argv[1], durable=True)
def change(account):
    account.period += 1
    return account.period
def later():
    store.begin("key", Account, change, trails=True)
later()
"""
ENDS = {
    "by itself": "",
    "by sys.exit": "sys.exit(0)",
    "while something is left at its very end": "import atexit; atexit.register(later)",
    "with the store closed": "store.close(); os._exit(0)",
    "with another reader": "SQLiteStore(sys.argv[1]).update('key', Account, lambda account: None); os._exit(0)",
    "with a fork": "os.wait() if os.fork() else os._exit(0)\nos._exit(0)",
    "in a child of multiprocessing": (
        "import multiprocessing\nstore.close()\n"
        "child = multiprocessing.get_context('fork').Process(target=later)\nchild.start()\nchild.join()\nos._exit(0)"
    ),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("how", ENDS)
def test_what_trails_is_written_when_a_process_ends(how: str, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{BEGIN}\n{ENDS[how]}", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    expected = 2 if how in ("while something is left at its very end", "in a child of multiprocessing") else 1

    assert (ended.returncode, ended.stderr) == (0, "")
    assert SQLiteStore(path).update("key", Account, lambda account: account.period) == expected


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_writes_nothing_of_its_parent_s_and_goes_on() -> None:
    store = Kept()
    held = behind(store)
    store.begin("parent's", Tally, added)  # and nothing that trails, for which the fork would wait
    child = os.fork()
    if child == 0:
        store.before = lambda: None
        os._exit(0 if store.update("key", Tally, added) == 1 and store.groups == [1, 1] else 1)
    held.go_on.set()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# --- places --------------------------------------------------------------------------------------------------------------


def test_those_of_one_file_share_its_writing(tmp_path: Path) -> None:
    one, same = store_at(tmp_path / "a.db", durable=True), store_at(str(tmp_path / "x" / ".." / "a.db"), durable=True)

    assert one is same
    assert store_at(tmp_path / "a.db") is not one
    assert store_at(tmp_path / "b.db", durable=True) is not one


def test_a_file_that_was_made_anew_is_another_place(tmp_path: Path) -> None:
    one = store_at(tmp_path / "a.db")
    one.update("key", Tally, added)
    (tmp_path / "a.db").unlink()

    assert store_at(tmp_path / "a.db").update("key", Tally, added) == 1
    with pytest.raises(SharedStateError, match="removed or replaced"):
        one.update("key", Tally, added)


@pytest.mark.parametrize("place", [5, True, 1.5, ["a.db"], {"path": "a.db"}])
def test_what_is_no_place_is_named(place: Any) -> None:
    with pytest.raises(TypeError, match=f"not {type(place).__name__}"):
        store_at(place)


@pytest.mark.parametrize("place", ["", ":memory:"])
def test_a_path_that_is_none_is_named(place: str) -> None:
    with pytest.raises(ValueError, match="store=None"):
        store_at(place)


Step = tuple[str, int, bool]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(-1, 5), st.booleans()), max_size=30), st.randoms())
def test_any_order_of_changes_is_kept_in_that_order(steps: list[Step], dice: Any) -> None:
    """Against a model: changes apply one after another, and those that fail (-1) leave no trace."""
    store, model = Kept(), {"a": 0, "b": 0}
    expected: list[int | None] = []
    asked: list[Future[int]] = []
    for key, amount, trails in steps:
        change: Callable[[Tally], int] = (lambda tally, n=amount: added(tally, n)) if amount >= 0 else wrong  # type: ignore[assignment, misc]
        asked.append(store.begin(key, Tally, change, trails=trails))
        model[key] += max(0, amount)
        expected.append(model[key] if amount >= 0 else None)
        if dice.random() < 0.2:
            store.flush()
    store.flush()

    assert [None if future.exception(10) else future.result() for future in asked] == expected
    assert {key: store.update(key, Tally, lambda tally: tally.count) for key in "ab"} == model

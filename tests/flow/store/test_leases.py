"""Leases: what a living process holds stays held, without anybody waiting for the thread that sees to it."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest
from tests.flow.store.kept import Kept

from tercet.flow.pace import Bucket, Pace, PaceCost, begin, reserve
from tercet.flow.reservation import leases_of
from tercet.flow.store import leases as module
from tercet.flow.store.leases import Leases
from tercet.flow.store.memory import MemoryStore
from tercet.flow.store.sqlite import SQLiteStore
from tercet.wire.errors.limits import SharedStateError


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_is_held_is_renewed_until_it_is_dropped(tmp_path: Path) -> None:
    clock = Clock()
    store = SQLiteStore(tmp_path / "state.db", clock=clock)
    leases = Leases(store)
    for token in "ab":
        store.update(
            "key", Bucket, lambda bucket, token=token: reserve(bucket, Pace(), token, PaceCost(1), clock(), 9.0)
        )
        store.update("key", Bucket, lambda bucket, token=token: begin(bucket, Pace(), token, clock(), store.lease))
        leases.keep(token, "key", Bucket)
    leases.drop("b", "key")
    clock.now += 50

    assert leases.renew() == 1
    expires = store.update("key", Bucket, lambda bucket: {key: turn.expires for key, turn in bucket.turns.items()})
    assert expires == {"a": 1110.0, "b": 1060.0}


def test_one_request_may_hold_something_in_several_states(tmp_path: Path) -> None:
    clock = Clock()
    store = SQLiteStore(tmp_path / "state.db", clock=clock)
    leases = Leases(store)
    for key in ("one", "other"):
        store.update(key, Bucket, lambda bucket: reserve(bucket, Pace(), "a", PaceCost(1), clock(), 9.0))
        store.update(key, Bucket, lambda bucket: begin(bucket, Pace(), "a", clock(), store.lease))
        leases.keep("a", key, Bucket)
    clock.now += 50

    assert leases.renew() == 2
    for key in ("one", "other"):
        assert store.update(key, Bucket, lambda bucket: bucket.turns["a"].expires) == 1110.0


def test_the_thread_ends_when_nothing_is_held_and_comes_back(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "state.db", lease=0.03)
    leases = Leases(store)
    for token in ("first", "second"):
        leases.keep(token, "key", Bucket)
        thread = leases._thread
        assert thread is not None
        assert thread.daemon
        leases.drop(token, "key")
        thread.join(10)
        assert leases._thread is None


def test_a_store_that_dies_with_us_needs_no_thread() -> None:
    leases = Leases(MemoryStore())
    leases.keep("a", "key", Bucket)

    assert leases._thread is None


def test_a_forked_child_holds_nothing(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "state.db")
    leases = Leases(store)
    leases._held["parent's", "key"] = Bucket
    leases.after_fork()

    assert leases.renew() == 0


def test_dropping_what_is_not_held_is_nothing(tmp_path: Path) -> None:
    Leases(SQLiteStore(tmp_path / "state.db")).drop("never held", "key")


def test_a_store_that_nobody_uses_any_more_is_not_kept_for_its_leases(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "state.db")
    leases_of(store).keep("a", "key", Bucket)
    leases_of(store).drop("a", "key")
    gone = weakref.ref(store)
    del store
    gc.collect()

    assert gone() is None


def test_a_store_that_is_away_for_a_while_does_not_end_the_thread(tmp_path: Path) -> None:
    asked: list[int] = []
    again = threading.Event()

    class Away(SQLiteStore):
        def _write(self, group: Any) -> None:
            asked.append(1)
            if len(asked) == 1:
                raise SharedStateError("the disk is full")
            again.set()
            super()._write(group)

    store = Away(tmp_path / "state.db", lease=0.03)
    leases = Leases(store)
    leases.keep("a", "key", Bucket)

    assert again.wait(10)
    leases.drop("a", "key")


def test_when_the_store_is_gone_there_is_nothing_to_renew(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "state.db")
    leases = Leases(store)
    leases._held["a", "key"] = Bucket
    del store
    gc.collect()

    assert leases.renew() == 0


def test_no_lease_comes_near_its_end_while_its_holder_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that takes long, or a round that fails, must not free what is held: half a lease is left at every renewal."""
    clock = Clock()
    store = SQLiteStore(tmp_path / "state.db", clock=clock)
    leases = Leases(store)
    left: list[float] = []

    class Pause:
        def wait(self, seconds: float) -> None:
            clock.now += seconds
            left.append(store.update("key", Bucket, lambda bucket: bucket.turns["a"].expires) - clock.now)
            if len(left) == 5:
                leases.drop("a", "key")

    store.update("key", Bucket, lambda bucket: reserve(bucket, Pace(), "a", PaceCost(1), clock(), 9.0))
    store.update("key", Bucket, lambda bucket: begin(bucket, Pace(), "a", clock(), store.lease))
    monkeypatch.setattr(module, "Event", Pause)
    leases.keep("a", "key", Bucket)
    thread = leases._thread
    if thread is not None:
        thread.join(10)

    assert len(left) == 5
    assert min(left) >= store.lease / 2


def test_everything_that_is_held_is_renewed_in_one_commit() -> None:
    store = Kept()
    leases = Leases(store)
    held = threading.Event()
    for key in "abc":
        leases._held["token", key] = Bucket
    store.before = lambda: held.wait(10)
    store.begin("first", Bucket, lambda bucket: None)
    while not store.groups:
        pass
    renewing = threading.Thread(target=leases.renew)
    renewing.start()
    while len(store._queue) < 3:
        pass
    held.set()
    renewing.join(10)

    assert store.groups == [1, 3]

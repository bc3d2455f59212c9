"""What every store promises: one at a time, nothing lost, one clock. In memory, in a file, and on a real Redis server."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.flow.store.servers import redis_server

from tercet.flow.store import store_at
from tercet.flow.store.memory import MemoryStore
from tercet.flow.store.redis import RedisStore
from tercet.flow.store.sqlite import SQLiteStore
from tercet.flow.store.store import Store
from tercet.wire.errors.limits import SharedStateBusyError, SharedStateError


class Tally(msgspec.Struct):
    count: int = 0
    names: dict[str, int] = {}

    def renew(self, tokens: Iterable[str], until: float) -> None:
        self.names.update(dict.fromkeys(tokens, 1))

    def after_fork(self) -> None:
        self.names.clear()


class Other(Tally):
    count: str = ""  # type: ignore[assignment]


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as directory, redis_server(Path(directory)) as url:
        yield url


@pytest.fixture(params=["memory", "sqlite", "redis"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """One state, seen through two stores as two processes would have them (in memory: one)."""
    if request.param == "memory":
        here = MemoryStore()
        yield here, here
        return
    place = str(tmp_path / "state.db") if request.param == "sqlite" else request.getfixturevalue("redis_url")
    stores = store_at(place), store_at(place)
    yield stores
    for store in stores:
        store.close()


def added(tally: Tally, amount: int = 1) -> int:
    tally.count += amount
    return tally.count


def test_a_state_starts_empty_and_keeps_what_was_made_of_it(places: tuple[Store, Store]) -> None:
    one, other = places
    key = f"key {id(places)}"

    assert one.update(key, Tally, lambda tally: added(tally, 5)) == 5
    assert other.update(key, Tally, lambda tally: added(tally, 2)) == 7
    assert one.update(key + "'", Tally, added) == 1


def test_a_change_that_raises_changes_nothing(places: tuple[Store, Store]) -> None:
    one, other = places

    def wrong(tally: Tally) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        one.update("wrong", Tally, wrong)
    assert other.update("wrong", Tally, added) == 1


def test_no_change_of_many_threads_is_lost(places: tuple[Store, Store]) -> None:
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda number: places[number % 2].update("threads", Tally, added), range(200)))

    assert sorted(seen) == list(range(1, 201))


def test_all_who_share_a_store_agree_on_the_time(places: tuple[Store, Store]) -> None:
    one, other = places
    before, between, after = one.now(), other.now(), one.now()

    assert before - 0.05 <= between <= after + 0.05
    assert one.epoch == other.epoch


def test_a_store_goes_on_after_it_was_closed(places: tuple[Store, Store]) -> None:
    one, _ = places
    one.update("closed", Tally, added)
    one.close()

    assert one.update("closed", Tally, added) == 2


def test_what_somebody_else_wrote_is_no_state(places: tuple[Store, Store]) -> None:
    if isinstance(places[0], MemoryStore):
        return
    places[0].update("taken", Other, lambda other: setattr(other, "count", "many"))

    with pytest.raises(SharedStateError, match="something else"):
        places[0].update("taken", Tally, added)


@pytest.mark.parametrize(
    ("place", "kind"),
    [(None, MemoryStore), ("x.db", SQLiteStore), (Path("x.db"), SQLiteStore), ("rediss://h:1/0", RedisStore)],
)
def test_a_place_says_which_store_it_is(place: Any, kind: type[Any]) -> None:
    assert type(store_at(place)) is kind


def test_a_store_is_a_place_itself() -> None:
    store = MemoryStore()

    assert store_at(store) is store


def test_a_url_of_another_kind_is_refused_without_showing_what_it_holds() -> None:
    with pytest.raises(ValueError, match="redis://") as caught:
        store_at("postgres://user:secret@host/db")

    assert "secret" not in str(caught.value)


def test_a_redis_url_s_password_shows_nowhere() -> None:
    store = RedisStore("redis://user:secret@127.0.0.1:1/0", timeout=0.2)

    with pytest.raises(SharedStateError) as caught:
        store.update("key", Tally, added)
    assert "secret" not in f"{store!r} {caught.value}"


def test_a_child_has_a_lock_of_its_own_and_nothing_held() -> None:
    store = MemoryStore()
    store.update("key", Tally, lambda tally: tally.renew(["a"], 1.0))
    store._lock.acquire()
    store.after_fork()

    assert store.update("key", Tally, lambda tally: tally.names) == {}


def test_on_redis_who_was_overtaken_decides_again_on_what_is_there_now(redis_url: str) -> None:
    one, other = RedisStore(redis_url), RedisStore(redis_url)
    seen: list[int] = []

    def overtaken(tally: Tally) -> int:
        seen.append(tally.count)
        if len(seen) == 1:
            other.update("overtaken", Tally, added)
        return added(tally)

    assert one.update("overtaken", Tally, overtaken) == 2
    assert seen == [0, 1]
    one.close(), other.close()


def test_on_redis_who_is_always_overtaken_gives_up(redis_url: str) -> None:
    one, other = RedisStore(redis_url), RedisStore(redis_url)
    one.update("busy", Tally, added)
    one._timeout = 0.0  # its connection is made, with the patience that a busy machine needs

    def overtaken(tally: Tally) -> int:
        other.update("busy", Tally, added)
        return added(tally)

    with pytest.raises(SharedStateBusyError):
        one.update("busy", Tally, overtaken)
    one.close(), other.close()


def test_on_redis_a_child_has_connections_of_its_own(redis_url: str) -> None:
    store = RedisStore(redis_url)
    store.update("forked", Tally, added)
    before = store._client
    store.after_fork()

    assert store.update("forked", Tally, added) == 2
    assert store._client is not before
    before.close(), store.close()


def test_on_redis_a_budget_that_the_server_lost_is_no_new_one(redis_url: str) -> None:
    budget, pace = RedisStore(redis_url, durable=True), RedisStore(redis_url)
    for store in (budget, pace):
        store.update("lost", Tally, added)
    pace._client.delete("tercet:lost")

    with pytest.raises(SharedStateError, match="lost"):
        budget.update("lost", Tally, added)
    assert pace.update("lost", Tally, added) == 1
    budget.close(), pace.close()


def test_what_a_redis_server_refuses_is_said_in_its_words(redis_url: str) -> None:
    store = RedisStore(redis_url)
    store.update("full", Tally, added)
    store._client.config_set("maxmemory", "1")
    try:
        with pytest.raises(SharedStateError, match=r"refuses: .*maxmemory"):
            store.update("full", Tally, added)
    finally:
        store._client.config_set("maxmemory", "0")
    assert store.update("full", Tally, added) == 2
    store.close()


def test_who_queued_while_the_redis_server_was_silent_is_told_at_once() -> None:
    store = RedisStore("redis://127.0.0.1:1/0", timeout=0.2)
    with pytest.raises(SharedStateError):
        store.update("key", Tally, added)
    assert store._gave_up > 0
    store._url, store._gave_up = "redis://nobody.is.asked", float("inf")

    with pytest.raises(SharedStateError, match=r"does not answer$"):
        store.update("key", Tally, added)


def test_a_redis_url_that_cannot_be_read_shows_no_part_of_its_password() -> None:
    with pytest.raises(SharedStateError, match="percent-encoded") as caught:
        RedisStore("redis://user:secret#1@host/0").update("key", Tally, added)

    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_the_extra_a_redis_url_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(SharedStateError, match=r"tercet\[redis\]"):
        RedisStore("redis://127.0.0.1:1/0").update("key", Tally, added)

"""Which connections wait for use, which are too old, which make room."""

from __future__ import annotations

from tercet.transport.idle_connections import SECONDS_IDLE, IdleConnections, SharedPool
from tercet.transport.origin import Origin

ONE, OTHER = Origin("http", "one", 80), Origin("http", "other", 80)


def test_the_newest_connection_to_a_place_is_taken_first() -> None:
    idle: IdleConnections[str] = IdleConnections(9, 9)
    for number, name in enumerate("abc"):
        assert idle.put(ONE, name, float(number))
    assert idle.put(OTHER, "x", 0.0)

    assert [idle.take(ONE) for _ in range(4)] == ["c", "b", "a", None]
    assert idle.idle_count == 1


def test_no_more_wait_than_may() -> None:
    idle: IdleConnections[str] = IdleConnections(9, 2)

    assert [idle.put(origin, "a", 0.0) for origin in (ONE, OTHER, ONE)] == [True, True, False]
    assert idle.take(ONE) == "a"
    assert idle.put(ONE, "b", 0.0)


def test_what_was_idle_for_longer_than_the_limit_is_stale_and_nothing_else() -> None:
    idle: IdleConnections[str] = IdleConnections(9, 9)
    for name, since in (("old", 0.0), ("newer", 10.0)):
        idle.put(ONE, name, since)
    idle.put(OTHER, "also old", 1.0)

    assert idle.stale(SECONDS_IDLE) == []
    assert idle.stale(SECONDS_IDLE + 2.0) == ["old", "also old"]
    assert (idle.idle_count, list(idle.idle)) == (1, [ONE])
    assert idle.stale(SECONDS_IDLE + 10.5) == ["newer"]
    assert (idle.idle_count, idle.idle) == (0, {})


def test_idle_connections_are_given_up_before_a_load_balancer_does_it() -> None:
    assert 30 < SECONDS_IDLE < 60


def test_the_oldest_of_all_origins_makes_room() -> None:
    idle: IdleConnections[str] = IdleConnections(9, 9)
    idle.put(ONE, "second", 2.0)
    idle.put(ONE, "third", 3.0)
    idle.put(OTHER, "first", 1.0)

    assert [idle.oldest() for _ in range(4)] == ["first", "second", "third", None]
    assert idle.idle_count == 0


def test_everything_can_be_taken_out_at_once() -> None:
    idle: IdleConnections[str] = IdleConnections(9, 9)
    for origin in (ONE, ONE, OTHER):
        idle.put(origin, "a", 0.0)

    assert idle.clear() == ["a"] * 3
    assert (idle.idle_count, idle.take(ONE)) == (0, None)


def test_the_last_user_of_a_pool_takes_it_along_and_nobody_comes_after() -> None:
    pool = SharedPool()

    assert (pool.join(), pool.join()) == (True, True)
    assert (pool.leave(), pool.leave()) == (False, True)
    assert not pool.join()

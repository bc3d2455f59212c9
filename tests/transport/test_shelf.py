"""Which connections wait for use, which are too old, which make room."""

from __future__ import annotations

from tercet.transport.places import Place
from tercet.transport.shelf import SECONDS_IDLE, Shelf

ONE, OTHER = Place("http", "one", 80), Place("http", "other", 80)


def test_the_newest_connection_to_a_place_is_taken_first() -> None:
    shelf: Shelf[str] = Shelf(9, 9)
    for number, name in enumerate("abc"):
        assert shelf.put(ONE, name, float(number))
    assert shelf.put(OTHER, "x", 0.0)

    assert [shelf.take(ONE) for _ in range(4)] == ["c", "b", "a", None]
    assert shelf.idle_count == 1


def test_no_more_wait_than_may() -> None:
    shelf: Shelf[str] = Shelf(9, 2)

    assert [shelf.put(place, "a", 0.0) for place in (ONE, OTHER, ONE)] == [True, True, False]
    assert shelf.take(ONE) == "a"
    assert shelf.put(ONE, "b", 0.0)


def test_what_was_idle_for_longer_than_the_limit_is_stale_and_nothing_else() -> None:
    shelf: Shelf[str] = Shelf(9, 9)
    for name, since in (("old", 0.0), ("newer", 10.0)):
        shelf.put(ONE, name, since)
    shelf.put(OTHER, "also old", 1.0)

    assert shelf.stale(SECONDS_IDLE) == []
    assert shelf.stale(SECONDS_IDLE + 2.0) == ["old", "also old"]
    assert (shelf.idle_count, list(shelf.idle)) == (1, [ONE])
    assert shelf.stale(SECONDS_IDLE + 10.5) == ["newer"]
    assert (shelf.idle_count, shelf.idle) == (0, {})


def test_idle_connections_are_given_up_before_a_load_balancer_does_it() -> None:
    assert 30 < SECONDS_IDLE < 60


def test_the_oldest_of_all_places_makes_room() -> None:
    shelf: Shelf[str] = Shelf(9, 9)
    shelf.put(ONE, "second", 2.0)
    shelf.put(ONE, "third", 3.0)
    shelf.put(OTHER, "first", 1.0)

    assert [shelf.oldest() for _ in range(4)] == ["first", "second", "third", None]
    assert shelf.idle_count == 0


def test_everything_can_be_taken_out_at_once() -> None:
    shelf: Shelf[str] = Shelf(9, 9)
    for place in (ONE, ONE, OTHER):
        shelf.put(place, "a", 0.0)

    assert shelf.clear() == ["a"] * 3
    assert (shelf.idle_count, shelf.take(ONE)) == (0, None)

"""Pools in both worlds: who waits is served, what was idle for too long is given up, what is open is counted."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.transport.servers import Peer, Script, always, answer, once, serving, stall
from tests.transport.worlds import World, asked

from tercet.transport import sync_pool
from tercet.transport.async_pool import LoopPool
from tercet.transport.base import Lost, Reply
from tercet.transport.idle_connections import SECONDS_IDLE
from tercet.wire.http import Timeout

Worlds = Callable[..., World]
PATIENT = Timeout(60, pool=20)


def held_back(free: threading.Event) -> Script:
    """Answers its first request when it may."""

    def script(peer: Peer) -> None:
        peer.request()
        free.wait(30)
        peer.send(answer(b"first"))
        peer.ends()

    return script


def until(ready: Callable[[], Any]) -> None:
    limit = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < limit
        time.sleep(0.001)


def test_who_waits_for_another_place_is_not_kept_waiting_by_an_idle_connection(worlds: Worlds) -> None:
    world, free, outcomes = worlds("blocking", most_connections=1), threading.Event(), []
    with serving(held_back(free)) as one, serving(always(answer(b"second"))) as other:
        asking = [
            threading.Thread(target=lambda url=url: outcomes.append(world.send(asked(url, timeout=PATIENT))))
            for url in (one.url, other.url)
        ]
        asking[0].start()
        until(lambda: one.heads)
        asking[1].start()
        until(lambda: world.transport._pool._freed._waiters)
        free.set()
        for thread in asking:
            thread.join(30)

    assert [outcome.content for outcome in outcomes if isinstance(outcome, Reply)] == [b"first", b"second"]


def test_in_a_loop_who_waits_for_another_place_is_not_kept_waiting_either(worlds: Worlds) -> None:
    world, free = worlds("async", most_connections=1), threading.Event()

    async def both() -> list[Reply | Lost]:
        first = asyncio.ensure_future(world.transport.send(asked(one.url, timeout=PATIENT)))
        while not one.heads:
            await asyncio.sleep(0.001)
        second = asyncio.ensure_future(world.transport.send(asked(other.url, timeout=PATIENT)))
        while not world.transport._pool.here()._waiting:
            await asyncio.sleep(0.001)
        free.set()
        return list(await asyncio.gather(first, second))

    with serving(held_back(free)) as one, serving(always(answer(b"second"))) as other:
        outcomes = world.done(both())

    assert [outcome.content for outcome in outcomes] == [b"first", b"second"]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock by which pools measure how long a connection was idle."""
    ahead, now, loop_time = [0.0], time.monotonic, asyncio.BaseEventLoop.time

    def move(seconds: float) -> None:
        ahead[0] += seconds

    class Clock:
        monotonic = staticmethod(lambda: now() + ahead[0])

    monkeypatch.setattr(sync_pool, "time", Clock)
    monkeypatch.setattr(asyncio.BaseEventLoop, "time", lambda loop: loop_time(loop) + ahead[0])
    return move


def test_what_was_idle_for_too_long_is_closed_when_another_is_opened(
    fast: World, later: Callable[[float], None]
) -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer())
        if peer.ends():
            gone.set()

    with serving(script) as one, serving(always(answer())) as other:
        fast.send(asked(one.url))
        later(SECONDS_IDLE + 5)
        fast.send(asked(other.url))

        assert gone.wait(30)


def test_an_idle_connection_to_another_place_makes_room_when_all_are_open(worlds: Worlds) -> None:
    for kind in ("blocking", "async"):
        world = worlds(kind, most_connections=1)
        with serving(always(answer(b"one"))) as one, serving(always(answer(b"other"))) as other:
            outcomes = [world.send(asked(url, timeout=PATIENT)) for url in (one.url, other.url, one.url)]

        assert [outcome.content for outcome in outcomes if isinstance(outcome, Reply)] == [b"one", b"other", b"one"]


def test_as_many_are_open_at_once_as_may_be_and_no_more(worlds: Worlds) -> None:
    part = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab"
    for kind in ("blocking", "async"):
        world = worlds(kind, most_connections=2)
        with serving(once(part, stall)) as server:
            replies = [world.send(asked(server.url, stream=True)) for _ in range(2)]
            third = world.send(asked(server.url, timeout=Timeout(5, pool=0.01)))
            assert isinstance(third, Lost)
            assert third.kind == "pool"
            for reply in replies:
                assert isinstance(reply, Reply)
                world.close_stream(reply)
            again = world.send(asked(server.url, stream=True))
            assert isinstance(again, Reply)
            world.close_stream(again)


def test_a_waiter_who_gives_up_takes_no_slot_with_it(worlds: Worlds) -> None:
    world, free = worlds("async", most_connections=1), threading.Event()

    async def one_leaves() -> bytes:
        pool: LoopPool = world.transport._pool.here()
        first = asyncio.ensure_future(world.transport.send(asked(server.url, timeout=PATIENT)))
        while not server.heads:
            await asyncio.sleep(0.001)
        leaving, staying = (
            asyncio.ensure_future(world.transport.send(asked(server.url, timeout=PATIENT))) for _ in range(2)
        )
        while len(pool._waiting) < 2:
            await asyncio.sleep(0.001)
        free.set()
        while not pool._waiting[0].done():
            await asyncio.sleep(0)
            if len(pool._waiting) < 2:
                break
        leaving.cancel()
        await first
        content: bytes = (await staying).content
        return content

    with serving(held_back(free)) as server:
        assert world.done(one_leaves()) == b"first"

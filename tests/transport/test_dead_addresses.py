"""A name with several addresses of which the first is a black hole: packets to it vanish."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tercet.transport import async_pool, sync_pool
from tercet.transport.base import TransportSettings
from tercet.transport.deadline import Deadline, TimedOutError
from tercet.transport.origin import Origin
from tercet.transport.sockets import MOST_FOR_ONE, share_of
from tercet.wire.http import Timeout

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a full backlog swallows packets on Linux alone")
LIMIT = Timeout(5, connect=0.8)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve on 127.0.0.1 and be a black hole on 127.0.0.9, the first address of `two.test`."""
    good, hole = socket.create_server(("127.0.0.1", 0)), socket.socket()
    number = good.getsockname()[1]
    hole.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    hole.bind(("127.0.0.9", number))
    hole.listen(0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.9", number))
    real = socket.getaddrinfo

    def look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        if host != "two.test":
            return real(host, *arguments, **named)
        if socket.AI_NUMERICHOST in (*arguments, named.get("flags")):
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, number)) for each in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield number
    for each in (good, hole, *fillers):
        each.close()


def test_the_next_address_is_tried_in_time(port: int) -> None:
    connection = sync_pool.connect(Origin("http", "two.test", port), Deadline(LIMIT), TransportSettings())
    connection.close()


def test_the_next_address_is_tried_in_time_in_the_event_loop(port: int) -> None:
    async def connect() -> None:
        connection = await async_pool.connect(Origin("http", "two.test", port), Deadline(LIMIT), TransportSettings())
        connection.close()

    asyncio.run(connect())


def test_an_address_takes_its_share_and_never_very_long_while_others_wait() -> None:
    assert share_of(3.0, 3) == 1.0
    assert share_of(60.0, 2) == share_of(None, 2) == MOST_FOR_ONE
    assert share_of(60.0, 1) == 60.0
    assert share_of(None, 1) is None


def test_a_slow_look_up_is_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, over = [], threading.Event()

    def look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        if socket.AI_NUMERICHOST in arguments:
            raise socket.gaierror
        asked.append(host)
        over.wait(30)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        with pytest.raises(TimedOutError, match="was not looked up"):
            sync_pool.connect(Origin("http", "slow.test", 1), Deadline(Timeout(5, connect=0.05)), TransportSettings())
    finally:
        over.set()
    assert asked == ["slow.test"]


@pytest.mark.parametrize("limit", [0.5, None])
def test_a_name_that_is_not_found_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch, limit: float | None) -> None:
    def look_up(*arguments: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(socket.gaierror, match="unknown"):
        sync_pool.connect(Origin("http", "no.test", 1), Deadline(Timeout(None, connect=limit)), TransportSettings())

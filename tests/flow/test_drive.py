"""The two drivers carry out the same toy plans in both worlds."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tercet.flow.drive import arun, run
from tercet.flow.effects import Emit, Plan, Reply, Send, Sleep, Together
from tercet.wire.http import Headers, Request

ASK = Request("GET", "http://local/", Headers())


def story() -> Plan[list[Any]]:
    """Uses every effect once."""
    told: list[Any] = [(yield Send(ASK)).status]
    told.append((yield Sleep(3.0)))
    told.append((yield Emit("news")))
    told.extend((yield Together([one(1), one(2), one(3)], limit=2)))
    return told


def one(number: int) -> Plan[int]:
    reply = yield Send(ASK)
    return number * int(reply.status)


def forever(closed: list[str]) -> Plan[None]:
    try:
        while True:
            yield Send(ASK)
    finally:
        closed.append("closed")


EXPECTED = [200, None, None, 200, 400, 600]


def test_a_plan_runs_in_this_thread() -> None:
    slept: list[float] = []
    heard: list[object] = []

    told = run(story(), lambda request: Reply(200, Headers()), sleep=slept.append, listen=heard.append)

    assert (told, slept, heard) == (EXPECTED, [3.0], ["news"])


@pytest.mark.anyio
async def test_the_same_plan_runs_in_the_event_loop() -> None:
    slept: list[float] = []
    heard: list[object] = []

    async def send(request: Request) -> Reply:
        await asyncio.sleep(0)
        return Reply(200, Headers())

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    told = await arun(story(), send, sleep=sleep, listen=heard.append)

    assert (told, slept, heard) == (EXPECTED, [3.0], ["news"])


def test_an_exception_from_outside_closes_the_plan() -> None:
    closed: list[str] = []

    def send(request: Request) -> Reply:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(forever(closed), send)

    assert closed == ["closed"]


@pytest.mark.anyio
async def test_cancellation_closes_the_plan() -> None:
    closed: list[str] = []
    started = asyncio.Event()

    async def send(request: Request) -> Reply:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.ensure_future(arun(forever(closed), send))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert closed == ["closed"]


def test_plans_run_together_in_threads_of_their_own() -> None:
    meeting = threading.Barrier(2, timeout=30)

    def send(request: Request) -> Reply:
        meeting.wait()  # passes only if both plans are under way at once
        return Reply(200, Headers())

    assert run(both(), send) == [200, 400]


@pytest.mark.anyio
async def test_one_failure_among_plans_together_cancels_the_others() -> None:
    cancelled: list[int] = []
    waiting = asyncio.Event()

    async def send(request: Request) -> Reply:
        if not waiting.is_set():
            waiting.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(1)
                raise
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await arun(both(), send)

    assert cancelled == [1]


def both() -> Plan[Any]:
    return (yield Together([one(1), one(2)]))

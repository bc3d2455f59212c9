"""The two drivers carry out the same toy plans in both worlds."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tercet.flow.drivers import aiterate, arun, iterate, run
from tercet.flow.effects import Ask, CallTool, Emit, Hand, Plan, Reply, Send, Sleep, Together
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


# --- values handed out -----------------------------------------------------------------------------------------------


def handing(closed: list[str]) -> Plan[None]:
    """Asks, hands the answer out, and calls a tool with what it has become."""
    try:
        for number in (1, 2):
            whole = yield Hand((yield Ask({"number": number})))
            yield Together([calling(whole), calling(-whole)])
    finally:
        closed.append("plan")


def calling(value: int) -> Plan[Any]:
    return (yield CallTool("tool", value))


def test_values_are_handed_out_one_by_one_and_come_back_whole() -> None:
    told: list[Any] = []
    values = iterate(
        handing(told),
        ask=lambda effect: effect.arguments["number"],
        call_tool=lambda effect: told.append(effect.call),
        whole=lambda value: value * 10,
        close=lambda value: told.append(f"close {value}"),
    )
    assert next(values) == 1
    assert told == []
    assert list(values) == [2]
    assert [*sorted(told[1:3]), *sorted(told[4:6])] == [-10, 10, -20, 20]
    assert [told[0], told[3], told[6]] == ["close 1", "close 2", "plan"]


@pytest.mark.anyio
async def test_the_same_values_are_handed_out_in_the_event_loop() -> None:
    told: list[Any] = []

    async def ask(effect: Ask) -> int:
        return int(effect.arguments["number"])

    async def call_tool(effect: CallTool) -> None:
        told.append(effect.call)

    async def whole(value: int) -> int:
        return value * 10

    async def close(value: int) -> None:
        told.append(f"close {value}")

    values = aiterate(handing(told), ask=ask, call_tool=call_tool, whole=whole, close=close)
    assert [value async for value in values] == [1, 2]
    assert told == ["close 1", 10, -10, "close 2", 20, -20, "plan"]


def test_who_leaves_early_closes_the_value_and_the_plan() -> None:
    told: list[Any] = []
    values = iterate(
        handing(told),
        ask=lambda effect: 1,
        call_tool=lambda effect: None,
        whole=lambda value: value,
        close=lambda value: told.append("value"),
    )
    next(values)
    values.close()
    assert told == ["value", "plan"]


def test_an_effect_that_nobody_carries_out_is_refused_by_name() -> None:
    for effect, name in (
        (Ask({}), "Ask"),
        (CallTool(None, None), "CallTool"),
        (Hand(1), "Hand"),
        (Send(ASK), "Request"),
    ):

        def one(effect: Any = effect) -> Plan[Any]:
            return (yield effect)

        with pytest.raises(RuntimeError, match=f"nobody carries out {name} here"):
            run(one())

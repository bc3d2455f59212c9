"""What a task waits on: it goes on within the callback that wakes it, with bytes or an error, and can be cancelled."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from tercet.transport.waiter import ReadWaiter

name: ContextVar[str] = ContextVar("name")


async def started(turn: ReadWaiter, seen: list[object]) -> asyncio.Task[None]:
    """A task that waits on `turn` until it is told to stop, and notes what came."""

    async def listen() -> None:
        name.set("the task's own")
        while (data := await turn) != b"stop":
            seen.append((data, name.get()))

    task = asyncio.get_running_loop().create_task(listen())
    while not turn.waiting:
        await asyncio.sleep(0)
    return task


def from_a_callback(turn: ReadWaiter, data: bytes, error: Exception | None = None) -> asyncio.Future[bool]:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bool] = loop.create_future()
    loop.call_soon(lambda: done.set_result(turn.wake(data, error)))
    return done


@pytest.mark.anyio
async def test_the_task_goes_on_within_the_callback_and_in_its_own_context() -> None:
    loop, seen = asyncio.get_running_loop(), list[object]()
    turn = ReadWaiter(loop)
    task = await started(turn, seen)
    noted: list[int] = []

    def callback() -> None:
        for data in (b"a", b"b"):
            assert turn.wake(data)
            noted.append(len(seen))

    loop.call_soon(callback)
    await from_a_callback(turn, b"stop")
    await task

    assert seen == [(b"a", "the task's own"), (b"b", "the task's own")]
    assert noted == [1, 2]
    assert turn.wake(b"nobody waits") is False


@pytest.mark.anyio
async def test_an_error_is_raised_where_the_task_waits_and_once() -> None:
    turn = ReadWaiter(asyncio.get_running_loop())
    task = await started(turn, [])
    await from_a_callback(turn, b"", ConnectionResetError("gone"))
    with pytest.raises(ConnectionResetError, match="gone"):
        await task

    turn.fill(b"there already")
    assert await turn == b"there already"


@pytest.mark.anyio
async def test_cancelling_ends_the_wait_and_what_comes_then_is_not_taken() -> None:
    turn = ReadWaiter(asyncio.get_running_loop())
    task = await started(turn, [])
    task.cancel()

    assert await from_a_callback(turn, b"late") is False
    with pytest.raises(asyncio.CancelledError):
        await task
    assert turn.cancel() is False

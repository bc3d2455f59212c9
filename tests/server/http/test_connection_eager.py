"""Coroutines that run without a task as far as they can, and in one from where they wait."""

from __future__ import annotations

import asyncio

import pytest

from tercet.server.http.connection import run_eagerly


@pytest.mark.anyio
async def test_what_waits_for_nothing_has_ended_when_it_was_begun() -> None:
    done: list[int] = []
    tasks = asyncio.all_tasks()

    async def inner() -> int:
        return 3

    async def work() -> None:
        done.append(await inner())

    assert run_eagerly(work(), asyncio.get_running_loop()) is None
    assert (done, asyncio.all_tasks()) == ([3], tasks)


@pytest.mark.anyio
async def test_what_fails_at_once_raises_here() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_eagerly(work(), asyncio.get_running_loop())


@pytest.mark.anyio
async def test_what_waits_is_carried_on_with_what_came() -> None:
    loop = asyncio.get_running_loop()
    first: asyncio.Future[str] = loop.create_future()
    seen: list[object] = []

    async def work() -> None:
        seen.append(await first)
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())
        seen.append(await asyncio.to_thread(lambda: "thread"))
        async with asyncio.timeout(30):
            await asyncio.sleep(0)

    task = run_eagerly(work(), loop)
    assert (task is not None, seen) == (True, [])
    first.set_result("came")
    assert task is not None
    await task
    assert seen == ["came", task, "thread"]


@pytest.mark.anyio
async def test_what_was_awaited_in_vain_is_raised_where_it_was_awaited() -> None:
    loop = asyncio.get_running_loop()
    seen: list[str] = []

    async def work(first: asyncio.Future[None]) -> None:
        for awaited in (first, loop.run_in_executor(None, int, "x")):
            try:
                await awaited
            except (KeyError, ValueError) as problem:
                seen.append(type(problem).__name__)
        raise ZeroDivisionError

    waited: asyncio.Future[None] = loop.create_future()
    task = run_eagerly(work(waited), loop)
    waited.set_exception(KeyError())
    assert task is not None
    with pytest.raises(ZeroDivisionError):
        await task
    assert seen == ["KeyError", "ValueError"]


@pytest.mark.anyio
async def test_a_task_that_is_cancelled_lets_the_coroutine_tidy_up() -> None:
    loop = asyncio.get_running_loop()
    seen: list[str] = []

    async def work() -> None:
        try:
            await loop.create_future()
        except asyncio.CancelledError:
            seen.append("cancelled")
            await asyncio.sleep(0)
            seen.append("tidied up")
            raise

    for turns in (0, 3):  # before the task's own first step, and after it
        task = run_eagerly(work(), loop)
        assert task is not None
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert seen == ["cancelled", "tidied up"] * 2

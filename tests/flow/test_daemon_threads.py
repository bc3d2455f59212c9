"""Plain functions beside an event loop: their results, what they raise, and that nobody waits for one that hangs."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from tercet.flow.daemon_threads import run_in_daemon_thread

SAID: contextvars.ContextVar[str] = contextvars.ContextVar("SAID")


def test_it_has_a_thread_of_its_own_and_the_task_s_context() -> None:
    async def run() -> tuple[str, int]:
        SAID.set("here")
        return await run_in_daemon_thread(lambda: (SAID.get(), threading.get_ident()))

    said, where = asyncio.run(run())
    assert said == "here"
    assert where != threading.get_ident()


@pytest.mark.parametrize("kind", [ValueError, StopIteration, StopAsyncIteration, SystemExit])
def test_what_it_raises_is_raised(kind: type[BaseException]) -> None:
    def fail() -> None:
        raise kind("no")

    async def run() -> BaseException | None:
        try:
            await run_in_daemon_thread(fail)
        except BaseException as error:
            return error
        return None

    error = asyncio.run(run())
    # A coroutine raises no StopIteration: Python makes a RuntimeError of it.
    assert isinstance(error.__cause__ if kind is StopIteration and error else error, kind)


def test_one_that_hangs_holds_up_neither_the_loop_nor_a_busy_executor() -> None:
    free = threading.Event()

    async def run() -> int:
        blocked = [asyncio.get_running_loop().run_in_executor(None, free.wait) for _ in range(40)]
        hanging = asyncio.ensure_future(run_in_daemon_thread(free.wait))
        answer = await run_in_daemon_thread(lambda: 42)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        free.set()
        await asyncio.gather(*blocked)
        return answer

    assert asyncio.run(run()) == 42


def test_an_end_after_the_loop_s_is_heard_by_nobody() -> None:
    free, ended = threading.Event(), threading.Event()

    def hangs() -> None:
        free.wait()
        ended.set()

    async def run() -> None:
        task = asyncio.ensure_future(run_in_daemon_thread(hangs))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(run())
    free.set()
    assert ended.wait(30)

"""Plain functions beside an event loop: their results, what they raise, and that nobody waits for one that hangs."""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading

import pytest

from tercet.flow.daemon_threads import run_in_daemon_thread, run_in_daemon_thread_for, run_in_daemon_threads

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


# --- several ---------------------------------------------------------------------------------------------------------


def test_several_keep_their_order_and_have_copies_of_the_caller_s_context() -> None:
    last = threading.Event()
    SAID.set("here")

    def first() -> str:
        assert last.wait(30)
        return SAID.get()

    def second() -> str:
        SAID.set("there")
        last.set()
        return SAID.get()

    assert run_in_daemon_threads([first, second], 2) == ["here", "there"]
    assert SAID.get() == "here"


def test_no_more_run_at_once_than_allowed() -> None:
    running, most = [0], [0]
    lock = threading.Lock()
    pair = threading.Barrier(2, timeout=30)

    def one() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        pair.wait()
        with lock:
            running[0] -= 1

    assert run_in_daemon_threads([one] * 6, 2) == [None] * 6
    assert most == [2]


def test_once_one_failed_none_is_begun_any_more() -> None:
    began: list[int] = []

    def fail() -> None:
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        run_in_daemon_threads([lambda: began.append(1), fail, lambda: began.append(2)], 1)
    assert began == [1]


def test_those_under_way_come_to_their_end_before_a_failure_is_raised() -> None:
    under_way, failing, ended = threading.Event(), threading.Event(), threading.Event()

    def fail() -> None:
        assert under_way.wait(30)
        failing.set()
        raise LookupError("no")

    def slow() -> None:
        under_way.set()
        assert failing.wait(30)
        ended.set()

    with pytest.raises(LookupError, match="no"):
        run_in_daemon_threads([fail, slow], 2)
    assert ended.is_set()


def test_nobody_waits_for_one_that_hangs_when_another_ends_the_program() -> None:
    free = threading.Event()
    inside = threading.Event()

    def end() -> None:
        assert inside.wait(30)
        raise SystemExit(3)

    def hang() -> None:
        inside.set()
        free.wait()

    try:
        with pytest.raises(SystemExit):
            run_in_daemon_threads([hang, end], 2)
        assert not free.is_set()
    finally:
        free.set()


def test_an_act_with_a_time_limit_gives_its_result_or_raises_with_the_context_of_its_caller() -> None:
    SAID.set("here")

    def fail() -> None:
        raise LookupError("no")

    outcome = run_in_daemon_thread_for(30, SAID.get)
    failed = run_in_daemon_thread_for(30, fail)
    assert outcome is not None
    assert failed is not None
    assert outcome() == "here"
    with pytest.raises(LookupError, match="no"):
        failed()


def test_an_act_that_hangs_is_left_behind_and_holds_up_no_other() -> None:
    free = threading.Event()
    try:
        assert run_in_daemon_thread_for(0.01, free.wait) is None
        outcome = run_in_daemon_thread_for(30, lambda: 42)
        assert outcome is not None
        assert outcome() == 42
    finally:
        free.set()


def test_a_thread_that_is_done_takes_the_next_act() -> None:
    idents = set()
    for _ in range(20):
        outcome = run_in_daemon_thread_for(30, threading.get_ident)
        assert outcome is not None
        idents.add(outcome())
    assert len(idents) < 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_forked_child_has_threads_of_its_own() -> None:
    run_in_daemon_thread_for(30, lambda: None)
    child = os.fork()
    if child == 0:
        outcome = run_in_daemon_thread_for(5, lambda: 42)
        os._exit(0 if outcome is not None and outcome() == 42 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

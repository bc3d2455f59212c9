"""Runs plain functions in threads that no exit waits for: one of them beside an event loop, or several side by side.

The threads of asyncio and of `concurrent.futures` are waited for when the loop or the program ends, so that a function
that hangs would hold up Ctrl-C; and there is a limited number of them, which others may be using.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from asyncio import Future
    from queue import SimpleQueue

T = TypeVar("T")
_Ended: TypeAlias = "tuple[int, Any, BaseException | None, int]"
"""Which act, its result, what it raised, and how many others are not to be begun for that."""


async def run_in_daemon_thread(act: Callable[[], T]) -> T:
    """Do it beside the event loop, in a thread of its own, with the context variables of this task. Cancelled, it goes on unheard."""
    from asyncio import get_running_loop
    from contextvars import copy_context
    from threading import Thread

    loop, context = get_running_loop(), copy_context()
    ended: Future[Callable[[], T]] = loop.create_future()

    def done() -> None:
        outcome = _outcome(lambda: context.run(act))
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(_settle, ended, outcome)

    Thread(target=done, name="tercet-daemon", daemon=True).start()
    return (await ended)()


def run_in_daemon_thread_for(seconds: float, act: Callable[[], T]) -> Callable[[], T] | None:
    """Do it in another thread, with the context variables of this one, and return what gives its result or raises; None if it
    had not ended after so many seconds: it goes on unheard then. A thread that is done waits a while for the next act."""
    from contextvars import copy_context
    from queue import Empty, SimpleQueue
    from threading import Thread

    context = copy_context()
    ended: SimpleQueue[Callable[[], T]] = SimpleQueue()

    def work(inbox: SimpleQueue[Any]) -> None:
        outcome = _outcome(lambda: context.run(act))
        _idle.append(inbox)
        ended.put(outcome)

    try:
        inbox = _idle.pop()
    except IndexError:
        inbox = SimpleQueue()
        Thread(target=_serve, args=(inbox,), name="tercet-daemon", daemon=True).start()
    inbox.put(work)
    try:
        return ended.get(timeout=seconds)
    except Empty:
        return None


_idle: list[SimpleQueue[Any]] = []
"""The inboxes of threads that wait for an act. A forked child has none of them."""
IDLE_SECONDS = 10.0
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


def _serve(inbox: SimpleQueue[Any]) -> None:
    """Do what comes, until nothing has come for a while."""
    from queue import Empty

    while True:
        try:
            work = inbox.get(timeout=IDLE_SECONDS)
        except Empty:
            try:
                _idle.remove(inbox)
            except ValueError:
                continue  # somebody has taken it in this moment: an act is on its way
            return
        work(inbox)
        del work  # what it holds is nobody's any more


def _outcome(act: Callable[[], T]) -> Callable[[], T]:
    """Return what gives the result, or raises what was raised: a future takes no StopIteration."""
    try:
        result = act()
    except BaseException as error:
        problem = error
    else:
        return lambda: result

    def fail() -> T:
        raise problem

    return fail


def _settle(ended: Future[Callable[[], T]], outcome: Callable[[], T]) -> None:
    if not ended.done():
        ended.set_result(outcome)


def run_in_daemon_threads(acts: Sequence[Callable[[], T]], most: int) -> list[T]:
    """Do these in at most so many threads, with the context variables of this one, and return their results in order.

    Once one has raised, none is begun any more, and those under way come to their end first. Nobody waits for them after
    Ctrl-C, or when one ends the program.
    """
    from contextvars import copy_context
    from queue import SimpleQueue
    from threading import Thread

    waiting = deque((number, copy_context(), act) for number, act in enumerate(acts))
    ended: SimpleQueue[_Ended] = SimpleQueue()

    def work() -> None:
        for number, context, act in _taken(waiting):
            try:
                ended.put((number, context.run(act), None, 0))
            except BaseException as error:  # raised again in the thread that waits
                ended.put((number, None, error, sum(1 for _ in _taken(waiting))))

    for _ in range(min(most, len(acts))):
        Thread(target=work, name="tercet-daemon", daemon=True).start()
    try:
        return _gathered(ended, len(acts))
    finally:
        waiting.clear()


def _taken(waiting: deque[T]) -> Iterator[T]:
    """Yield what is waiting, each for one thread alone."""
    with suppress(IndexError):
        while True:
            yield waiting.popleft()


def _gathered(ended: SimpleQueue[_Ended], due: int) -> list[Any]:
    results: dict[int, Any] = {}
    failure: Exception | None = None
    while due:
        number, results[number], error, left_out = ended.get()
        due -= 1 + left_out
        if isinstance(error, Exception):
            failure = failure or error
        elif error is not None:
            raise error
    if failure is not None:
        raise failure
    return [results[number] for number in range(len(results))]

"""Plain functions beside an event loop, in threads that nobody waits for. Knows nothing of tools.

asyncio's own threads are waited for when the loop ends, so that a function that hangs would hold up Ctrl-C; and there is a
limited number of them, which others may be using.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from asyncio import Future

T = TypeVar("T")


async def run_in_daemon_thread(act: Callable[[], T]) -> T:
    """Do it in a thread of its own, with the context variables of this task. Cancelled, it goes on unheard."""
    from asyncio import get_running_loop
    from contextvars import copy_context
    from threading import Thread

    loop, context = get_running_loop(), copy_context()
    ended: Future[Callable[[], T]] = loop.create_future()

    def done() -> None:
        outcome = _outcome(lambda: context.run(act))
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(_settle, ended, outcome)

    Thread(target=done, name="tercet-beside", daemon=True).start()
    return (await ended)()


def _outcome(act: Callable[[], T]) -> Callable[[], T]:
    """What gives the result, or raises what was raised: a future takes no StopIteration."""
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

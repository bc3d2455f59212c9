"""Runs a coroutine as far as it goes without waiting; a task carries on only if it waits. Most answers never do.

A coroutine that is not in a task yet has no `asyncio.current_task()`: what needs one, such as `asyncio.timeout`,
comes behind an `await asyncio.sleep(0)`.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any


def begun(coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
    """The task that carries the coroutine on; None if it has ended already. What it raises at once is raised here."""
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return None
    return loop.create_task(_carried_on(coroutine, awaited))


async def _carried_on(coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
    await _rest(coroutine, awaited)


@types.coroutine
def _rest(coroutine: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    """Wait for what the coroutine waits for, and hand it what came of that, until it ends."""
    while True:
        try:
            try:
                came = yield awaited
            except BaseException as problem:  # of what was awaited, or the task was cancelled
                awaited = coroutine.throw(problem)
            else:
                awaited = coroutine.send(came)
        except StopIteration:
            return

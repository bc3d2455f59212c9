"""Runs a coroutine as far as it goes without waiting; a task carries on only if it waits. Most answers never do.

A coroutine that is not in a task yet has no `asyncio.current_task()`: what needs one, such as `asyncio.timeout`,
comes behind an `await asyncio.sleep(0)`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

Work = Coroutine[Any, Any, None]


def run_eagerly(work: Work, loop: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
    """The task that carries the work on; None if it has ended already. What it raises at once is raised here."""
    try:
        awaited = work.send(None)
    except StopIteration:
        return None
    return loop.create_task(_Rest(work, awaited))


class _Rest(Coroutine[Any, Any, None]):
    """A coroutine that has gone as far as `awaited`, as a task takes it: it waits for that first, and then goes on."""

    def __init__(self, work: Work, awaited: Any) -> None:
        self._work, self._awaited = work, awaited
        self._has_waited = False

    def send(self, value: Any) -> Any:
        """What is awaited next."""
        if self._has_waited:
            return self._work.send(value)
        self._has_waited = True
        return self._awaited

    def throw(self, *problem: Any) -> Any:
        """The same, after what was awaited has failed or the task was cancelled: even before its first step."""
        self._has_waited = True
        return self._work.throw(*problem)

    def close(self) -> None:
        """Give it up."""
        self._work.close()

    def __await__(self) -> Any:
        raise RuntimeError("only a task carries this on")

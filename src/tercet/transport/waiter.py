"""The awaitable that a connection's reads share. Knows tasks and event loops, no sockets.

Theory of operation. A task that awaits something asks it, by the protocol of `asyncio.Future`, for `add_done_callback` with
its own wake-up function, and for `result` when that function is called. A future calls it by way of the loop's queue, one
turn later: for an event that arrives alone, that turn is a third of its cost. The waiter is no future. It keeps the wake-up
function, and the reader's callback calls it right away (`wake`), in the task's own context; the task runs up to its next
await before the callback returns. This is allowed because the callback is run by the loop with no task under way, and only
then: `fail` and `cancel`, which may come from within another task, go by the queue.

One waiter serves all waits of a connection in turn, since one task reads at a time. States: idle (no wake-up function, no
data); filled (data before the await: `__await__` does not suspend); waiting (a wake-up function). `wake` and `fail` take the
function away first, so that whatever comes second finds nobody and keeps its bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any


class ReadWaiter:
    """Await it for bytes; theory of operation above."""

    __slots__ = ("_asyncio_future_blocking", "_context", "_data", "_error", "_loop", "_wake_task")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._asyncio_future_blocking = False
        self._wake_task: Callable[[Any], None] | None = None
        self._context: Any = None
        self._data: bytes | None = None
        self._error: BaseException | None = None

    def __await__(self) -> Generator[Any, None, bytes]:
        if self._data is None:
            self._asyncio_future_blocking = True
            yield self
        data, self._data = self._data, None
        return data or b""

    def fill(self, data: bytes) -> None:
        """Let the await that follows end at once."""
        self._data = data

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that the waiting task belongs to."""
        return self._loop

    def add_done_callback(self, wake_task: Callable[[Any], None], *, context: Any = None) -> None:
        """Keep the task's wake-up function. Called by the task when it begins to wait."""
        self._wake_task, self._context = wake_task, context

    def result(self) -> None:
        """Raise the error that ended the wait, if one did. Called by the task when it goes on."""
        if self._error is not None:
            error, self._error, self._data = self._error, None, None
            raise error

    @property
    def waiting(self) -> bool:
        """Return whether a task waits."""
        return self._wake_task is not None

    def wake(self, data: bytes, error: BaseException | None = None) -> bool:
        """Let the task go on now with this, if one waits. Only from a callback of the loop."""
        wake_task = self._wake_task
        if wake_task is None:
            return False
        self._wake_task, self._data, self._error = None, data, error
        self._context.run(wake_task, self)
        return True

    def fail(self, error: BaseException) -> None:
        """Let the task go on with an error, in the loop's next turn."""
        wake_task, self._wake_task = self._wake_task, None
        if wake_task is not None:
            self._error = error
            self._loop.call_soon(wake_task, self, context=self._context)

    def cancel(self, msg: Any = None) -> bool:
        """End the wait with a CancelledError. Called by the task when it is cancelled."""
        if self._wake_task is None:
            return False
        self.fail(asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg))
        return True

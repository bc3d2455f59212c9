"""What a task waits on until its socket has something. Knows tasks and event loops, no sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any


class ReadWaiter:
    """Await it for bytes. Like a future, but the task goes on within the callback that woke it, where a future would cost
    another turn of the loop: a third of an event that arrives alone. One serves all waits of a connection, in turn."""

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
        """The loop that the waiting task belongs to."""
        return self._loop

    def add_done_callback(self, wake_task: Callable[[Any], None], *, context: Any = None) -> None:
        """Called by the task when it begins to wait."""
        self._wake_task, self._context = wake_task, context

    def result(self) -> None:
        """Called by the task when it goes on."""
        if self._error is not None:
            error, self._error, self._data = self._error, None, None
            raise error

    @property
    def waiting(self) -> bool:
        """Whether a task waits."""
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
        """Called by the task when it is cancelled."""
        if self._wake_task is None:
            return False
        self.fail(asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg))
        return True

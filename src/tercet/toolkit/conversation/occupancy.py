"""One call at a time in a conversation: who is in it now, and the stream that nobody has read to its end."""

from __future__ import annotations

import sys
import threading
from typing import Any, Self
from weakref import ReferenceType, ref

from tercet.toolkit.conversation.errors import ConversationBusyError


def who_calls() -> Any:
    """Return the running task, or else the thread."""
    if "asyncio" in sys.modules:
        from asyncio import _get_running_loop, current_task

        if _get_running_loop() is not None and (task := current_task()) is not None:
            return task
    return threading.current_thread()


class Occupancy:
    """Let one call in at a time; others are told at once. Entered in a `with` block."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.stream: Any = None
        """The turn that is being streamed, until it has ended."""
        self._reader: ReferenceType[Any] | None = None
        self._handle: ReferenceType[Any] | None = None

    def __enter__(self) -> Self:
        if not self._lock.acquire(blocking=False):
            raise ConversationBusyError(
                "a call is under way in this conversation; wait for it, or open another conversation for what runs beside it"
            )
        return self

    def __exit__(self, *ended: object) -> None:
        self._lock.release()

    def reads(self, stream: Any, handle: object) -> None:
        """Note that `stream` is being read here, through `handle`."""
        self.stream, self._reader, self._handle = stream, ref(who_calls()), ref(handle)

    def left_stream(self) -> Any:
        """Return the stream that was left by whoever calls, or by somebody who is gone; None if there is none.

        Raises ConversationBusyError while another task or thread may be reading it.
        """
        stream = self.stream
        if stream is None or stream.over:
            return None
        reader = self._reader and self._reader()
        if (
            self._handle is None
            or self._handle() is None
            or reader is None
            or reader is who_calls()
            or _is_over(reader)
        ):
            return stream
        raise ConversationBusyError(
            "another task or thread reads an answer of this conversation; wait until it is done"
        )


def _is_over(reader: Any) -> bool:
    return not reader.is_alive() if isinstance(reader, threading.Thread) else bool(reader.done())

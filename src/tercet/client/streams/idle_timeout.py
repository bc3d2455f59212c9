"""The limit of how long a stream may go without an event. Pings keep a connection alive and say nothing: they do not count.

Knows a clock that it is given, and how to tell a source to wait no longer; it reads nothing itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tercet.flow.errors import error_from_lost
from tercet.flow.first_content import SILENT
from tercet.transport.base import Lost
from tercet.transport.deadline import SilentError
from tercet.wire.errors import APIError, StreamIdleTimeoutError
from tercet.wire.http import Request


class IdleTimer:
    """Watches one stream. `restart` before the first read after events, so that a reader who takes his time is no silence
    of the stream; `expired` when a read brought none: whether that is enough now."""

    __slots__ = ("_bound", "_clock", "_shortened", "_since", "limit")

    def __init__(self, request: Request | None, source: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit: float | None = None if request is None else request.timeout.stream_idle
        self._clock = clock
        self._bound: Callable[[float], None] | None = getattr(source, "bound", None)
        self._shortened = False
        self._since = clock()
        if self.limit is not None and self._bound is not None:
            self._bound(self.limit)

    def restart(self) -> None:
        """Count the silence from now on."""
        self._since = self._clock()
        if self._shortened and self._bound is not None and self.limit is not None:
            self._bound(self.limit)
            self._shortened = False

    def expired(self) -> bool:
        """Return whether the last event lies further back than the limit. If not, the next read waits for the rest of it."""
        if self.limit is None:
            return False
        left = self.limit - (self._clock() - self._since)
        if left <= 0:
            return True
        if self._bound is not None:
            self._bound(left)
            self._shortened = True
        return False


def timeout_error(lost: Lost, request: Request | None, limit: float | None) -> APIError:
    """Return the exception for a stream that a timeout ended: its own class if the stream fell silent, and not if the limit of
    the whole exchange, or the deadline of the call, was reached."""
    if not (lost is SILENT or isinstance(lost.cause, SilentError)):
        return error_from_lost(lost, request)  # type: ignore[arg-type] # errors take what there is of a request
    why = lost.reason if limit is None else f"{lost.reason}; no event for up to {limit:g} s, pings not counted"
    error = StreamIdleTimeoutError(f"The stream fell silent: {why}.", request)
    error.__cause__ = lost.cause
    return error
